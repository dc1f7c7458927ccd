import { beforeEach, describe, expect, test } from 'vitest'
import { ATTRIBUTE, CODE, SERVICE_TYPE } from './dictionary.ts'
import { randomRequest, revealSalted } from './testing/gateway.ts'
import type { Reply, RequestOptions, Sent } from './testing/gateway.ts'
import { sourceOf } from './testing/source.ts'
import { account, createTestServer, gateway, network } from './testing/server.ts'
import type { TestServer } from './testing/server.ts'

const MAC = 'aa:bb:cc:dd:ee:ff'

let server: TestServer
beforeEach(async () => {
  server = await createTestServer()
})

function pap(username: string, password: string, options: Partial<RequestOptions> = {}): Buffer {
  const attributes: Sent[] = [
    [ATTRIBUTE['User-Name'], username],
    [ATTRIBUTE['User-Password'], password],
    ...(options.attributes ?? []),
  ]
  return randomRequest({ code: CODE['Access-Request'], ...options, attributes })
}

function byMac(username: string, ...attributes: Sent[]): Buffer {
  return randomRequest({
    code: CODE['Access-Request'],
    attributes: [[ATTRIBUTE['User-Name'], username], ...attributes],
  })
}

function vendor(type: number, content: Buffer): Sent {
  const head = Buffer.from([0, 0, 1, 0x37, type, 2 + content.length])
  return [ATTRIBUTE['Vendor-Specific'], Buffer.concat([head, content])]
}

function microsoft(reply: Reply | null, type: number): Buffer | undefined {
  const ofVendor = reply?.attributes.filter((one) => one.type === ATTRIBUTE['Vendor-Specific'])
  return ofVendor?.find((one) => one.value.readUInt8(4) === type)?.value.subarray(6)
}

/** RFC 2759 §9.2. */
function msChap2(): Buffer {
  const challenge = Buffer.from('5B5D7C7D7B3F2F3E3C2C602132262628', 'hex')
  const peer = Buffer.from('21402324255E262A28295F2B3A337C7E', 'hex')
  const answer = Buffer.from('82309ECD8D708B5EA08FAA3981CD83544233114A3D85D6DF', 'hex')
  const response = Buffer.concat([Buffer.of(7, 0), peer, Buffer.alloc(8), answer])
  return byMac('User', vendor(11, challenge), vendor(25, response))
}

async function login(request: Buffer, from?: string): Promise<Reply | null> {
  return server.ask('authentication', request, from)
}

