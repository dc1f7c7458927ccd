import { randomBytes } from 'node:crypto'
import * as asn1js from 'asn1js'
import * as pkijs from 'pkijs'
import { OID, authorityKeyExtension, keyIdentifier, subjectKeyExtension } from './extensions.ts'
import { cryptoEngine, signingKey } from './keys.ts'
import { derOf, pem } from './pem.ts'

/** Who signs: its own certificate, and its key. */
export interface Signer {
  readonly certificatePem: string
  readonly keyPem: string
}

export interface Certifying {
  readonly commonName: string
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array
  /** Milliseconds since the epoch, of whole seconds. */
  readonly from: number
  readonly until: number
  /** Beside those that name the two keys. */
  readonly extensions: readonly pkijs.Extension[]
  /** `keyPem` alone: it signs itself. */
  readonly by: Signer | { readonly certificatePem: null; readonly keyPem: string }
}

export interface Certified {
  readonly pem: string
  /** Upper-case hexadecimal digits, without zeros in front. */
  readonly serial: string
}

const SERIAL_BYTES = 16

/** A certificate of version 3 with a serial number of 126 random bits. */
export async function certify(about: Certifying): Promise<Certified> {
  const { publicKey, by } = about
  const certificate = new pkijs.Certificate()
  const serial = randomBytes(SERIAL_BYTES)
  // RFC 5280 §4.1.2.2: positive; and always as long, so that it has one spelling.
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40
  certificate.version = 2
  certificate.serialNumber = new asn1js.Integer({ valueHex: Uint8Array.from(serial).buffer })
  certificate.notBefore.value = new Date(about.from)
  certificate.subjectPublicKeyInfo = pkijs.PublicKeyInfo.fromBER(Uint8Array.from(publicKey))
  setCommonName(certificate.subject, about.commonName)
  const issuer =
    by.certificatePem === null ? null : pkijs.Certificate.fromBER(derOf(by.certificatePem))
  // What outlives its issuer would be worth nothing from then on.
  const issuerEnds = issuer?.notAfter.value.getTime() ?? about.until
  certificate.notAfter.value = new Date(Math.min(about.until, issuerEnds))
  certificate.issuer = issuer === null ? certificate.subject : issuer.subject
  certificate.extensions = [
    ...about.extensions,
    subjectKeyExtension(publicKey),
    ...(issuer === null ? [] : [authorityKeyExtension(keyIdentifierOf(issuer))]),
  ]
  await certificate.sign(await signingKey(by.keyPem), 'SHA-256', cryptoEngine())
  return {
    pem: pem('CERTIFICATE', certificate.toSchema().toBER(false)),
    serial: serial.toString('hex').toUpperCase(),
  }
}

export function setCommonName(name: pkijs.RelativeDistinguishedNames, text: string): void {
  name.typesAndValues.push(
    new pkijs.AttributeTypeAndValue({
      type: OID.commonName,
      value: new asn1js.Utf8String({ value: text }),
    }),
  )
}

/** What a certificate says its key is called, else what we would call it. */
export function keyIdentifierOf(certificate: pkijs.Certificate): asn1js.OctetString {
  const said: unknown = certificate.extensions?.find(
    ({ extnID }) => extnID === OID.subjectKeyIdentifier,
  )?.parsedValue
  if (said instanceof asn1js.OctetString) return said
  return keyIdentifier(new Uint8Array(certificate.subjectPublicKeyInfo.toSchema().toBER(false)))
}
