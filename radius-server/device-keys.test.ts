import { beforeEach, describe, expect, test } from 'vitest'
import type { GatewayVendor } from '#db/gateways.ts'
import { ACCT_STATUS_TYPE, ATTRIBUTE, CODE } from './dictionary.ts'
import { SEARCH_LIMITS } from './access/device-key-search.ts'
import { digestRequest, randomRequest, readReply, revealSalted } from './testing/gateway.ts'
import type { Reply, Sent } from './testing/gateway.ts'
import { createTestServer, gateway, policy } from './testing/server.ts'
import type { TestServer } from './testing/server.ts'
import { SSID, askByAddress, deviceKey, handshakeAttributes, macOf } from './testing/wpa-device.ts'
import { soon } from '../test/support/soon.ts'

const TILL = '02-00-00-00-00-01'
const OTHER = '02-00-00-00-00-02'

let server: TestServer
beforeEach(async () => {
  server = await createTestServer()
})

interface Asked {
  readonly reply: Reply
  /** What the access point reads from each Tunnel-Password, behind its tag. */
  readonly passwords: readonly string[]
}

let identifier = 0
async function ask(attributes: readonly Sent[]): Promise<Asked> {
  identifier = (identifier + 1) & 0xff
  const request = randomRequest({ code: CODE['Access-Request'], identifier, attributes })
  const bytes = await server.send('authentication', request)
  if (bytes === null) throw new Error('no answer')
  const reply = readReply(bytes, request)
  const passwords = reply.attributes
    .filter(({ type }) => type === ATTRIBUTE['Tunnel-Password'])
    .map(({ value }) => {
      expect(value[0], 'the tag').toBe(0)
      return revealSalted(value.subarray(1), request).toString()
    })
  return { reply, passwords }
}

const askWithHandshake = (station: string, passphrase: string): Promise<Asked> =>
  ask([...askByAddress(station), ...handshakeAttributes(station, passphrase, SSID)])

function use(...keys: readonly ReturnType<typeof deviceKey>[]): void {
  server.house.deviceKeys = { keys, bound: [] }
}

function accounting(status: number, station: string, className: string): Promise<unknown> {
  identifier = (identifier + 1) & 0xff
  const request = digestRequest({
    code: CODE['Accounting-Request'],
    identifier,
    attributes: [
      [ATTRIBUTE['Acct-Status-Type'], status],
      [ATTRIBUTE['Acct-Session-Id'], 's1'],
      [ATTRIBUTE['Calling-Station-Id'], station],
      [ATTRIBUTE.Class, className],
    ],
  })
  return server.send('accounting', request)
}

