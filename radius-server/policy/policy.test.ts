import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { StoredCertificate } from '#db/certificates.ts'
import { ATTRIBUTE, CODE, MICROSOFT, SERVICE_TYPE } from '../dictionary.ts'
import { EAP_TYPE } from '../eap/eap-packet.ts'
import { makeCertificateAuthority, makeServerCertificate } from '../testing/certificates.ts'
import { deviceCa, makeDevice } from '../testing/devices.ts'
import { randomRequest } from '../testing/gateway.ts'
import type { Reply, Sent } from '../testing/gateway.ts'
import { logIn } from '../testing/peer.ts'
import { account, createTestServer, gateway, network, policy } from '../testing/server.ts'
import type { TestServer } from '../testing/server.ts'

const MAC = 'aa:bb:cc:dd:ee:ff'

let server: TestServer
beforeEach(async () => {
  server = await createTestServer({ accounts: [await account('bob', 'hello')] })
})

function ask(attributes: readonly Sent[], from?: string): Promise<Reply | null> {
  const request = randomRequest({ code: CODE['Access-Request'], attributes })
  return server.ask('authentication', request, from)
}

const asBob = (from?: string): Promise<Reply | null> =>
  ask(
    [
      [ATTRIBUTE['User-Name'], 'bob'],
      [ATTRIBUTE['User-Password'], 'hello'],
    ],
    from,
  )

const asGuest = (): Promise<Reply | null> =>
  ask([
    [ATTRIBUTE['User-Name'], MAC],
    [ATTRIBUTE['Service-Type'], SERVICE_TYPE['Call-Check']],
  ])

const vlanOf = (reply: Reply | null): string | undefined =>
  reply?.text(ATTRIBUTE['Tunnel-Private-Group-Id'])
const secondsOf = (reply: Reply | null): number | undefined =>
  reply?.integer(ATTRIBUTE['Session-Timeout'])

