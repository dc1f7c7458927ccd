import * as asn1js from 'asn1js'
import * as pkijs from 'pkijs'
import { keyIdentifierOf } from './certify.ts'
import type { Signer } from './certify.ts'
import { OID, authorityKeyExtension, extension } from './extensions.ts'
import { cryptoEngine, signingKey } from './keys.ts'
import { derOf } from './pem.ts'

export interface Revoked {
  /** Upper-case hexadecimal digits. */
  readonly serial: string
  readonly at: Date
}

/** A CRL of version 2 (RFC 5280 §5), DER; `number` must grow with each list. */
export async function makeRevocationList(
  by: Signer,
  revoked: readonly Revoked[],
  about: { readonly number: number; readonly from: number; readonly until: number },
): Promise<Uint8Array<ArrayBuffer>> {
  const issuer = pkijs.Certificate.fromBER(derOf(by.certificatePem))
  const list = new pkijs.CertificateRevocationList()
  list.version = 1
  list.issuer = issuer.subject
  list.thisUpdate = new pkijs.Time({ type: pkijs.TimeType.UTCTime, value: new Date(about.from) })
  list.nextUpdate = new pkijs.Time({ type: pkijs.TimeType.UTCTime, value: new Date(about.until) })
  // The field must not be there empty (RFC 5280 §5.1.2.6).
  if (revoked.length > 0) list.revokedCertificates = revoked.map(entryOf)
  list.crlExtensions = new pkijs.Extensions({
    extensions: [
      authorityKeyExtension(keyIdentifierOf(issuer)),
      extension(OID.crlNumber, false, new asn1js.Integer({ value: about.number })),
    ],
  })
  await list.sign(await signingKey(by.keyPem), 'SHA-256', cryptoEngine())
  return new Uint8Array(list.toSchema().toBER(false))
}

function entryOf({ serial, at }: Revoked): pkijs.RevokedCertificate {
  return new pkijs.RevokedCertificate({
    userCertificate: serialNumber(serial),
    revocationDate: new pkijs.Time({ type: pkijs.TimeType.UTCTime, value: at }),
  })
}

function serialNumber(serial: string): asn1js.Integer {
  const even = serial.length % 2 === 0 ? serial : `0${serial}`
  const octets = Buffer.from(even, 'hex')
  const isNegative = (octets[0] ?? 0) >= 0x80
  const positive = isNegative ? Buffer.concat([Buffer.of(0), octets]) : octets
  return new asn1js.Integer({ valueHex: Uint8Array.from(positive).buffer })
}
