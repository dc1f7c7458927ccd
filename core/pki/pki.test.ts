import { X509Certificate, createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { createSecureContext } from 'node:tls'
import * as pkijs from 'pkijs'
import { beforeAll, describe, expect, test } from 'vitest'
import { makeIssuing, makeIssuingRequest, makeRoot } from './authorities.ts'
import type { Signer } from './certify.ts'
import { cryptoEngine, makeKeyPair, publicKeyOf } from './keys.ts'
import { certifyDevice, makeGateway, makeServer } from './leaves.ts'
import { OCSP_LIMITS, isIssuedBy, makeOcspAnswer, ocspRefusal, readOcspQuestion } from './ocsp.ts'
import { certificatesOf, derOf, pem } from './pem.ts'
import { makePkcs12 } from './pkcs12.ts'
import { makeRevocationList } from './revocation-list.ts'
import { makeSignedData } from './signed-data.ts'
import { readSigningRequest } from './signing-request.ts'

const NOW = Date.UTC(2026, 10, 28, 12)
const DAY_MS = 86_400_000
const STATUS = { crl: 'http://wifi.example.org/pki/crl/1.crl', ocsp: 'http://wifi.example.org/o' }
let root: Signer
let issuing: Signer

beforeAll(async () => {
  root = await makeRoot('Restos Wi-Fi', 'p256', NOW)
  issuing = await makeIssuing('Restos Wi-Fi devices', root, NOW)
})

async function device(until = NOW + 365 * DAY_MS) {
  const { keyPem, publicKey } = await makeKeyPair('p256')
  const made = await certifyDevice(
    issuing,
    { id: 'k7q2m9xw4t6r8pz3', publicKey, until, status: STATUS },
    NOW,
  )
  return { ...made, keyPem }
}

describe('a root', () => {
  test('signs itself, and one authority below it', () => {
    const certificate = new X509Certificate(root.certificatePem)
    expect(certificate.ca).toBe(true)
    expect(certificate.verify(certificate.publicKey)).toBe(true)
    const below = new X509Certificate(issuing.certificatePem)
    expect(below.checkIssued(certificate) && below.verify(certificate.publicKey)).toBe(true)
    expect(below.validToDate).toEqual(certificate.validToDate)
    expect(below.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2', '1.3.6.1.5.5.7.3.4'])
  })

  test('made again with its key is the same to those who trust the older one', async () => {
    const again = await makeRoot('Restos Wi-Fi', 'p256', NOW + DAY_MS, root.keyPem)
    const server = await makeServer(again, 'wifi.example.org', NOW, 'p256')
    const older = new X509Certificate(root.certificatePem)
    const shown = new X509Certificate(server.pem)
    expect(shown.checkIssued(older) && shown.verify(older.publicKey)).toBe(true)
  })
})

describe('certificates', () => {
  test('of a device name nobody, and say where they can be asked about', async () => {
    const { pem: text, serial, keyPem } = await device()
    const certificate = new X509Certificate(text)
    expect(certificate.subject).toBe('CN=k7q2m9xw4t6r8pz3')
    expect(certificate.subjectAltName).toBe('DNS:k7q2m9xw4t6r8pz3.device.accueil.internal')
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.2'])
    expect(certificate.infoAccess).toContain(STATUS.ocsp)
    expect(certificate.serialNumber).toBe(serial)
    expect(serial).toMatch(/^[4-7][0-9A-F]{31}$/)
    expect(certificate.checkPrivateKey(createPrivateKey(keyPem))).toBe(true)
    expect(certificate.verify(new X509Certificate(issuing.certificatePem).publicKey)).toBe(true)
  })

  test('never outlive who signed them', async () => {
    const { pem: text } = await device(NOW + 50 * 365 * DAY_MS)
    expect(new X509Certificate(text).validToDate).toEqual(
      new X509Certificate(issuing.certificatePem).validToDate,
    )
  })

  test('of a server have its DNS name, and are not for clients', async () => {
    const { pem: text } = await makeServer(root, 'wifi.example.org', NOW, 'p256')
    const certificate = new X509Certificate(text)
    expect(certificate.checkHost('wifi.example.org')).toBe('wifi.example.org')
    expect(certificate.keyUsage).toEqual(['1.3.6.1.5.5.7.3.1'])
  })

  test('of a gateway have a name under the internal domain, whatever it is called', async () => {
    const { pem: text } = await makeGateway(issuing, 'GW_0042.a', NOW)
    expect(new X509Certificate(text).subjectAltName).toBe('DNS:gw-0042-a.gateway.accueil.internal')
  })
})

describe('a request', () => {
  test('of an issuing authority proves its key, and asks to be an authority', async () => {
    const { keyPem, publicKey } = await makeKeyPair('p256')
    const text = await makeIssuingRequest('Restos Wi-Fi devices', keyPem)
    expect(await readSigningRequest(text)).toEqual({
      ok: true,
      publicKey: new Uint8Array(publicKey),
    })
  })

  test('with the key of somebody else, a weak key, or no request at all is refused', async () => {
    const { keyPem } = await makeKeyPair('p256')
    const request = pkijs.CertificationRequest.fromBER(
      derOf(await makeIssuingRequest('Mine', keyPem)),
    )
    const stolen = publicKeyOf((await makeKeyPair('p256')).keyPem)
    request.subjectPublicKeyInfo = pkijs.PublicKeyInfo.fromBER(Uint8Array.from(stolen))
    const forged = pem('CERTIFICATE REQUEST', request.toSchema(true).toBER(false))
    expect(await readSigningRequest(forged)).toEqual({ ok: false, reason: 'not-signed' })

    const weak = generateKeyPairSync('rsa', { modulusLength: 1024 }).publicKey
    const spki = weak.export({ type: 'spki', format: 'der' })
    request.subjectPublicKeyInfo = pkijs.PublicKeyInfo.fromBER(Uint8Array.from(spki))
    const short = pem('CERTIFICATE REQUEST', request.toSchema(true).toBER(false))
    expect(await readSigningRequest(short)).toEqual({ ok: false, reason: 'weak-key' })

    for (const text of ['', 'hello', root.certificatePem, 'A'.repeat(20_000)]) {
      expect(await readSigningRequest(text)).toEqual({ ok: false, reason: 'not-a-request' })
    }
  })
})

describe('PKCS #12', () => {
  test.each(['modern', 'old'] as const)(
    '%s is read by OpenSSL, with the passphrase only',
    async (strength) => {
      const { keyPem, pem: certificatePem } = await device()
      const passphrase = 'kq7m-2x9w-4t6r-8pz3'
      const file = makePkcs12(
        {
          keyPem,
          certificatePem,
          chainPem: [issuing.certificatePem],
          name: 'Ordinateur',
          passphrase,
        },
        strength,
      )
      expect(() => createSecureContext({ pfx: Buffer.from(file), passphrase })).not.toThrow()
      expect(() => createSecureContext({ pfx: Buffer.from(file), passphrase: 'other' })).toThrow(
        /mac verify failure/i,
      )
      expect(Buffer.from(file).includes(Buffer.from(derOf(keyPem)))).toBe(false)
    },
  )
})

describe('a revocation list', () => {
  test('names what was revoked, and is signed by the issuer', async () => {
    const { serial } = await device()
    const at = new Date(NOW - 1000)
    const der = await makeRevocationList(issuing, [{ serial, at }], {
      ...{ number: 7, from: NOW, until: NOW + DAY_MS },
    })
    const list = pkijs.CertificateRevocationList.fromBER(der)
    const issuer = pkijs.Certificate.fromBER(derOf(issuing.certificatePem))
    expect(await list.verify({ issuerCertificate: issuer }, cryptoEngine())).toBe(true)
    const [entry] = list.revokedCertificates ?? []
    const number = Buffer.from(entry?.userCertificate.valueBlock.valueHexView ?? [])
    expect(number.toString('hex').toUpperCase()).toBe(serial)
  })
})

describe('OCSP', () => {
  async function question(about: string, by = issuing.certificatePem): Promise<Uint8Array> {
    const request = new pkijs.OCSPRequest()
    const certificate = pkijs.Certificate.fromBER(derOf(about))
    const issuerCertificate = pkijs.Certificate.fromBER(derOf(by))
    await request.createForCertificate(
      certificate,
      { hashAlgorithm: 'SHA-1', issuerCertificate },
      cryptoEngine(),
    )
    return new Uint8Array(request.toSchema(true).toBER(false))
  }

  test.each([
    { kind: 'good' as const },
    { kind: 'revoked' as const, at: new Date(NOW - 5000) },
    { kind: 'unknown' as const },
  ])('answers $kind, signed by the authority', async (status) => {
    const { pem: about, serial } = await device()
    const asked = readOcspQuestion(await question(about))
    expect(asked?.asked.map((one) => one.serial)).toEqual([serial])
    const [one] = asked?.asked ?? []
    if (asked === null || one === undefined) throw new Error('not read')
    expect(isIssuedBy(one.certId, issuing.certificatePem)).toBe(true)
    expect(isIssuedBy(one.certId, root.certificatePem)).toBe(false)
    const der = await makeOcspAnswer(
      { ...issuing, isDelegate: false },
      asked,
      [{ certId: one.certId, status }],
      {
        ...{ from: NOW, until: NOW + DAY_MS },
      },
    )
    const response = pkijs.OCSPResponse.fromBER(der)
    const state = await response.getCertificateStatus(
      pkijs.Certificate.fromBER(derOf(about)),
      pkijs.Certificate.fromBER(derOf(issuing.certificatePem)),
      cryptoEngine(),
    )
    expect(state).toEqual({
      isForCertificate: true,
      status: ['good', 'revoked', 'unknown'].indexOf(status.kind),
    })
  })

  test('does not read what is no question, or a long one', () => {
    for (const bytes of [0, 1, 64, OCSP_LIMITS.requestBytes + 1]) {
      expect(readOcspQuestion(randomBytes(bytes))).toBeNull()
    }
    expect(ocspRefusal('malformedRequest')).toEqual(Uint8Array.of(48, 3, 10, 1, 1))
  })
})

describe('a signature around octets', () => {
  test('is verified with the root, and holds them unchanged', async () => {
    const signer = await makeServer(root, 'wifi.example.org', NOW, 'p256')
    const content = Buffer.from('<plist/>\n'.repeat(10_000))
    const der = await makeSignedData(content, signer.pem, signer.keyPem, NOW)
    const info = pkijs.ContentInfo.fromBER(der)
    const signed = new pkijs.SignedData({ schema: info.content })
    const trusted = pkijs.Certificate.fromBER(derOf(root.certificatePem))
    const isRight = await signed.verify(
      { signer: 0, trustedCerts: [trusted], checkDate: new Date(NOW), checkChain: true },
      cryptoEngine(),
    )
    expect(isRight).toBe(true)
    expect(Buffer.from(signed.encapContentInfo.eContent?.getValue() ?? new ArrayBuffer(0))).toEqual(
      content,
    )
  })
})

test('a file of several certificates is taken apart', () => {
  expect(certificatesOf(root.certificatePem + issuing.certificatePem)).toEqual([
    root.certificatePem,
    issuing.certificatePem,
  ])
})
