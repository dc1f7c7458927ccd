import { randomBytes, webcrypto } from 'node:crypto'
import * as asn1js from 'asn1js'
import * as pkijs from 'pkijs'
import type { StoredCertificate } from '#db/certificates.ts'

const DAY_MS = 86_400_000
const CA_DAYS = 20 * 365
/** Apple refuses more than 825 days, also under a private root. */
const SERVER_DAYS = 825
/** A device whose clock is slow must not find the certificate not valid yet. */
const BACKDATED_DAYS = 1

export type KeyKind = 'p256' | 'rsa'

const ALGORITHMS = {
  p256: { name: 'ECDSA', namedCurve: 'P-256' },
  // For devices that know no elliptic curves. A larger key would cost another round trip.
  rsa: {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength: 2048,
    publicExponent: Uint8Array.of(1, 0, 1),
    hash: 'SHA-256',
  },
} as const

/** Two roots must not have one name: a device that trusts both finds the issuer by it. */
const CA_NAMES = { p256: 'Accueil RADIUS CA', rsa: 'Accueil RADIUS CA RSA' } as const

const OID = {
  commonName: '2.5.4.3',
  subjectKeyIdentifier: '2.5.29.14',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  authorityKeyIdentifier: '2.5.29.35',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const

/** Bits of KeyUsage, RFC 5280 §4.2.1.3. */
const KEY_USAGE = { digitalSignature: 0x80, certAndCrlSign: 0x06 } as const

const DNS_NAME = 2

/** The root that devices are told to trust: it must outlive them, so it is made once. */
export async function makeCertificateAuthority(
  now: number,
  kind: KeyKind = 'p256',
  name: string = CA_NAMES[kind],
): Promise<StoredCertificate> {
  const keys = await generateKeys(kind)
  const certificate = await blankCertificate(keys, now, CA_DAYS)
  setName(certificate.subject, name)
  setName(certificate.issuer, name)
  const keyIdentifier = await keyIdentifierOf(certificate)
  certificate.extensions = [
    extension(
      OID.basicConstraints,
      true,
      new pkijs.BasicConstraints({ cA: true, pathLenConstraint: 0 }).toSchema(),
    ),
    extension(OID.keyUsage, true, keyUsage(KEY_USAGE.certAndCrlSign, 1)),
    extension(OID.subjectKeyIdentifier, false, keyIdentifier),
  ]
  await certificate.sign(keys.privateKey, 'SHA-256', cryptoEngine())
  const pem = certificatePem(certificate)
  return { chainPem: pem, caPem: pem, keyPem: await privateKeyPem(keys.privateKey) }
}

/** The certificate that the server shows inside EAP, for the one DNS name that profiles pin; `kind` is the CA's. */
export async function makeServerCertificate(
  ca: StoredCertificate,
  dnsName: string,
  now: number,
  kind: KeyKind = 'p256',
): Promise<StoredCertificate> {
  const issuer = pkijs.Certificate.fromBER(derOf(ca.caPem))
  const keys = await generateKeys(kind)
  const certificate = await blankCertificate(keys, now, SERVER_DAYS)
  setName(certificate.subject, dnsName)
  certificate.issuer = issuer.subject
  certificate.extensions = [
    extension(OID.basicConstraints, true, new pkijs.BasicConstraints({ cA: false }).toSchema()),
    extension(OID.keyUsage, true, keyUsage(KEY_USAGE.digitalSignature, 7)),
    extension(
      OID.extendedKeyUsage,
      false,
      new pkijs.ExtKeyUsage({ keyPurposes: [OID.serverAuth] }).toSchema(),
    ),
    extension(
      OID.subjectAltName,
      false,
      new pkijs.GeneralNames({
        names: [new pkijs.GeneralName({ type: DNS_NAME, value: dnsName })],
      }).toSchema(),
    ),
    extension(OID.subjectKeyIdentifier, false, await keyIdentifierOf(certificate)),
    extension(
      OID.authorityKeyIdentifier,
      false,
      new pkijs.AuthorityKeyIdentifier({
        keyIdentifier: await keyIdentifierOf(issuer),
      }).toSchema(),
    ),
  ]
  const caKey = await webcrypto.subtle.importKey(
    'pkcs8',
    derOf(ca.keyPem),
    ALGORITHMS[kind],
    false,
    ['sign'],
  )
  await certificate.sign(caKey, 'SHA-256', cryptoEngine())
  return {
    // The root stays out: devices have it, and it would cost the flight another fragment.
    chainPem: certificatePem(certificate),
    caPem: ca.caPem,
    keyPem: await privateKeyPem(keys.privateKey),
  }
}

function cryptoEngine(): pkijs.CryptoEngine {
  return new pkijs.CryptoEngine({ name: 'node', crypto: webcrypto })
}

async function generateKeys(kind: KeyKind): Promise<webcrypto.CryptoKeyPair> {
  return webcrypto.subtle.generateKey(ALGORITHMS[kind], true, ['sign', 'verify'])
}

async function blankCertificate(
  keys: webcrypto.CryptoKeyPair,
  now: number,
  days: number,
): Promise<pkijs.Certificate> {
  const certificate = new pkijs.Certificate()
  const serial = randomBytes(16)
  // RFC 5280 §4.1.2.2: positive.
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40
  certificate.version = 2
  certificate.serialNumber = new asn1js.Integer({ valueHex: Uint8Array.from(serial).buffer })
  const begin = now - BACKDATED_DAYS * DAY_MS
  certificate.notBefore.value = new Date(begin)
  certificate.notAfter.value = new Date(begin + days * DAY_MS)
  await certificate.subjectPublicKeyInfo.importKey(keys.publicKey, cryptoEngine())
  return certificate
}

function setName(name: pkijs.RelativeDistinguishedNames, text: string): void {
  name.typesAndValues.push(
    new pkijs.AttributeTypeAndValue({
      type: OID.commonName,
      value: new asn1js.Utf8String({ value: text }),
    }),
  )
}

function extension(id: string, critical: boolean, value: asn1js.BaseBlock): pkijs.Extension {
  return new pkijs.Extension({ extnID: id, critical, extnValue: value.toBER(false) })
}

function keyUsage(bits: number, unusedBits: number): asn1js.BitString {
  return new asn1js.BitString({ valueHex: Uint8Array.of(bits).buffer, unusedBits })
}

/** RFC 5280 §4.2.1.2, method 1. */
async function keyIdentifierOf(certificate: pkijs.Certificate): Promise<asn1js.OctetString> {
  const key = certificate.subjectPublicKeyInfo.subjectPublicKey.valueBlock.valueHexView
  return new asn1js.OctetString({
    valueHex: await webcrypto.subtle.digest('SHA-1', Uint8Array.from(key)),
  })
}

function certificatePem(certificate: pkijs.Certificate): string {
  return pem('CERTIFICATE', certificate.toSchema().toBER(false))
}

async function privateKeyPem(key: webcrypto.CryptoKey): Promise<string> {
  return pem('PRIVATE KEY', await webcrypto.subtle.exportKey('pkcs8', key))
}

function pem(label: string, der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}

function derOf(text: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(Buffer.from(text.replace(/-----[^-]+-----/g, ''), 'base64'))
}
