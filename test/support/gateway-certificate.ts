import { X509Certificate, randomBytes, webcrypto } from 'node:crypto'
import { isIPv4 } from 'node:net'
import * as asn1js from 'asn1js'
import * as pkijs from 'pkijs'
import { hexOf, serialOf } from '#db/authorities.ts'
import type { Authority } from '#db/authorities.ts'

const P256 = { name: 'ECDSA', namedCurve: 'P-256' } as const
const YEAR_MS = 365 * 86_400_000

export interface TestCertificate {
  readonly pem: string
  readonly keyPem: string
  readonly sha256: string
  readonly serial: string
}

interface Issuer extends TestCertificate {
  readonly name: string
  readonly key: webcrypto.CryptoKey
}

export interface TestAuthority {
  readonly declared: Authority
  /** For names and IPv4 addresses. */
  issue(commonName: string, dnsNames?: readonly string[], until?: Date): Promise<TestCertificate>
}

/** An authority as an organisation runs one for its gateways. */
export async function createTestAuthority(name: string): Promise<TestAuthority> {
  const own = await make({ name, dnsNames: [], issuer: null })
  return {
    declared: { name, pem: own.pem, sha256: own.sha256, revoked: new Set() },
    issue: (commonName, dnsNames = [], until) =>
      make({ name: commonName, dnsNames, issuer: own, ...(until === undefined ? {} : { until }) }),
  }
}

/** As many access points make one for themselves. */
export function selfSigned(name: string): Promise<TestCertificate> {
  return make({ name, dnsNames: [], issuer: null })
}

async function make(about: {
  readonly name: string
  readonly dnsNames: readonly string[]
  readonly issuer: Issuer | null
  readonly until?: Date
}): Promise<Issuer> {
  const engine = new pkijs.CryptoEngine({ name: 'node', crypto: webcrypto })
  const keys = await webcrypto.subtle.generateKey(P256, true, ['sign', 'verify'])
  const certificate = new pkijs.Certificate()
  certificate.version = 2
  const serial = Uint8Array.from(randomBytes(8))
  serial[0] = 0x40
  certificate.serialNumber = new asn1js.Integer({ valueHex: serial.buffer })
  certificate.notBefore.value = new Date(Date.now() - YEAR_MS)
  certificate.notAfter.value = about.until ?? new Date(Date.now() + YEAR_MS)
  await certificate.subjectPublicKeyInfo.importKey(keys.publicKey, engine)
  setName(certificate.subject, about.name)
  setName(certificate.issuer, about.issuer?.name ?? about.name)
  certificate.extensions = [
    extension('2.5.29.19', new pkijs.BasicConstraints({ cA: about.issuer === null }).toSchema()),
  ]
  if (about.dnsNames.length > 0) {
    const names = about.dnsNames.map(generalName)
    certificate.extensions.push(
      extension('2.5.29.17', new pkijs.GeneralNames({ names }).toSchema()),
    )
  }
  await certificate.sign(about.issuer?.key ?? keys.privateKey, 'SHA-256', engine)
  const pem = pemOf('CERTIFICATE', certificate.toSchema().toBER(false))
  const parsed = new X509Certificate(pem)
  return {
    name: about.name,
    key: keys.privateKey,
    pem,
    keyPem: pemOf('PRIVATE KEY', await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)),
    sha256: hexOf(parsed.fingerprint256),
    serial: serialOf(parsed.serialNumber),
  }
}

function generalName(value: string): pkijs.GeneralName {
  if (!isIPv4(value)) return new pkijs.GeneralName({ type: 2, value })
  const bytes = Uint8Array.from(value.split('.').map(Number))
  return new pkijs.GeneralName({
    type: 7,
    value: new asn1js.OctetString({ valueHex: bytes.buffer }),
  })
}

function setName(name: pkijs.RelativeDistinguishedNames, text: string): void {
  const value = new asn1js.Utf8String({ value: text })
  name.typesAndValues.push(new pkijs.AttributeTypeAndValue({ type: '2.5.4.3', value }))
}

function extension(extnID: string, value: asn1js.BaseBlock): pkijs.Extension {
  return new pkijs.Extension({ extnID, critical: false, extnValue: value.toBER(false) })
}

function pemOf(label: string, der: ArrayBuffer): string {
  const lines =
    Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}