describe('a staff member with name and password', () => {
  test('is let in, with the network, the real name and accounting every ten minutes', async () => {
    const reply = await login(pap('bob', 'hello'))
    expect(reply?.code).toBe(CODE['Access-Accept'])
    expect(reply?.text(ATTRIBUTE['User-Name'])).toBe('bob')
    expect(reply?.text(ATTRIBUTE.Class)).toBe('acc1:staff:bob')
    expect(reply?.integer(ATTRIBUTE['Acct-Interim-Interval'])).toBe(600)
    expect(reply?.integer(ATTRIBUTE['Tunnel-Type'])).toBe(13)
    expect(reply?.integer(ATTRIBUTE['Tunnel-Medium-Type'])).toBe(6)
    expect(reply?.text(ATTRIBUTE['Tunnel-Private-Group-Id'])).toBe('20')
    expect(server.metrics.accepts.pap.value).toBe(1)
  })

  test('may write the name in any case', async () => {
    expect((await login(pap('BoB', 'hello')))?.code).toBe(CODE['Access-Accept'])
  })

  test('is let in also by a gateway that need not send Message-Authenticator', async () => {
    server.house.gateways = [gateway({ messageAuthenticator: 'optional' })]
    const reply = await login(pap('bob', 'hello', { sign: 'none' }))
    expect(reply?.code).toBe(CODE['Access-Accept'])
  })

  test('may have a password of 128 octets, and one that is not ASCII', async () => {
    const long = 'é'.repeat(64)
    server.house.accounts = new Map([['ann', await account('ann', long)]])
    expect((await login(pap('ann', long)))?.code).toBe(CODE['Access-Accept'])
  })

  test('gets no VLAN where the network has none', async () => {
    server.house.gateways = [gateway({ staff: network('staff', { vlan: null }) })]
    const reply = await login(pap('bob', 'hello'))
    expect(reply?.code).toBe(CODE['Access-Accept'])
    expect(reply?.first(ATTRIBUTE['Tunnel-Type'])).toBeUndefined()
  })

  test.each([
    ['wrong-password', 'bob', 'hullo'],
    ['wrong-password', 'bob', 'hello '],
    ['unknown-account', 'eve', 'hello'],
    ['empty-password', 'bob', ''],
  ] as const)('is rejected for %s', async (reason, username, password) => {
    const reply = await login(pap(username, password))
    expect(reply?.code).toBe(CODE['Access-Reject'])
    expect(server.metrics.rejects[reason].value).toBe(1)
  })

  test('is rejected at a site that has no staff network', async () => {
    server.house.gateways = [gateway({ staff: null })]
    expect((await login(pap('bob', 'hello')))?.code).toBe(CODE['Access-Reject'])
    expect(server.metrics.rejects['no-staff-network'].value).toBe(1)
  })

  test('is answered from memory the second time, and not after the password was changed', async () => {
    await login(pap('bob', 'hello'))
    const source = sourceOf('127.0.0.1', 1)
    const again = server.server.handle('authentication', pap('bob', 'hello'), source)
    expect(again).toBeInstanceOf(Uint8Array)

    server.house.accounts = new Map([['bob', await account('bob', 'changed')]])
    expect((await login(pap('bob', 'hello')))?.code).toBe(CODE['Access-Reject'])
    expect((await login(pap('bob', 'changed')))?.code).toBe(CODE['Access-Accept'])
  })

  test('is rejected when the account is gone', async () => {
    await login(pap('bob', 'hello'))
    server.house.accounts = new Map()
    expect((await login(pap('bob', 'hello')))?.code).toBe(CODE['Access-Reject'])
  })

  test('is rejected with CHAP, which needs passwords in clear', async () => {
    const chap = byMac('bob', [3, Buffer.alloc(17)])
    expect((await login(chap))?.code).toBe(CODE['Access-Reject'])
    expect(server.metrics.rejects['chap-needs-clear-password'].value).toBe(1)
  })

  test('is let in with MS-CHAPv2, which proves the server too, to the vectors of the RFCs', async () => {
    server.house.accounts = new Map([
      ['user', await account('user', 'clientPass', { mschap: true })],
    ])
    const request = msChap2()
    const reply = await login(request)
    expect(reply?.code).toBe(CODE['Access-Accept'])
    const proof = Buffer.concat([
      Buffer.of(7),
      Buffer.from('S=407A5589115FD0D6209F510FE9C04566932CDA56'),
    ])
    expect(microsoft(reply, 26)).toEqual(proof)
    const key = (type: number): string =>
      revealSalted(microsoft(reply, type) ?? Buffer.alloc(2), request)
        .toString('hex')
        .toUpperCase()
    expect(key(16)).toBe('8B7CDC149B993A1BA118CB153F56DCCB')
    expect(key(17)).toBe('D5F0E9521E3EA9589645E86051C82226')
    expect(server.metrics.accepts.mschapv2.value).toBe(1)
  })

  test.each([
    ['a wrong password', { password: 'other', mschap: true }, 'wrong-password'],
    ['an account without NT hash', { password: 'clientPass' }, 'no-nt-hash'],
  ] as const)('is told by MS-CHAPv2 of %s', async (_, { password, ...changes }, reason) => {
    server.house.accounts = new Map([['user', await account('user', password, changes)]])
    const reply = await login(msChap2())
    expect(reply?.code).toBe(CODE['Access-Reject'])
    expect(microsoft(reply, 2)?.toString('latin1')).toMatch(/^\x07E=691 R=0 C=[0-9A-F]{32} V=3 M=/)
    expect(server.metrics.rejects[reason].value).toBe(1)
  })

  test('is rejected with MS-CHAP version 1, and with half of version 2', async () => {
    const version1 = byMac('bob', vendor(11, Buffer.alloc(8)), vendor(1, Buffer.alloc(50)))
    expect((await login(version1))?.code).toBe(CODE['Access-Reject'])
    expect(server.metrics.rejects['mschap-version-1'].value).toBe(1)
    for (const half of [[], [vendor(11, Buffer.alloc(8))]]) {
      const request = byMac('bob', vendor(25, Buffer.alloc(50)), ...half)
      expect((await login(request))?.code).toBe(CODE['Access-Reject'])
    }
    expect(server.metrics.rejects['bad-password-attribute'].value).toBe(2)
  })

  test('waits for no answer when too many passwords are being checked', async () => {
    const all = await Promise.all(
      Array.from({ length: 200 }, (_, i) =>
        server.ask('authentication', pap(`bob ${i}`, 'wrong'), '127.0.0.1', 1000 + i),
      ),
    )
    expect(all.filter((reply) => reply === null).length).toBe(200 - 128 - 3)
    expect(server.metrics.dropped['passwords-overloaded'].value).toBe(200 - 128 - 3)
  })
})