describe('a device that is declared with its key', () => {
  test('is let in with the passphrase, the staff VLAN and the name of the owner', async () => {
    use(deviceKey({ mac: macOf(TILL) }))
    const { reply, passwords } = await ask(askByAddress(TILL))
    expect(reply.code).toBe(CODE['Access-Accept'])
    expect(passwords).toEqual(['correct-horse-battery'])
    expect(reply.text(ATTRIBUTE['User-Name'])).toBe('alice')
    expect(reply.text(ATTRIBUTE.Class)).toBe('acc1:key:till-1:alice')
    expect(reply.text(ATTRIBUTE['Tunnel-Private-Group-Id'])).toBe('20')
    expect(reply.integer(ATTRIBUTE['Session-Timeout'])).toBe(86_400)
    expect(server.metrics.accepts['device-key'].value).toBe(1)
  })

  test('is let in too where the gateway does not say the network', async () => {
    use(deviceKey({ mac: macOf(TILL) }))
    expect((await ask(askByAddress(TILL, null))).reply.code).toBe(CODE['Access-Accept'])
    use(deviceKey({ mac: macOf(TILL) }), deviceKey({ mac: macOf(TILL), name: 'b', ssid: 'Else' }))
    expect((await ask(askByAddress(TILL, null))).reply.code).toBe(CODE['Access-Reject'])
  })

  test('is refused at the next packet when the key is gone, has ended, or is not of this place', async () => {
    const key = deviceKey({ mac: macOf(TILL) })
    const till = async (): Promise<number> => (await ask(askByAddress(TILL))).reply.code
    use(key)
    expect(await till()).toBe(CODE['Access-Accept'])
    use()
    expect(await till()).toBe(CODE['Access-Reject'])
    use({ ...key, until: server.house.now })
    expect(await till()).toBe(CODE['Access-Reject'])
    use({ ...key, site: '69-0003' })
    expect(await till()).toBe(CODE['Access-Reject'])
    use({ ...key, site: null, association: '69' })
    expect(await till()).toBe(CODE['Access-Reject'])
    use({ ...key, site: null, association: '75' })
    expect(await till()).toBe(CODE['Access-Accept'])
    use({ ...key, site: null })
    expect(await till()).toBe(CODE['Access-Accept'])
  })

  test('is refused when its owner made the key and has left, whoever vouched for them', async () => {
    const key = deviceKey({ mac: macOf(TILL), owner: 'ana' })
    const till = async (): Promise<number> => (await ask(askByAddress(TILL))).reply.code
    for (const ownerHow of ['ldap', 'oidc'] as const) {
      use({ ...key, ownerHow })
      server.house.people.set('ana', { off: null, groups: [] })
      expect(await till()).toBe(CODE['Access-Accept'])
      server.house.people.set('ana', { off: 'directory-disabled', groups: [] })
      expect(await till()).toBe(CODE['Access-Reject'])
    }
    // What a file or a command made does not end with whoever it is named after.
    use(key)
    expect(await till()).toBe(CODE['Access-Accept'])
    use({ ...key, owner: 'bob', ownerHow: 'local' })
    expect(await till()).toBe(CODE['Access-Accept'])
    use({ ...key, owner: 'nobody', ownerHow: 'local' })
    expect(await till()).toBe(CODE['Access-Reject'])
  })

  test('is asked again when its key ends', async () => {
    use(deviceKey({ mac: macOf(TILL), until: server.house.now + 90_500 }))
    const { reply } = await ask(askByAddress(TILL))
    expect(reply.integer(ATTRIBUTE['Session-Timeout'])).toBe(90)
  })

  test('has no other key, whatever it shows', async () => {
    use(
      deviceKey({ mac: macOf(TILL) }),
      deviceKey({ name: 'till-2', passphrase: 'another-passphrase' }),
    )
    const wrong = await askWithHandshake(TILL, 'another-passphrase')
    expect(wrong.reply.code).toBe(CODE['Access-Reject'])
    expect(server.metrics.rejects['device-key-wrong'].value).toBe(1)
    const right = await askWithHandshake(TILL, 'correct-horse-battery')
    expect(right.passwords).toEqual(['correct-horse-battery'])
  })

  test('is refused at a place without a staff network', async () => {
    use(deviceKey({ mac: macOf(TILL) }))
    server.house.gateways = [gateway({ staff: null })]
    expect((await ask(askByAddress(TILL))).reply.code).toBe(CODE['Access-Reject'])
    expect(server.metrics.rejects['no-staff-network'].value).toBe(1)
  })
})

describe('the answer is in the form of', () => {
  const told = async (
    vendor: GatewayVendor,
    number = 0,
    type = 0,
  ): Promise<{ asked: Asked; vsas: readonly Buffer[] }> => {
    server.house.gateways = [gateway({ vendor })]
    use(deviceKey({ mac: macOf(TILL) }))
    const asked = await ask(askByAddress(TILL))
    const vsas = asked.reply.attributes
      .filter((one) => one.type === ATTRIBUTE['Vendor-Specific'])
      .filter(({ value }) => value.readUInt32BE(0) === number && value[4] === type)
      .map(({ value }) => value.subarray(6))
    return { asked, vsas }
  }

  test('hostapd, UniFi, Meraki and CoovaChilli: Tunnel-Password', async () => {
    for (const vendor of ['standard', 'unifi', 'meraki', 'coovachilli'] as const) {
      expect((await told(vendor)).asked.passwords).toEqual(['correct-horse-battery'])
    }
  })

  test('Cisco: two pairs', async () => {
    const { asked, vsas } = await told('cisco', 9, 1)
    expect(vsas.map(String)).toEqual(['psk-mode=ascii', 'psk=correct-horse-battery'])
    expect(asked.passwords).toEqual([])
  })

  test('Aruba: hidden under a salt, in an attribute of its own', async () => {
    const { asked, vsas } = await told('aruba', 14_823, 44)
    expect(vsas.map(({ length }) => length)).toEqual([2 + 32])
    expect(vsas[0]?.toString('latin1')).not.toContain('correct')
    expect(asked.passwords).toEqual([])
  })

  test('MikroTik: the passphrase', async () => {
    const { vsas } = await told('mikrotik', 14_988, 16)
    expect(vsas.map(String)).toEqual(['correct-horse-battery'])
  })

  test('Ruckus: the master key behind an octet of 0', async () => {
    const { vsas } = await told('ruckus', 25_053, 142)
    expect(vsas).toEqual([Buffer.concat([Buffer.of(0), deviceKey().pmk])])
  })
})

