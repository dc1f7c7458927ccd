import { createHash } from 'node:crypto'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { makeIssuing, makeRoot } from '#core/pki/authorities.ts'
import type { Signer } from '#core/pki/certify.ts'
import { makeKeyPair } from '#core/pki/keys.ts'
import { certifyDevice } from '#core/pki/leaves.ts'
import type { StoredCertificate } from '#db/certificates.ts'
import type { EnrolledDevice } from '#db/enrolled-devices.ts'
import { CODE } from '../dictionary.ts'
import { makeCertificateAuthority, makeServerCertificate } from '../testing/certificates.ts'
import type { DeviceCertificate } from '../testing/devices.ts'
import { everyEapLayer } from '../testing/eap-layers.ts'
import { logIn, papAvps } from '../testing/peer.ts'
import type { PeerOptions, PeerResult } from '../testing/peer.ts'
import { createTestServer, policy } from '../testing/server.ts'
import type { TestServer } from '../testing/server.ts'
import { EAP_TYPE } from './eap-packet.ts'

const NOW = Date.now()
const DAY_MS = 86_400_000
const ID = 'k7q2m9xw4t6r8pz3'
const STATUS = { crl: 'http://wifi.example.org/pki/1.crl', ocsp: 'http://wifi.example.org/ocsp' }
let certificate: StoredCertificate
/** Of two generations: a device of either comes in. */
let issuers: readonly Signer[]
let laptop: DeviceCertificate
let device: EnrolledDevice
let server: TestServer

async function issue(by: Signer, days = 30): Promise<DeviceCertificate & { serial: string }> {
  const { keyPem, publicKey } = await makeKeyPair('p256')
  const about = { id: ID, publicKey, until: NOW + days * DAY_MS, status: STATUS }
  const { pem, serial } = await certifyDevice(by, about, NOW - 60 * DAY_MS)
  return { certPem: pem, keyPem, serial }
}

beforeAll(async () => {
  const ca = await makeCertificateAuthority(NOW)
  certificate = await makeServerCertificate(ca, 'wifi.example.org', NOW)
  issuers = await Promise.all(
    [1, 2].map(async (n) =>
      makeIssuing(
        `Devices ${n}`,
        await makeRoot(`Root ${n}`, 'p256', NOW - 90 * DAY_MS),
        NOW - 90 * DAY_MS,
      ),
    ),
  )
})

