import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { StoredCertificate } from '#db/certificates.ts'
import { CODE } from '../dictionary.ts'
import { deviceCa, makeDevice } from '../testing/devices.ts'
import type { DeviceCertificate } from '../testing/devices.ts'
import { everyEapLayer } from '../testing/eap-layers.ts'
import { loginOfBob } from '../testing/login.ts'
import { logIn, papAvps } from '../testing/peer.ts'
import type { PeerOptions, PeerResult } from '../testing/peer.ts'
import { account, createTestServer } from '../testing/server.ts'
import type { TestServer } from '../testing/server.ts'
import { EAP_TYPE } from './eap-packet.ts'
import { makeCertificateAuthority, makeServerCertificate } from '../testing/certificates.ts'
import { createResumption } from './resumption.ts'
import { createTunnelContexts } from './tunnel-contexts.ts'
import { SESSION_LIFE_SECONDS } from './tunnel-settings.ts'

const NOW = Date.now()
let certificate: StoredCertificate
let deviceRoot: StoredCertificate
let device: DeviceCertificate
let server: TestServer

beforeAll(async () => {
  const ca = await makeCertificateAuthority(NOW)
  certificate = await makeServerCertificate(ca, 'wifi.example.org', NOW)
  deviceRoot = await makeCertificateAuthority(NOW)
  device = await makeDevice(deviceRoot, { cn: ['bob'], serial: 0x1001, now: NOW })
})