describe('a device that nobody knows', () => {
  test('is found by what it shows in the handshake, and has that key from then on', async () => {
    const keys = Array.from({ length: 3 * SEARCH_LIMITS.slice }, (_, i) =>
      deviceKey({ name: `k${i}`, owner: `o${i}`, passphrase: `passphrase-number-${i}` }),
    )
    use(...keys)
    const bound: string[] = []
    server.house.bindDevice = (key, mac) => {
      bound.push(`${key.name} ${mac}`)
      return Promise.resolve(true)
    }
    const { reply, passwords } = await askWithHandshake(TILL, 'passphrase-number-40')
    expect(reply.text(ATTRIBUTE['User-Name'])).toBe('o40')
    expect(passwords).toEqual(['passphrase-number-40'])
    expect(bound).toEqual(['k40 02:00:00:00:00:01'])
    // By its address alone, also before the database has told it.
    expect((await ask(askByAddress(TILL))).passwords).toEqual(['passphrase-number-40'])
    // The key is taken: another device with the same passphrase is refused.
    const second = await askWithHandshake(OTHER, 'passphrase-number-40')
    expect(second.reply.code).toBe(CODE['Access-Reject'])
    expect(server.metrics.rejects['device-key-wrong'].value).toBe(1)
  })

  test('may have another key later', async () => {
    const [one, two] = [deviceKey(), deviceKey({ name: 'b', passphrase: 'another-passphrase' })]
    server.house.deviceKeys = {
      keys: [one, two],
      bound: [{ ssid: SSID, mac: macOf(TILL), key: one.name }],
    }
    expect((await askWithHandshake(TILL, 'another-passphrase')).passwords).toEqual([
      'another-passphrase',
    ])
  })

  test('is refused unheard after it has shown a wrong key a few times, and heard later', async () => {
    use(deviceKey())
    for (let i = 0; i < SEARCH_LIMITS.misses; i += 1)
      await askWithHandshake(TILL, 'wrong-passphrase')
    expect((await askWithHandshake(TILL, 'correct-horse-battery')).reply.code).toBe(
      CODE['Access-Reject'],
    )
    expect((await askWithHandshake(OTHER, 'correct-horse-battery')).reply.code).toBe(
      CODE['Access-Accept'],
    )
    use(deviceKey({ devices: 2 }))
    server.house.now += SEARCH_LIMITS.missLifeMs
    expect((await askWithHandshake(TILL, 'correct-horse-battery')).reply.code).toBe(
      CODE['Access-Accept'],
    )
  })

  test('is let in while the database does not take that it has the key', async () => {
    use(deviceKey())
    server.house.bindDevice = () => Promise.reject(new Error('away'))
    const { reply } = await askWithHandshake(TILL, 'correct-horse-battery')
    expect(reply.code).toBe(CODE['Access-Accept'])
    await soon(() => expect(server.metrics.deviceKeysBound.failed.value).toBe(1))
  })

  test('is offered the one key that is left, and has it once accounting begins', async () => {
    use(
      deviceKey(),
      deviceKey({
        name: 'p',
        kind: 'printer',
        mac: macOf(OTHER),
        passphrase: 'printer-passphrase',
      }),
    )
    const { reply, passwords } = await ask(askByAddress(TILL))
    expect(passwords).toEqual(['correct-horse-battery'])
    const bound: string[] = []
    server.house.bindDevice = (key, mac) => {
      bound.push(`${key.name} ${mac}`)
      return Promise.resolve(true)
    }
    const className = reply.text(ATTRIBUTE.Class) ?? ''
    await accounting(ACCT_STATUS_TYPE.Stop, TILL, className)
    expect(bound).toEqual([])
    await accounting(ACCT_STATUS_TYPE.Start, TILL, className)
    await accounting(ACCT_STATUS_TYPE['Interim-Update'], TILL, className)
    expect(bound).toEqual(['till-1 02:00:00:00:00:01'])
    expect(server.house.written[0]?.account).toBe('alice')
    expect(server.house.written[0]?.network).toBe('staff')
    // Nothing is left for another.
    expect((await ask(askByAddress('02-00-00-00-00-03'))).reply.code).toBe(CODE['Access-Reject'])
    expect(server.metrics.rejects['device-key-unknown'].value).toBe(1)
  })

  test('is offered several master keys of one holder, and none where the log could not say whose', async () => {
    const keys = Array.from({ length: 12 }, (_, i) =>
      deviceKey({ name: `k${i}`, passphrase: `passphrase-number-${i}` }),
    )
    use(...keys)
    const { reply, passwords } = await ask(askByAddress(TILL))
    expect(passwords).toEqual(keys.map(({ pmk }) => Buffer.from(pmk).toString('hex')))
    expect(reply.text(ATTRIBUTE.Class)).toBe('acc1:staff:alice')
    const salts = reply.attributes
      .filter(({ type }) => type === ATTRIBUTE['Tunnel-Password'])
      .map(({ value }) => value.toString('hex', 1, 3))
    expect(new Set(salts).size).toBe(12)

    for (const others of [
      [deviceKey({ name: 'x', owner: 'bob', passphrase: 'of-somebody-else' })],
      [deviceKey({ name: 'x', kind: 'printer', passphrase: 'of-a-printer-1' })],
      Array.from({ length: 12 }, (_, i) =>
        deviceKey({ name: `x${i}`, passphrase: `x-number-${i}-x` }),
      ),
    ]) {
      use(deviceKey(), ...others)
      expect((await ask(askByAddress(TILL))).reply.code).toBe(CODE['Access-Reject'])
    }
    expect(server.metrics.rejects['device-key-ambiguous'].value).toBe(3)
  })

  test('is not offered several by an access point that takes one', async () => {
    server.house.gateways = [gateway({ vendor: 'unifi' })]
    use(deviceKey(), deviceKey({ name: 'b', passphrase: 'another-passphrase' }))
    expect((await ask(askByAddress(TILL))).reply.code).toBe(CODE['Access-Reject'])
  })
})