describe.each(everyEapLayer())('by the $name layer', ({ engine }) => {
  beforeEach(async () => {
    server = await createTestServer({
      engine,
      certificates: [certificate],
      issuing: issuers.map(({ certificatePem }) => certificatePem),
    })
    server.house.now = NOW
    const [first] = issuers
    if (first === undefined) throw new Error('there is no issuer')
    const made = await issue(first)
    laptop = made
    device = {
      ...{ id: ID, account: 'bob', kind: 'laptop', how: 'local', groups: [], secret: null },
      ...{ isRevoked: false, endsAt: NOW + 30 * DAY_MS, serials: [made.serial] },
    }
    server.house.enrolled = [device]
  })

  describe.each(['TLSv1.2', 'TLSv1.3'] as const)('over %s', (version) => {
    const showing = (shown: DeviceCertificate, more: Partial<PeerOptions> = {}) =>
      logIn(server, {
        ...{ version, type: EAP_TYPE.TLS, caPem: certificate.caPem, device: shown, waits: true },
        ...more,
      })
    const codeOf = ({ reply }: PeerResult): number | undefined => reply?.code

    test('a device comes in for its owner, as what it is, and is seen', async () => {
      server.house.policies = [policy('laptops', { devices: ['laptop'], vlan: 31 })]
      const { reply } = await showing(laptop)
      expect(reply?.code).toBe(CODE['Access-Accept'])
      expect(reply?.text(1)).toBe('bob')
      expect(reply?.text(81)).toBe('31')
      expect(server.house.seen).toEqual([ID])
      await showing(laptop)
      expect(server.house.seen).toEqual([ID])
    })

    test('a device of the other generation comes in too', async () => {
      const [, second] = issuers
      if (second === undefined) throw new Error('there is no second issuer')
      const renewed = await issue(second)
      server.house.enrolled = [{ ...device, serials: [...device.serials, renewed.serial] }]
      for (const shown of [laptop, renewed]) {
        expect(codeOf(await showing(shown))).toBe(CODE['Access-Accept'])
      }
    })

    test('one that was revoked is out at the next packet, with the session that it had too', async () => {
      const first = await showing(laptop)
      const session = first.sessions.at(-1)
      if (session === undefined) throw new Error('there is no session to come back with')
      server.house.enrolled = [{ ...device, isRevoked: true }]
      expect(codeOf(await showing(laptop))).toBe(CODE['Access-Reject'])
      const again = await showing(laptop, { session })
      expect([again.isResumed, codeOf(again)]).toEqual([true, CODE['Access-Reject']])
      expect(server.metrics.rejects['certificate-revoked'].value).toBe(2)
    })

    test('one that the house has signed and does not know is out', async () => {
      server.house.enrolled = []
      expect(codeOf(await showing(laptop))).toBe(CODE['Access-Reject'])
      expect(server.metrics.rejects['certificate-revoked'].value).toBe(1)
    })

    test('one whose time is over is out', async () => {
      server.house.now = NOW + 31 * DAY_MS
      expect(codeOf(await showing(laptop))).toBe(CODE['Access-Reject'])
      expect(server.metrics.rejects['certificate-not-valid'].value).toBe(1)
    })

    test('whoever leaves takes the device along, new and resumed', async () => {
      const first = await showing(laptop)
      server.house.accounts = new Map()
      const session = first.sessions.at(-1)
      expect(codeOf(await showing(laptop))).toBe(CODE['Access-Reject'])
      expect(codeOf(await showing(laptop, session && { session }))).toBe(CODE['Access-Reject'])
      expect(server.metrics.rejects['unknown-account'].value).toBe(2)
    })

    test('a person whom only the identity provider knows has the groups of the enrolment', async () => {
      server.house.policies = [policy('it', { groups: ['it'], vlan: 40 })]
      server.house.enrolled = [
        { ...device, account: 'ann@idp.example', how: 'oidc', groups: ['it'] },
      ]
      const { reply } = await showing(laptop)
      expect([reply?.text(1), reply?.text(81)]).toEqual(['ann@idp.example', '40'])
    })

    describe('with a password of its own', () => {
      const PASSWORD = 'k7q2m-9xw4t-6r8pz-3abcd-efghj-k'
      const NAME = `device-${ID}`
      const byPassword = (name: string, password: string, more: Partial<PeerOptions> = {}) =>
        logIn(server, {
          ...{ version, caPem: certificate.caPem, waits: true, inner: papAvps(name, password) },
          ...more,
        })

      /** Says nothing inside if its session is resumed, else a wrong password. */
      const comesBack = (session: Buffer) =>
        logIn(server, {
          ...{ version, caPem: certificate.caPem, waits: true, password: 'no', session },
        })

      beforeEach(() => {
        const secret = createHash('sha256').update(PASSWORD).digest()
        device = { ...device, secret, serials: [] }
        server.house.enrolled = [device]
      })

      test('it comes in for its owner, under any realm', async () => {
        for (const name of [NAME, `${NAME}@restos.example`, NAME.toUpperCase()]) {
          const { reply } = await byPassword(name, PASSWORD)
          expect([reply?.code, reply?.text(1)]).toEqual([CODE['Access-Accept'], 'bob'])
        }
        expect(server.house.seen).toEqual([ID])
      })

      test.each([
        ['another password', NAME, 'hello', 'wrong-password'],
        ['the password of its owner', 'bob', PASSWORD, 'wrong-password'],
        ['the name of no device', 'device-aaaaaaaaaaaaaaaa', PASSWORD, 'unknown-account'],
        ['no password', NAME, '', 'empty-password'],
      ] as const)('%s does not open', async (_, name, password, reason) => {
        expect(codeOf(await byPassword(name, password))).toBe(CODE['Access-Reject'])
        expect(server.metrics.rejects[reason].value).toBe(1)
      })

      test('revoked, over, or with another password it is out, with the session that it had too', async () => {
        const { sessions } = await byPassword(NAME, PASSWORD)
        await server.resumption.settled()
        const session = sessions.at(-1)
        if (session === undefined) throw new Error('there is no session to come back with')
        const changes = [{ isRevoked: true }, { endsAt: NOW }, { secret: Buffer.alloc(32) }]
        for (const change of changes) {
          server.house.enrolled = [{ ...device, ...change }]
          expect(codeOf(await byPassword(NAME, PASSWORD))).toBe(CODE['Access-Reject'])
          const again = await comesBack(session)
          expect(codeOf(again)).toBe(CODE['Access-Reject'])
        }
        expect(server.metrics.rejects['device-ended'].value).toBeGreaterThan(1)
        server.house.enrolled = [device]
        const back = await comesBack(session)
        expect([back.isResumed, codeOf(back)]).toEqual([true, CODE['Access-Accept']])
      })
    })
  })
})