describe.each(everyEapLayer())('by the $name layer', ({ engine }) => {
  beforeEach(async () => {
    server = await createTestServer({
      engine,
      certificates: [certificate],
      deviceCas: [deviceCa(deviceRoot)],
    })
    server.house.now = NOW
  })

  const WAYS = [
    ['a TLS 1.2 ticket', { version: 'TLSv1.2' }],
    ['a TLS 1.2 session identifier', { version: 'TLSv1.2', withoutTickets: true }],
    ['a TLS 1.3 ticket', { version: 'TLSv1.3' }],
  ] as const

  describe.each(WAYS)('%s', (_, way) => {
    const peer = (more: Partial<PeerOptions> = {}): PeerOptions => ({
      ...way,
      caPem: certificate.caPem,
      waits: true,
      ...more,
    })

    async function firstLogin(more: Partial<PeerOptions> = {}): Promise<Buffer> {
      const first = await logIn(server, peer(more))
      const session = first.sessions.at(-1)
      if (session === undefined) throw new Error('there is no session to come back with')
      await server.resumption.settled()
      return session
    }

    async function again(session: Buffer, more: Partial<PeerOptions> = {}): Promise<PeerResult> {
      return logIn(server, peer({ session, password: 'forgotten', ...more }))
    }

    test('lets a person in again without a password, with new keys that both sides have', async () => {
      const session = await firstLogin()
      const { reply, isResumed, keys, mppe } = await again(session)
      expect(isResumed).toBe(true)
      expect(reply?.code).toBe(CODE['Access-Accept'])
      expect(reply?.text(1)).toBe('bob')
      expect(mppe?.recv).toEqual(keys?.subarray(0, 32))
      expect(server.metrics.eapResumed.value).toBe(1)
      expect(server.metrics.accepts['ttls-pap'].value).toBe(2)
    })

    test('works many times, and at another server of the fleet', async () => {
      const session = await firstLogin()
      const other = await createTestServer({
        engine,
        certificates: [certificate],
        eapSessions: server.house.eapSessions,
      })
      other.house.accounts = server.house.accounts
      other.house.now = NOW
      for (const place of [other, server, other]) {
        const { reply, isResumed } = await logIn(place, peer({ session, password: 'forgotten' }))
        expect([isResumed, reply?.code]).toEqual([true, CODE['Access-Accept']])
      }
    })

    // RFC 5281 §7.5: it would be a login without password.
    test('is worth nothing from a conversation that ended with a wrong password', async () => {
      const session = await firstLogin({ password: 'wrong' })
      const { reply, isResumed } = await again(session)
      expect([isResumed, reply?.code]).toEqual([false, CODE['Access-Reject']])
      expect(server.house.eapSessions.size).toBe(0)
    })

    test('is worth nothing once the account is gone', async () => {
      const session = await firstLogin()
      server.house.accounts = new Map()
      const { reply, isResumed } = await again(session)
      expect([isResumed, reply?.code]).toEqual([false, CODE['Access-Reject']])
    })

    test('is worth nothing when the account goes during the handshake', async () => {
      const session = await firstLogin()
      // Identity, then the ClientHello, which takes two packets with the key share of TLS 1.3.
      const lastOfHello = way.version === 'TLSv1.3' ? 3 : 2
      const beforeRound = (round: number): void => {
        if (round > lastOfHello) server.house.accounts = new Map()
      }
      const { reply, isResumed } = await again(session, { beforeRound })
      expect([isResumed, reply?.code]).toEqual([true, CODE['Access-Reject']])
    })

    test('is worth nothing once the password is another', async () => {
      const session = await firstLogin()
      server.house.accounts = new Map([['bob', await account('bob', 'changed')]])
      const { reply, isResumed } = await again(session)
      expect([isResumed, reply?.code]).toEqual([false, CODE['Access-Reject']])
    })

    test('is worth nothing after half a day', async () => {
      const session = await firstLogin()
      server.house.now += SESSION_LIFE_SECONDS * 1000
      expect((await again(session)).isResumed).toBe(false)
    })

    test('of one method opens no other', async () => {
      const session = await firstLogin()
      const { reply, isResumed } = await again(session, { type: EAP_TYPE.TLS, device })
      expect(isResumed).toBe(false)
      expect(reply?.code).toBe(CODE['Access-Accept'])
    })

    test('survives a new server certificate', async () => {
      const session = await firstLogin()
      const ca = await makeCertificateAuthority(NOW)
      const next = await makeServerCertificate(ca, 'wifi.example.org', NOW)
      server.house.tunnelContexts = createTunnelContexts([next], [], engine)
      expect((await again(session)).isResumed).toBe(true)
    })

    test('is only a full handshake more where it is not known', async () => {
      const session = await firstLogin()
      const other = await createTestServer({ engine, certificates: [certificate] })
      other.house.accounts = server.house.accounts
      const { reply, isResumed } = await logIn(other, peer({ session }))
      expect([isResumed, reply?.code]).toEqual([false, CODE['Access-Accept']])
    })

    test('with a certificate inside is judged by it each time', async () => {
      const tls = { type: EAP_TYPE.TLS, device }
      const session = await firstLogin(tls)
      const second = await again(session, tls)
      expect([second.isResumed, second.reply?.code]).toEqual([true, CODE['Access-Accept']])
      expect(second.mppe?.recv).toEqual(second.keys?.subarray(0, 32))

      server.house.deviceCas = [deviceCa(deviceRoot, { revoked: new Set(['1001']) })]
      const revoked = await again(session, tls)
      expect(revoked.reply?.code).toBe(CODE['Access-Reject'])
      expect(server.metrics.rejects['certificate-revoked'].value).toBe(1)

      server.house.deviceCas = [deviceCa(deviceRoot)]
      server.house.accounts = new Map()
      expect((await again(session, tls)).reply?.code).toBe(CODE['Access-Reject'])
      expect(server.metrics.rejects['unknown-account'].value).toBe(1)
    })
  })

  // Who listens in the air can read the name in front of a ticket, and send it with another rest.
  test.each(['TLSv1.2', 'TLSv1.3'] as const)(
    '%s: who shows the name of another’s ticket gets none under its keys',
    async (version) => {
      const options = { version, caPem: certificate.caPem, waits: true }
      const session = (await logIn(server, options)).sessions.at(-1)
      await server.resumption.settled()
      const [name = ''] = server.house.eapSessions.keys()
      const at = session?.indexOf(Buffer.from(name, 'hex')) ?? -1
      if (session === undefined || at < 0)
        throw new Error('the ticket does not begin with the name')
      // In its encrypted part.
      session.writeUInt8(session.readUInt8(at + 60) ^ 1, at + 60)

      const forged = await logIn(server, { ...options, session, password: 'wrong' })
      expect([forged.isResumed, forged.reply?.code]).toEqual([false, CODE['Access-Reject']])
      const gained = forged.sessions.at(-1)
      if (gained === undefined) throw new Error('there is no ticket to try')
      const second = await logIn(server, { ...options, session: gained, password: 'wrong' })
      expect([second.isResumed, second.reply?.code]).toEqual([false, CODE['Access-Reject']])
    },
  )

  test('a database that fails or does not answer costs a full handshake, and no login', async () => {
    const options = { version: 'TLSv1.3', caPem: certificate.caPem, waits: true } as const
    const session = (await logIn(server, options)).sessions.at(-1)
    if (session === undefined) throw new Error('there is no session to come back with')
    const other = await createTestServer({ engine, certificates: [certificate] })
    for (const load of [
      () => Promise.reject(new Error('away')),
      () => new Promise<null>(() => {}),
    ]) {
      other.house.loadEapSession = load
      other.house.saveEapSessions = () => Promise.reject(new Error('away'))
      const { isResumed, reply } = await logIn(other, { ...options, session })
      expect([isResumed, reply?.code]).toEqual([false, CODE['Access-Accept']])
    }
    await other.resumption.settled()
    expect(other.resumption.lost).toBe(2)
  })

  test('a person who speaks although the session is resumed is judged by what is said', async () => {
    const options = { version: 'TLSv1.3', caPem: certificate.caPem, waits: true } as const
    const session = (await logIn(server, options)).sessions.at(-1)
    if (session === undefined) throw new Error('there is no session to come back with')
    const inner = papAvps('bob', 'wrong')
    const { isResumed, reply } = await logIn(server, { ...options, waits: false, session, inner })
    expect([isResumed, reply?.code]).toEqual([true, CODE['Access-Reject']])
  })
})

test('sessions of logins that come close together are written in one statement', async () => {
  const written: number[] = []
  const resumption = createResumption({
    login: loginOfBob(),
    save: async (sessions) => void written.push(sessions.length),
    load: () => Promise.resolve(null),
    clock: () => NOW,
  })
  for (let i = 0; i < 300; i += 1) {
    const secret = new Uint8Array(48).fill(i)
    const id = Uint8Array.of(i >> 8, i)
    resumption.remember(EAP_TYPE.TTLS, [{ id, kind: 'ticket', secret }], {
      username: 'bob',
      method: 'ttls-pap',
    })
  }
  expect(written).toEqual([])
  await resumption.settled()
  expect(written).toEqual([256, 44])
  expect(resumption.lost).toBe(0)
})