describe('a guest device', () => {
  beforeEach(() => {
    server.house.grants.set(MAC, server.house.now + 3_600_000)
  })

  test.each([
    'AA-BB-CC-DD-EE-FF',
    'aa:bb:cc:dd:ee:ff',
    'aabb.ccdd.eeff',
    'aabbcc-ddeeff',
    'aabbccddeeff',
    'AABBCCDDEEFF',
  ])('is let in as %s', async (spelling) => {
    const reply = await login(byMac(spelling, [ATTRIBUTE['User-Password'], spelling]))
    expect(reply?.code).toBe(CODE['Access-Accept'])
    expect(reply?.integer(ATTRIBUTE['Session-Timeout'])).toBe(3600)
    expect(reply?.text(ATTRIBUTE.Class)).toBe('acc1:guest')
    expect(reply?.integer(ATTRIBUTE['Acct-Interim-Interval'])).toBe(600)
    expect(reply?.first(ATTRIBUTE['Tunnel-Type'])).toBeUndefined()
    expect(server.metrics.accepts.mac.value).toBe(1)
  })

  test('is known by Call-Check, by Calling-Station-Id or by its address as password', async () => {
    const ways: Sent[][] = [
      [[ATTRIBUTE['Service-Type'], SERVICE_TYPE['Call-Check']]],
      [[ATTRIBUTE['Calling-Station-Id'], 'AA-BB-CC-DD-EE-FF']],
      [[ATTRIBUTE['User-Password'], 'aabbccddeeff']],
    ]
    for (const way of ways) {
      expect((await login(byMac(MAC, ...way)))?.code).toBe(CODE['Access-Accept'])
    }
  })

  test('is not let in by a name alone that looks like an address', async () => {
    const other: Sent[] = [
      [ATTRIBUTE['User-Password'], 'hello'],
      [ATTRIBUTE['Calling-Station-Id'], '02-00-00-00-00-01'],
    ]
    expect((await login(byMac(MAC, ...other)))?.code).toBe(CODE['Access-Reject'])
    expect(server.metrics.rejects['unknown-account'].value).toBe(1)
  })

  test('is put into the guest VLAN where there is one', async () => {
    server.house.gateways = [gateway({ guest: network('guest', { vlan: 30 }) })]
    const reply = await login(byMac(MAC, [ATTRIBUTE['User-Password'], MAC]))
    expect(reply?.text(ATTRIBUTE['Tunnel-Private-Group-Id'])).toBe('30')
  })

  test('is asked about again after a day, however long its grant is', async () => {
    server.house.grants.set(MAC, server.house.now + 30 * 86_400_000)
    const reply = await login(byMac(MAC, [ATTRIBUTE['User-Password'], MAC]))
    expect(reply?.integer(ATTRIBUTE['Session-Timeout'])).toBe(86_400)
  })

  test('that accepted a millisecond ago is found in the database', async () => {
    server.house.grants.clear()
    server.house.findGrant = (mac) =>
      Promise.resolve(mac === MAC ? server.house.now + 60_000 : null)
    const reply = await login(byMac(MAC, [ATTRIBUTE['User-Password'], MAC]))
    expect(reply?.code).toBe(CODE['Access-Accept'])
    expect(reply?.integer(ATTRIBUTE['Session-Timeout'])).toBe(60)
  })

  test('without a grant is rejected', async () => {
    server.house.grants.clear()
    const reply = await login(byMac(MAC, [ATTRIBUTE['User-Password'], MAC]))
    expect(reply?.code).toBe(CODE['Access-Reject'])
    expect(server.metrics.rejects['no-grant'].value).toBe(1)
  })

  test.each([
    ['fails', () => Promise.reject(new Error('away'))],
    ['is silent', () => new Promise<null>(() => {})],
  ])('is rejected soon when memory does not know it and the database %s', async (_, find) => {
    server.house.grants.clear()
    server.house.findGrant = find
    const reply = await login(byMac(MAC, [ATTRIBUTE['User-Password'], MAC]))
    expect(reply?.code).toBe(CODE['Access-Reject'])
    expect(server.metrics.rejects['grants-unavailable'].value).toBe(1)
  })

  test('is rejected at a site that has no guest network', async () => {
    server.house.gateways = [gateway({ guest: null })]
    const reply = await login(byMac(MAC, [ATTRIBUTE['User-Password'], MAC]))
    expect(reply?.code).toBe(CODE['Access-Reject'])
    expect(server.metrics.rejects['no-guest-network'].value).toBe(1)
  })
})

describe('silence', () => {
  test('for a stranger', async () => {
    expect(await login(pap('bob', 'hello'), '192.0.2.1')).toBeNull()
    expect(server.metrics.dropped['unknown-client'].value).toBe(1)
  })

  test('for a Message-Authenticator that is wrong, or there twice', async () => {
    expect(await login(pap('bob', 'hello', { sign: 'wrong' }))).toBeNull()
    expect(await login(pap('bob', 'hello', { sign: 'twice' }))).toBeNull()
    expect(server.metrics.dropped['message-authenticator-wrong'].value).toBe(2)
  })

  test('for another secret', async () => {
    expect(await login(pap('bob', 'hello', { secret: 'other' }))).toBeNull()
  })

  test('for what belongs to the other port or is no request at all', async () => {
    expect(await server.send('accounting', pap('bob', 'hello'))).toBeNull()
    for (const code of [0, 2, 3, 4, 5, 11, 40, 43, 255]) {
      expect(await server.send('authentication', randomRequest({ code }))).toBeNull()
    }
    expect(server.metrics.dropped['unexpected-code'].value).toBe(10)
  })
})

