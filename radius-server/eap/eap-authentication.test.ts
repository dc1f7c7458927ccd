import { X509Certificate } from 'node:crypto'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { StoredCertificate } from '#db/certificates.ts'
import { ATTRIBUTE, CODE } from '../dictionary.ts'
import { randomRequest } from '../testing/gateway.ts'
import type { Reply, Sent } from '../testing/gateway.ts'
import {
  avp,
  eapAttributes,
  eapResponse,
  identityResponse,
  logIn,
  papAvps,
} from '../testing/peer.ts'
import { everyEapLayer } from '../testing/eap-layers.ts'
import { createTestServer, gateway } from '../testing/server.ts'
import type { TestServer } from '../testing/server.ts'
import { CONVERSATION_LIMITS } from './conversations.ts'
import { EAP_TYPE } from './eap-packet.ts'
import { makeCertificateAuthority, makeServerCertificate } from '../testing/certificates.ts'
import { createTunnelContexts } from './tunnel-contexts.ts'

let certificate: StoredCertificate
let rsaCertificate: StoredCertificate
let caPem: string
let server: TestServer

beforeAll(async () => {
  const ca = await makeCertificateAuthority(Date.now())
  certificate = await makeServerCertificate(ca, 'wifi.example.org', Date.now())
  caPem = ca.caPem
  // Once: to find such a key takes longer than fifty logins.
  const rsaCa = await makeCertificateAuthority(Date.now(), 'rsa')
  rsaCertificate = await makeServerCertificate(rsaCa, 'wifi.example.org', Date.now(), 'rsa')
})