describe('a policy', () => {
  test('puts who is in a group on a network of its own, from the next login on', async () => {
    expect(vlanOf(await asBob())).toBe('20')
    server.house.policies = [policy('volunteers', { groups: ['staff'], vlan: 30 })]
    expect(vlanOf(await asBob())).toBe('30')
    server.house.policies = []
    expect(vlanOf(await asBob())).toBe('20')
  })

  test('without a VLAN leaves that of the network, and a change of that counts too', async () => {
    server.house.policies = [policy('all', { filter: 'staff' })]
    const reply = await asBob()
    expect(vlanOf(reply)).toBe('20')
    expect(reply?.text(ATTRIBUTE['Filter-Id'])).toBe('staff')
    server.house.gateways = [gateway({ staff: network('staff', { vlan: 21 }) })]
    expect(vlanOf(await asBob())).toBe('21')
  })

  test('decides where it is the first that fits', async () => {
    server.house.policies = [
      policy('others', { groups: ['accounting'], vlan: 29 }),
      policy('first', { groups: ['staff'], vlan: 30 }),
      policy('second', { vlan: 31 }),
    ]
    expect(vlanOf(await asBob())).toBe('30')
  })

  test('knows a group in whatever case an account has it', async () => {
    const bob = await account('bob', 'hello')
    server.house.accounts = new Map([['bob', { ...bob, groups: ['Staff'] }]])
    server.house.policies = [policy('volunteers', { groups: ['staff'], vlan: 30 })]
    expect(vlanOf(await asBob())).toBe('30')
  })

  test('is of a place, of an association, of a network', async () => {
    const elsewhere = { site: '69-0003', association: '69' }
    const lyon = gateway({
      ...{ name: 'gw-0003', address: '127.0.0.2/32', ...elsewhere },
      staff: network('staff', elsewhere),
    })
    server.house.gateways = [gateway(), lyon]
    server.house.policies = [
      policy('guests', { network: 'guest', vlan: 9 }),
      policy('nation', { sites: ['75-0042'], vlan: 30 }),
      policy('rhone', { associations: ['69'], vlan: 31 }),
    ]
    expect(vlanOf(await asBob())).toBe('30')
    expect(vlanOf(await asBob('127.0.0.2'))).toBe('31')
    expect(vlanOf(await asBob())).toBe('30')
  })

  test('gives the same account at gateways of two makes what each understands', async () => {
    server.house.gateways = [
      gateway(),
      gateway({ name: 'gw-0043', address: '127.0.0.2/32', vendor: 'aruba' }),
    ]
    server.house.policies = [policy('all', { filter: 'staff' })]
    expect((await asBob())?.text(ATTRIBUTE['Filter-Id'])).toBe('staff')
    expect((await asBob('127.0.0.2'))?.first(ATTRIBUTE['Filter-Id'])).toBeUndefined()
  })

  test('refuses with its sentence, and is counted', async () => {
    server.house.policies = [policy('closed', { refusal: 'Closed for works until March' })]
    const reply = await asBob()
    expect(reply?.code).toBe(CODE['Access-Reject'])
    expect(reply?.text(ATTRIBUTE['Reply-Message'])).toBe('Closed for works until March')
    expect(server.metrics.rejects['refused-by-policy'].value).toBe(1)
  })

  test('refuses MS-CHAPv2 with the error that means nothing is wrong with the password', async () => {
    const bob = await account('User', 'clientPass', { mschap: true })
    server.house.accounts = new Map([['user', bob]])
    const vendor = (type: number, hex: string): Sent => {
      const value = Buffer.from(hex, 'hex')
      const head = Buffer.from([0, 0, 1, 0x37, type, 2 + value.length])
      return [ATTRIBUTE['Vendor-Specific'], Buffer.concat([head, value])]
    }
    // RFC 2759 §9.2.
    const attributes: Sent[] = [
      [ATTRIBUTE['User-Name'], 'User'],
      vendor(MICROSOFT['MS-CHAP-Challenge'], '5B5D7C7D7B3F2F3E3C2C602132262628'),
      vendor(
        MICROSOFT['MS-CHAP2-Response'],
        `070021402324255E262A28295F2B3A337C7E${'00'.repeat(8)}82309ECD8D708B5EA08FAA3981CD83544233114A3D85D6DF`,
      ),
    ]
    expect((await ask(attributes))?.code).toBe(CODE['Access-Accept'])
    server.house.policies = [policy('closed', { refusal: 'Closed' })]
    const reply = await ask(attributes)
    expect(reply?.code).toBe(CODE['Access-Reject'])
    expect(reply?.first(ATTRIBUTE['Vendor-Specific'])?.toString('latin1')).toContain('E=649 ')
  })
})

describe('a guest', () => {
  beforeEach(() => {
    server.house.grants.set(MAC, server.house.now + 7 * 86_400_000)
  })

  test('gets what the policies say of guests, no longer than the grant and a day', async () => {
    server.house.policies = [
      policy('staff', { groups: ['staff'], vlan: 30 }),
      policy('guests', { network: 'guest', vlan: 40, filter: 'guests' }),
    ]
    const reply = await asGuest()
    expect(vlanOf(reply)).toBe('40')
    expect(reply?.text(ATTRIBUTE['Filter-Id'])).toBe('guests')
    expect(secondsOf(reply)).toBe(86_400)
    server.house.grants.set(MAC, server.house.now + 60_000)
    expect(secondsOf(await asGuest())).toBe(60)
  })

  test('has no longer a session than the policy gives', async () => {
    server.house.policies = [policy('guests', { proofs: ['mac'], sessionSeconds: 7200 })]
    expect(secondsOf(await asGuest())).toBe(7200)
    server.house.grants.set(MAC, server.house.now + 60_000)
    expect(secondsOf(await asGuest())).toBe(60)
  })

  test('is refused by a policy although there is a grant, and from then on not', async () => {
    server.house.policies = [policy('none', { network: 'guest', refusal: 'Closed' })]
    expect((await asGuest())?.code).toBe(CODE['Access-Reject'])
    server.house.policies = [policy('none', { network: 'staff', refusal: 'Closed' })]
    expect((await asGuest())?.code).toBe(CODE['Access-Accept'])
  })
})

