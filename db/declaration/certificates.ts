import { X509Certificate, verify } from 'node:crypto'
import * as pkijs from 'pkijs'

const PEM_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g
const MOST_CERTIFICATES = 8

/** The certificates of a PEM file in its order; null if there is none, or one that cannot be read. */
export function readCertificates(bytes: Uint8Array): readonly X509Certificate[] | null {
  const blocks = Buffer.from(bytes).toString('latin1').match(PEM_CERTIFICATE) ?? []
  if (blocks.length === 0 || blocks.length > MOST_CERTIFICATES) return null
  try {
    return blocks.map((pem) => new X509Certificate(pem))
  } catch {
    return null
  }
}

/** Serial numbers: upper-case hexadecimal digits, without zeros in front. */
export type RevocationList = readonly string[]

/** Signature algorithms with the hash that each is over. */
const HASHES: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.1.11': 'sha256',
  '1.2.840.113549.1.1.12': 'sha384',
  '1.2.840.113549.1.1.13': 'sha512',
  '1.2.840.10045.4.3.2': 'sha256',
  '1.2.840.10045.4.3.3': 'sha384',
  '1.2.840.10045.4.3.4': 'sha512',
}

/** What a CRL (PEM or DER, RFC 5280 §5) lists; null if it is none, or not signed by `issuer`. */
export function readRevocationList(
  bytes: Uint8Array,
  issuer: X509Certificate,
): RevocationList | null {
  const text = Buffer.from(bytes).toString('latin1')
  const body = /-----BEGIN X509 CRL-----([^-]+)-----END X509 CRL-----/.exec(text)?.[1]
  try {
    const der = body === undefined ? bytes : Buffer.from(body, 'base64')
    const crl = pkijs.CertificateRevocationList.fromBER(Uint8Array.from(der))
    const hash = HASHES[crl.signatureAlgorithm.algorithmId]
    const signature = Buffer.from(crl.signatureValue.valueBlock.valueHexView)
    if (hash === undefined) return null
    if (!verify(hash, crl.tbsView, issuer.publicKey, signature)) return null
    return (crl.revokedCertificates ?? []).map(({ userCertificate }) =>
      Buffer.from(userCertificate.valueBlock.valueHexView)
        .toString('hex')
        .toUpperCase()
        .replace(/^0+(?=.)/, ''),
    )
  } catch {
    return null
  }
}