describe.each(everyEapLayer())('by the $name layer', ({ engine }) => {
  beforeEach(async () => {
    server = await createTestServer({ engine, certificates: [certificate] })
  })

  const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const

  describe.each(VERSIONS)('EAP-TTLS with PAP over %s', (version) => {
    test('lets a staff member in, with keys that both sides have', async () => {
      const { reply, keys, mppe } = await logIn(server, { version, caPem })
      expect(reply?.code).toBe(CODE['Access-Accept'])
      expect(reply?.attributes[0]?.type).toBe(ATTRIBUTE['Message-Authenticator'])
      expect(reply?.text(ATTRIBUTE['User-Name'])).toBe('bob')
      expect(reply?.text(ATTRIBUTE['Tunnel-Private-Group-Id'])).toBe('20')
      expect(reply?.eap().readUInt8(0)).toBe(3)
      expect(mppe?.recv).toEqual(keys?.subarray(0, 32))
      expect(mppe?.send).toEqual(keys?.subarray(32, 64))
      expect(server.metrics.accepts['ttls-pap'].value).toBe(1)
    })

    test('lets in also who speaks only after the last flight of the handshake', async () => {
      const { reply, keys, mppe } = await logIn(server, { version, caPem, waits: true })
      expect(reply?.code).toBe(CODE['Access-Accept'])
      expect(mppe?.recv).toEqual(keys?.subarray(0, 32))
    })

    test('rejects a wrong password with EAP-Failure', async () => {
      const { reply } = await logIn(server, { version, caPem, password: 'wrong' })
      expect(reply?.code).toBe(CODE['Access-Reject'])
      expect(reply?.eap().readUInt8(0)).toBe(4)
      expect(server.metrics.rejects['wrong-password'].value).toBe(1)
    })

    test('works in small pieces both ways', async () => {
      const { reply, longestEap } = await logIn(server, {
        version,
        caPem,
        fragment: 60,
        framedMtu: 300,
      })
      expect(reply?.code).toBe(CODE['Access-Accept'])
      expect(longestEap).toBeLessThanOrEqual(296)
    })

    test.each([0, 40, 104])(
      'with a Framed-MTU of %i sends no less than 100 octets',
      async (mtu) => {
        const { reply, longestEap } = await logIn(server, { version, caPem, framedMtu: mtu })
        expect(reply?.code).toBe(CODE['Access-Accept'])
        expect(longestEap).toBe(100)
      },
    )

    test('keeps EAP under 1,024 octets where the gateway says nothing of its MTU', async () => {
      const { longestEap } = await logIn(server, { version, caPem })
      expect(longestEap).toBeLessThanOrEqual(1024)
    })

    test('refuses a peer that does not trust the server, after its alert', async () => {
      const other = await makeCertificateAuthority(Date.now())
      const { reply, tlsError } = await logIn(server, { version, caPem: other.caPem })
      expect(tlsError).not.toBeNull()
      expect(reply?.code).toBe(CODE['Access-Reject'])
      expect(reply?.eap().readUInt8(0)).toBe(4)
    })

    test.each([
      [
        'an unknown AVP that must be understood',
        Buffer.concat([papAvps('bob', 'hello'), avp(999, Buffer.of(1))]),
      ],
      ['a name without password', avp(1, Buffer.from('bob'))],
      ['an AVP longer than what came', papAvps('bob', 'hello').subarray(0, 20)],
      ['an inner EAP-Message that is no response', avp(79, Buffer.of(1, 1, 0, 5, 1))],
      [
        'an inner EAP-Message beside a password',
        Buffer.concat([papAvps('bob', 'hello'), avp(79, identityResponse(1))]),
      ],
    ])('refuses %s', async (_, inner) => {
      const { reply } = await logIn(server, { version, caPem, inner })
      expect(reply?.code).toBe(CODE['Access-Reject'])
      expect(server.metrics.rejects['eap-inner-method'].value).toBe(1)
    })

    test('passes over an unknown AVP that need not be understood', async () => {
      const inner = Buffer.concat([avp(999, Buffer.of(1, 2, 3, 4, 5), 0), papAvps('bob', 'hello')])
      expect((await logIn(server, { version, caPem, inner })).reply?.code).toBe(2)
    })
  })

  let identifier = 0
  async function send(eap: Buffer, ...more: Sent[]): Promise<Reply | null> {
    identifier = (identifier + 1) & 0xff
    const attributes: Sent[] = [
      ...(eap.length === 0 ? [[79, eap] as const] : eapAttributes(eap)),
      ...more,
    ]
    return server.ask(
      'authentication',
      randomRequest({ code: CODE['Access-Request'], identifier, attributes }),
    )
  }

  function state(reply: Reply | null): Sent {
    return [ATTRIBUTE.State, reply?.first(ATTRIBUTE.State) ?? Buffer.alloc(0)]
  }

  describe('the EAP conversation', () => {
    test('begins with TTLS at the identity', async () => {
      const reply = await send(identityResponse(7))
      expect(reply?.code).toBe(CODE['Access-Challenge'])
      expect(reply?.eap()).toEqual(Buffer.from('010800061520', 'hex'))
      expect(reply?.first(ATTRIBUTE.State)).toHaveLength(24)
    })

    test('asks who is there after EAP-Start', async () => {
      const reply = await send(Buffer.alloc(0))
      expect(reply?.eap().subarray(4)).toEqual(Buffer.of(EAP_TYPE.Identity))
      const next = await send(identityResponse(reply?.eap().readUInt8(1) ?? 0), state(reply))
      expect(next?.eap().subarray(4)).toEqual(Buffer.from('1520', 'hex'))
    })

    test('goes on with the method that the peer would rather have', async () => {
      const start = await send(identityResponse(1))
      const wishes = Buffer.of(4, EAP_TYPE.PEAP, EAP_TYPE.TTLS)
      const reply = await send(eapResponse(2, EAP_TYPE.Nak, wishes), state(start))
      expect(reply?.code).toBe(CODE['Access-Challenge'])
      expect(reply?.eap()).toEqual(Buffer.from('010300061920', 'hex'))
    })

    test.each([
      ['only what we do not have', Buffer.of(4)],
      ['nothing', Buffer.of(0)],
      ['what it has just refused', Buffer.of(EAP_TYPE.TTLS)],
      ['certificates where no CA is declared', Buffer.of(EAP_TYPE.TLS)],
    ])('ends when the peer wants %s', async (_, wishes) => {
      const start = await send(identityResponse(1))
      const reply = await send(eapResponse(2, EAP_TYPE.Nak, wishes), state(start))
      expect(reply?.code).toBe(CODE['Access-Reject'])
      expect(reply?.eap()).toEqual(Buffer.from('04020004', 'hex'))
      expect(server.metrics.rejects['eap-method-refused'].value).toBe(1)
    })

    test('ends when the peer refuses all of it, one after the other', async () => {
      const start = await send(identityResponse(1))
      const peap = eapResponse(2, EAP_TYPE.Nak, Buffer.of(EAP_TYPE.PEAP))
      const second = await send(peap, state(start))
      const back = eapResponse(3, EAP_TYPE.Nak, Buffer.of(EAP_TYPE.TTLS, EAP_TYPE.PEAP))
      expect((await send(back, state(second)))?.code).toBe(CODE['Access-Reject'])
    })

    test('ends when the peer wants another method after it has begun with one', async () => {
      const start = await send(identityResponse(1))
      const more = await send(eapResponse(2, 21, Buffer.of(0x40, 1)), state(start))
      const late = eapResponse(3, EAP_TYPE.Nak, Buffer.of(EAP_TYPE.PEAP))
      expect((await send(late, state(more)))?.code).toBe(CODE['Access-Reject'])
      expect(server.metrics.rejects['eap-protocol'].value).toBe(1)
    })

    test('leaves a response with another identifier than was asked unanswered', async () => {
      const start = await send(identityResponse(1))
      expect(await send(identityResponse(1), state(start))).toBeNull()
      expect(server.metrics.dropped['eap-not-awaited'].value).toBe(1)
      expect((await send(eapResponse(2, EAP_TYPE.Nak, Buffer.of(4)), state(start)))?.code).toBe(3)
    })

    test('is nobody’s with an unknown State, or with the State of another gateway', async () => {
      const start = await send(identityResponse(1))
      const unknown = await send(eapResponse(2, 21, Buffer.of(0)), [24, Buffer.alloc(16)])
      expect(unknown?.code).toBe(CODE['Access-Reject'])
      server.house.gateways = [gateway({ name: 'gw-other' })]
      const stolen = await send(eapResponse(2, 21, Buffer.of(0)), state(start))
      expect(stolen?.code).toBe(CODE['Access-Reject'])
      expect(server.metrics.rejects['eap-unknown-state'].value).toBe(2)
    })

    test('of a device is replaced when it begins anew', async () => {
      const station: Sent = [ATTRIBUTE['Calling-Station-Id'], '02-00-00-00-00-01']
      const older = await send(identityResponse(1), station)
      await send(identityResponse(1), station)
      const reply = await send(eapResponse(2, 21, Buffer.of(0)), state(older))
      expect(reply?.code).toBe(CODE['Access-Reject'])
    })

    test('ends after a minute of silence', async () => {
      const start = await send(identityResponse(1))
      server.house.now += CONVERSATION_LIMITS.idleMs + 1
      server.sweep()
      const reply = await send(eapResponse(2, 21, Buffer.of(0)), state(start))
      expect(server.metrics.rejects['eap-unknown-state'].value).toBe(1)
      expect(reply?.code).toBe(CODE['Access-Reject'])
    })

    test('ends after fifty rounds', async () => {
      let reply = await send(identityResponse(1))
      for (let round = 0; round < CONVERSATION_LIMITS.rounds; round += 1) {
        const eap = reply?.eap() ?? Buffer.alloc(2)
        // One octet of a message that never ends.
        reply = await send(eapResponse(eap.readUInt8(1), 21, Buffer.of(0x40, 1)), state(reply))
        expect(reply?.code).toBe(CODE['Access-Challenge'])
      }
      const eap = reply?.eap() ?? Buffer.alloc(2)
      reply = await send(eapResponse(eap.readUInt8(1), 21, Buffer.of(0x40, 1)), state(reply))
      expect(reply?.code).toBe(CODE['Access-Reject'])
      expect(server.metrics.rejects['eap-too-many-rounds'].value).toBe(1)
    })

    test.each([
      ['a Request', '0101000501'],
      ['a length beyond what came', '0201000a01'],
      ['no type', '02010004'],
    ])('takes no notice of %s', async (_, hex) => {
      expect(await send(Buffer.from(hex, 'hex'))).toBeNull()
      expect(server.metrics.dropped['eap-malformed'].value).toBe(1)
    })

    test.each([
      ['no flags', ''],
      ['a length that is not there', '8000'],
      ['a message of more than 64 KiB', 'c00001000101'],
      ['another version', '01'],
      ['nothing where a ClientHello belongs', '00'],
      ['a fragment without content', '40'],
      ['a length that does not match', '800000000901'],
    ])('ends with %s', async (_, hex) => {
      const start = await send(identityResponse(1))
      const reply = await send(eapResponse(2, 21, Buffer.from(hex, 'hex')), state(start))
      expect(reply?.code).toBe(CODE['Access-Reject'])
      expect(server.metrics.rejects['eap-protocol'].value).toBe(1)
    })

    test('with what is not TLS ends at once', async () => {
      const start = await send(identityResponse(1))
      const garbage = Buffer.concat([Buffer.of(0), Buffer.alloc(60, 0x41)])
      const end = await send(eapResponse(2, 21, garbage), state(start))
      expect(end?.code).toBe(CODE['Access-Reject'])
      expect(server.metrics.rejects['eap-tls'].value).toBe(1)
    })

    test('with a TLS mistake brings the alert, then the end', async () => {
      const start = await send(identityResponse(1))
      // A handshake record with a ServerHello, which no client sends.
      const mistake = Buffer.from('00160301000502000001ff', 'hex')
      const alert = await send(eapResponse(2, 21, mistake), state(start))
      expect(alert?.code).toBe(CODE['Access-Challenge'])
      expect(alert?.eap().readUInt8(6)).toBe(0x15)
      const end = await send(eapResponse(3, 21, Buffer.of(0)), state(alert))
      expect(end?.code).toBe(CODE['Access-Reject'])
      expect(server.metrics.rejects['eap-tls'].value).toBe(1)
    })

    test('is refused at a site without staff network before any TLS', async () => {
      server.house.gateways = [gateway({ staff: null })]
      expect((await send(identityResponse(1)))?.eap()).toEqual(Buffer.from('04010004', 'hex'))
      expect((await send(Buffer.alloc(0)))?.code).toBe(CODE['Access-Reject'])
    })
  })

  test('after ten thousand conversations that were given up a login goes through', async () => {
    const given = CONVERSATION_LIMITS.live
    for (let i = 0; i < given + 100; i += 1) {
      const eap = eapAttributes(identityResponse(1))
      const station = [ATTRIBUTE['Calling-Station-Id'], `station ${i}`] as const
      const request = randomRequest({
        code: 1,
        identifier: i & 0xff,
        attributes: [station, ...eap],
      })
      await server.send('authentication', request, '127.0.0.1', 1024 + (i >> 8))
      server.house.now += 5
    }
    const { reply } = await logIn(server, { version: 'TLSv1.3', caPem })
    expect(reply?.code).toBe(CODE['Access-Accept'])
  })

  test('a login that has begun goes on when the certificate is replaced', async () => {
    const ca = await makeCertificateAuthority(Date.now())
    const next = await makeServerCertificate(ca, 'wifi.example.org', Date.now())
    const beforeRound = (round: number): void => {
      if (round === 10) server.house.tunnelContexts = createTunnelContexts([next], [], engine)
    }
    const under = { version: 'TLSv1.3', fragment: 200 } as const
    const { reply, rounds } = await logIn(server, { ...under, caPem, beforeRound })
    expect(rounds).toBeGreaterThan(6)
    expect(reply?.code).toBe(CODE['Access-Accept'])
    expect((await logIn(server, { ...under, caPem: ca.caPem })).reply?.code).toBe(2)
  })

  test.each(VERSIONS)(
    '%s: a peer is shown the certificate whose kind it knows',
    async (version) => {
      server = await createTestServer({ engine, certificates: [certificate, rsaCertificate] })
      const sigalgs = 'rsa_pss_rsae_sha256:RSA+SHA256'
      const old = { version, caPem: rsaCertificate.caPem, sigalgs }
      expect((await logIn(server, old)).reply?.code).toBe(CODE['Access-Accept'])
      // One that knows both is shown the shorter.
      expect((await logIn(server, { version, caPem })).reply?.code).toBe(CODE['Access-Accept'])
    },
  )

  describe('the server certificate', () => {
    test('is a P-256 leaf of our own root, for one name, as Apple wants it', () => {
      const leaf = new X509Certificate(certificate.chainPem)
      const root = new X509Certificate(certificate.caPem)
      expect(leaf.verify(root.publicKey)).toBe(true)
      expect(leaf.checkIssued(root)).toBe(true)
      expect(root.ca).toBe(true)
      expect(leaf.ca).toBe(false)
      expect(leaf.subjectAltName).toBe('DNS:wifi.example.org')
      expect(leaf.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
      expect(leaf.publicKey.asymmetricKeyDetails?.namedCurve).toBe('prime256v1')
      const days = (leaf.validToDate.getTime() - leaf.validFromDate.getTime()) / 86_400_000
      expect(days).toBeLessThanOrEqual(825)
    })
  })
})