describe('a policy', () => {
  test('by the kind of device, its groups and the key as proof decides what it gets', async () => {
    use(deviceKey({ mac: macOf(TILL) }))
    const vlan = async (): Promise<string | undefined> =>
      (await ask(askByAddress(TILL))).reply.text(ATTRIBUTE['Tunnel-Private-Group-Id'])
    const tills = { devices: ['till'], groups: ['tills'], proofs: ['psk'], vlan: 77 } as const
    server.house.policies = [
      policy('printers', { devices: ['printer'], vlan: 66 }),
      policy('tills', { ...tills, sessionSeconds: 3600 }),
    ]
    expect(await vlan()).toBe('77')
    const { reply } = await ask(askByAddress(TILL))
    expect(reply.integer(ATTRIBUTE['Session-Timeout'])).toBe(3600)
    use(deviceKey({ mac: macOf(TILL), kind: 'printer' }))
    expect(await vlan()).toBe('66')
    server.house.policies = [policy('passwords', { proofs: ['password'], vlan: 55 })]
    expect(await vlan()).toBe('20')
  })

  test('does not make a key last longer than it does', async () => {
    use(deviceKey({ mac: macOf(TILL), until: server.house.now + 90_500 }))
    server.house.policies = [policy('tills', { sessionSeconds: 3600 })]
    const { reply } = await ask(askByAddress(TILL))
    expect(reply.integer(ATTRIBUTE['Session-Timeout'])).toBe(90)
  })

  test('that refuses does so, and gives no passphrase away', async () => {
    use(deviceKey({ mac: macOf(TILL) }))
    server.house.policies = [policy('no-tills', { devices: ['till'], refusal: 'not here' })]
    const { reply, passwords } = await ask(askByAddress(TILL))
    expect(reply.code).toBe(CODE['Access-Reject'])
    expect(passwords).toEqual([])
    expect(server.metrics.rejects['refused-by-policy'].value).toBe(1)
  })
})

describe('a guest', () => {
  test('comes in by a grant as before on a network without keys', async () => {
    use(deviceKey())
    server.house.grants.set(macOf(TILL), server.house.now + 60_000)
    const guests = await ask(askByAddress(TILL, 'Guests'))
    expect(guests.reply.text(ATTRIBUTE.Class)).toBe('acc1:guest')
    expect((await ask(askByAddress(OTHER, null))).reply.code).toBe(CODE['Access-Reject'])
    expect(server.metrics.rejects['no-grant'].value).toBe(1)
  })

  test('does not come in by a grant on a network of keys, nor with a handshake that cannot be read', async () => {
    use(deviceKey({ mac: macOf(OTHER) }))
    server.house.grants.set(macOf(TILL), server.house.now + 60_000)
    expect((await ask(askByAddress(TILL))).reply.code).toBe(CODE['Access-Reject'])
    const [anonce] = handshakeAttributes(TILL, 'correct-horse-battery', SSID)
    const broken = await ask([...askByAddress(TILL), ...(anonce === undefined ? [] : [anonce])])
    expect(broken.reply.code).toBe(CODE['Access-Reject'])
    expect(server.metrics.rejects['device-key-handshake'].value).toBe(1)
  })
})