describe('802.1X', () => {
  const now = Date.now()
  let certificate: StoredCertificate
  let root: StoredCertificate
  beforeAll(async () => {
    const ca = await makeCertificateAuthority(now)
    certificate = await makeServerCertificate(ca, 'wifi.example.org', now)
    root = await makeCertificateAuthority(now)
  })
  beforeEach(async () => {
    server = await createTestServer({ certificates: [certificate] })
    server.house.now = now
  })
  const peer = { version: 'TLSv1.3', waits: true } as const

  test('is given what the policy says, with the way to ask again at the end of the session', async () => {
    server.house.policies = [policy('volunteers', { vlan: 30, sessionSeconds: 3600 })]
    const { reply } = await logIn(server, { ...peer, caPem: certificate.caPem })
    expect(vlanOf(reply)).toBe('30')
    expect(secondsOf(reply)).toBe(3600)
    expect(reply?.integer(ATTRIBUTE['Termination-Action'])).toBe(1)
  })

  test('is refused with an EAP-Failure and no sentence beside it', async () => {
    server.house.policies = [policy('closed', { refusal: 'Closed' })]
    const { reply, mppe } = await logIn(server, { ...peer, caPem: certificate.caPem })
    expect(reply?.code).toBe(CODE['Access-Reject'])
    expect(reply?.eap().readUInt8(0)).toBe(4)
    expect(reply?.first(ATTRIBUTE['Reply-Message'])).toBeUndefined()
    expect(mppe).toBeNull()
  })

  test('asks the policies again when a session is resumed', async () => {
    const first = await logIn(server, { ...peer, caPem: certificate.caPem })
    const session = first.sessions.at(-1)
    if (session === undefined) throw new Error('there is no session to come back with')
    const again = () => logIn(server, { ...peer, caPem: certificate.caPem, session })
    server.house.policies = [policy('volunteers', { groups: ['staff'], vlan: 30 })]
    const moved = await again()
    expect([moved.isResumed, vlanOf(moved.reply)]).toEqual([true, '30'])
    server.house.policies = [policy('closed', { groups: ['staff'], refusal: 'Closed' })]
    const refused = await again()
    expect([refused.isResumed, refused.reply?.code]).toEqual([true, CODE['Access-Reject']])
  })

  test('by a certificate is told from a password, and a kind of device by its CA', async () => {
    server.house.policies = [
      policy('tills', { devices: ['till'], vlan: 50 }),
      policy('managed', { proofs: ['certificate'], vlan: 51 }),
      policy('personal', { proofs: ['password'], vlan: 52 }),
    ]
    const device = await makeDevice(root, { cn: ['bob'], now })
    const byCertificate = async (ca: Parameters<typeof deviceCa>[1]): Promise<Reply | null> => {
      server = await createTestServer({
        certificates: [certificate],
        deviceCas: [deviceCa(root, ca)],
        policies: server.house.policies,
      })
      server.house.now = now
      const shown = { type: EAP_TYPE.TLS, caPem: certificate.caPem, device }
      return (await logIn(server, { ...peer, ...shown })).reply
    }
    expect(vlanOf((await logIn(server, { ...peer, caPem: certificate.caPem })).reply)).toBe('52')
    expect(vlanOf(await byCertificate({}))).toBe('51')
    expect(vlanOf(await byCertificate({ device: 'till' }))).toBe('50')
    expect(vlanOf(await byCertificate({ device: 'till', names: 'device' }))).toBe('50')
    expect(vlanOf(await byCertificate({ device: 'laptop', names: 'device' }))).toBe('51')
  })
})
