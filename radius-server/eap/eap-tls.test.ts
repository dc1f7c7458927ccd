import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import type { StoredCertificate } from '#db/certificates.ts'
import { CODE } from '../dictionary.ts'
import type { RejectReason } from '../request.ts'
import { deviceCa, makeDevice } from '../testing/devices.ts'
import type { DeviceCertificate, DeviceOptions } from '../testing/devices.ts'
import { everyEapLayer } from '../testing/eap-layers.ts'
import { logIn } from '../testing/peer.ts'
import type { PeerResult } from '../testing/peer.ts'
import { createTestServer } from '../testing/server.ts'
import type { TestServer } from '../testing/server.ts'
import { EAP_TYPE } from './eap-packet.ts'
import { makeCertificateAuthority, makeServerCertificate } from '../testing/certificates.ts'

const NOW = Date.now()
const BOB: DeviceOptions = { cn: ['bob'], serial: 0x0a1b, now: NOW }
let certificate: StoredCertificate
let root: StoredCertificate
let foreignRoot: StoredCertificate
let forgedRoot: StoredCertificate
let device: DeviceCertificate
let server: TestServer

beforeAll(async () => {
  const ca = await makeCertificateAuthority(NOW)
  certificate = await makeServerCertificate(ca, 'wifi.example.org', NOW)
  root = await makeCertificateAuthority(NOW)
  foreignRoot = await makeCertificateAuthority(NOW, 'p256', 'Another CA')
  forgedRoot = await makeCertificateAuthority(NOW)
  device = await makeDevice(root, BOB)
})

describe.each(everyEapLayer())('by the $name layer', ({ engine }) => {
  beforeEach(async () => {
    server = await createTestServer({
      engine,
      certificates: [certificate],
      deviceCas: [deviceCa(root)],
    })
    server.house.now = NOW
  })

  describe.each(['TLSv1.2', 'TLSv1.3'] as const)('EAP-TLS over %s', (version) => {
    const logInWith = (shown: DeviceCertificate | null, more: object = {}): Promise<PeerResult> =>
      logIn(server, {
        version,
        type: EAP_TYPE.TLS,
        caPem: certificate.caPem,
        ...(shown !== null && { device: shown }),
        ...more,
      })

    test('lets a device in for the account that its certificate names', async () => {
      const { reply, keys, mppe } = await logInWith(device)
      expect(reply?.code).toBe(CODE['Access-Accept'])
      expect(reply?.text(1)).toBe('bob')
      expect(mppe?.recv).toEqual(keys?.subarray(0, 32))
      expect(mppe?.send).toEqual(keys?.subarray(32, 64))
      expect(server.metrics.accepts['eap-tls'].value).toBe(1)
    })

    test('works in small pieces both ways', async () => {
      const { reply, longestEap } = await logInWith(device, { fragment: 200, framedMtu: 104 })
      expect(reply?.code).toBe(CODE['Access-Accept'])
      expect(longestEap).toBeLessThanOrEqual(100)
    })

    test('lets a device in under its own name where its CA says so', async () => {
      const ca = deviceCa(root, { names: 'device', nameFrom: 'dns', groups: ['tills'] })
      server.house.deviceCas = [ca]
      const till = await makeDevice(root, { dns: ['Till-7.example.org'], now: NOW })
      const { reply } = await logInWith(till)
      expect(reply?.code).toBe(CODE['Access-Accept'])
      expect(reply?.text(1)).toBe('till-7.example.org')
    })

    const refused: readonly [string, RejectReason, () => Promise<DeviceCertificate | null>][] = [
      ['no certificate', 'certificate-missing', () => Promise.resolve(null)],
      ['one of a foreign CA', 'certificate-unknown-ca', () => makeDevice(foreignRoot, BOB)],
      ['one of a CA that only has the name', 'eap-tls', () => makeDevice(forgedRoot, BOB)],
      ['one that is over', 'certificate-not-valid', () => makeDevice(root, { ...BOB, days: -0.5 })],
      [
        'one for servers',
        'certificate-not-valid',
        () => makeDevice(root, { ...BOB, purpose: '1.3.6.1.5.5.7.3.1' }),
      ],
      ['one of nobody', 'unknown-account', () => makeDevice(root, { ...BOB, cn: ['eve'] })],
      [
        'one of two names',
        'certificate-without-name',
        () => makeDevice(root, { ...BOB, cn: ['bob', 'ann'] }),
      ],
      ['one without name', 'certificate-without-name', () => makeDevice(root, { ...BOB, cn: [] })],
    ]
    test.each(refused)('refuses a device with %s', async (_, reason, make) => {
      const { reply } = await logInWith(await make())
      expect(reply?.code).toBe(CODE['Access-Reject'])
      expect(reply?.eap().readUInt8(0)).toBe(4)
      expect(server.metrics.rejects[reason].value).toBe(1)
      expect(server.house.eapSessions.size).toBe(0)
    })

    test('refuses a certificate that was struck off, and one whose end has come since', async () => {
      server.house.deviceCas = [deviceCa(root, { revoked: new Set(['A1B']) })]
      expect((await logInWith(device)).reply?.code).toBe(CODE['Access-Reject'])
      expect(server.metrics.rejects['certificate-revoked'].value).toBe(1)
      server.house.deviceCas = [deviceCa(root)]
      server.house.now = NOW + 31 * 86_400_000
      expect((await logInWith(device)).reply?.code).toBe(CODE['Access-Reject'])
      expect(server.metrics.rejects['certificate-not-valid'].value).toBe(1)
    })
  })
})