describe('every reply', () => {
  test('begins with Message-Authenticator, asked for or not', async () => {
    server.house.gateways = [gateway({ messageAuthenticator: 'optional' })]
    const requests = [
      pap('bob', 'hello', { sign: 'none' }),
      pap('bob', 'wrong', { sign: 'none' }),
      randomRequest({ code: CODE['Status-Server'] }),
    ]
    for (const request of requests) {
      const reply = await login(request)
      expect(reply?.attributes[0]?.type).toBe(ATTRIBUTE['Message-Authenticator'])
    }
  })

  test('brings each Proxy-State back as it came', async () => {
    const states = [Buffer.from('01', 'hex'), Buffer.from('0203', 'hex')]
    const reply = await login(
      pap('bob', 'hello', {
        attributes: states.map((state) => [ATTRIBUTE['Proxy-State'], state] as const),
      }),
    )
    expect(
      reply?.attributes
        .filter((one) => one.type === ATTRIBUTE['Proxy-State'])
        .map((one) => one.value),
    ).toEqual(states)
  })

  test('is left out when the Proxy-States leave no room for it', async () => {
    const state = [ATTRIBUTE['Proxy-State'], Buffer.alloc(253)] as const
    const attributes = Array.from({ length: 15 }, () => state)
    expect(
      await login(pap('bob', 'hello', { attributes: [...attributes, [33, Buffer.alloc(208)]] })),
    ).toBeNull()
    expect(server.metrics.dropped['reply-too-long'].value).toBe(1)
  })
})

describe('gateways', () => {
  test('are found by the longest prefix, each with its own secret', async () => {
    server.house.gateways = [
      gateway({ name: 'wide', address: '10.0.0.0/8', secret: 'wide' }),
      gateway({ name: 'narrow', address: '10.1.2.0/24', secret: 'narrow' }),
    ]
    const narrow = pap('bob', 'hello', { secret: 'narrow' })
    expect(await server.send('authentication', narrow, '10.1.2.3')).not.toBeNull()
    expect(await server.send('authentication', narrow, '10.1.3.3')).toBeNull()
  })

  test('come, change and go while the server runs', async () => {
    const request = pap('bob', 'hello', { secret: 'new' })
    expect(await server.send('authentication', request)).toBeNull()
    server.house.gateways = [gateway({ secret: 'new' })]
    expect(await server.send('authentication', request)).not.toBeNull()
    server.house.gateways = []
    expect(await server.send('authentication', pap('bob', 'hello'))).toBeNull()
  })
})

describe('a mistake of ours', () => {
  test('costs one packet, at once or later, and leaves nothing in progress', async () => {
    server.house.grants.get = () => {
      throw new Error('a mistake')
    }
    const device = byMac(MAC, [ATTRIBUTE['User-Password'], MAC])
    expect(await login(device)).toBeNull()
    // Without a certificate the first TLS message throws inside a promise.
    const eap = (hex: string, ...more: Sent[]): Buffer =>
      randomRequest({
        code: CODE['Access-Request'],
        identifier: 9,
        attributes: [[ATTRIBUTE['EAP-Message'], Buffer.from(hex, 'hex')], ...more],
      })
    const start = await login(eap('0201000501'))
    const state = start?.first(ATTRIBUTE.State) ?? Buffer.alloc(0)
    expect(await login(eap('02020008150016aa', [ATTRIBUTE.State, state]))).toBeNull()
    expect(server.metrics.dropped.internal.value).toBe(2)

    const { gateways } = server.house
    server.house.gateways = [gateway({ address: 'nowhere' })]
    expect(await login(device)).toBeNull()
    expect(server.metrics.dropped.internal.value).toBe(3)

    server.house.gateways = gateways
    server.house.grants = new Map([[MAC, server.house.now + 60_000]])
    expect((await login(device))?.code).toBe(CODE['Access-Accept'])
  })
})

test('every way to be let in, refused or dropped can be seen in the metrics', async () => {
  await login(pap('bob', 'wrong'))
  const text = await server.registry.text()
  expect(text).toContain('accueil_radius_rejects_total{reason="wrong-password"} 1')
  expect(text).toContain('accueil_radius_dropped_total{reason="unknown-client"} 0')
  expect(text).toContain('accueil_radius_eap_conversations 0')
})
