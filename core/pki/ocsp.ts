import { createHash } from 'node:crypto'
import * as asn1js from 'asn1js'
import * as pkijs from 'pkijs'
import { keyIdentifierOf } from './certify.ts'
import type { Signer } from './certify.ts'
import { OID } from './extensions.ts'
import { cryptoEngine, signingKey } from './keys.ts'
import { derOf } from './pem.ts'

export const OCSP_LIMITS = {
  /** A question with a nonce takes some 120 octets. */
  requestBytes: 4096,
  /** In one question; each costs a look at the database. */
  certificates: 8,
  /** RFC 9654 §2.1. */
  nonceBytes: 128,
} as const

export type CertificateStatus =
  | { readonly kind: 'good' }
  | { readonly kind: 'revoked'; readonly at: Date }
  /** Not of an authority of ours, or never issued. */
  | { readonly kind: 'unknown' }

export interface AskedCertificate {
  /** Upper-case hexadecimal digits, without zeros in front. */
  readonly serial: string
  readonly certId: pkijs.CertID
}

export interface OcspQuestion {
  readonly asked: readonly AskedCertificate[]
  readonly nonce: pkijs.Extension | null
}

/** RFC 6960 §4.1; null for what is none, or asks for more than is answered. */
export function readOcspQuestion(der: Uint8Array): OcspQuestion | null {
  if (der.length === 0 || der.length > OCSP_LIMITS.requestBytes) return null
  try {
    const { tbsRequest } = pkijs.OCSPRequest.fromBER(Uint8Array.from(der))
    const { requestList, requestExtensions = [] } = tbsRequest
    if (requestList.length === 0 || requestList.length > OCSP_LIMITS.certificates) return null
    const nonce = requestExtensions.find(({ extnID }) => extnID === OID.ocspNonce) ?? null
    const nonceBytes = nonce?.extnValue.valueBlock.valueHexView.length ?? 0
    if (nonceBytes > OCSP_LIMITS.nonceBytes + 4) return null
    return {
      asked: requestList.map(({ reqCert }) => ({ certId: reqCert, serial: serialOf(reqCert) })),
      nonce,
    }
  } catch {
    return null
  }
}

/** Whether a question is about a certificate that this authority signed: its name and its key, by their digests. */
export function isIssuedBy(certId: pkijs.CertID, certificatePem: string): boolean {
  const digest = DIGESTS[certId.hashAlgorithm.algorithmId]
  if (digest === undefined) return false
  const issuer = pkijs.Certificate.fromBER(derOf(certificatePem))
  const hash = (octets: Uint8Array): Buffer => createHash(digest).update(octets).digest()
  const name = hash(new Uint8Array(issuer.subject.toSchema().toBER(false)))
  const key = hash(issuer.subjectPublicKeyInfo.subjectPublicKey.valueBlock.valueHexView)
  return (
    name.equals(certId.issuerNameHash.valueBlock.valueHexView) &&
    key.equals(certId.issuerKeyHash.valueBlock.valueHexView)
  )
}

const DIGESTS: Readonly<Record<string, string>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
}

/**
 * An answer, DER (RFC 6960 §4.2), good until `until`: of the authority itself, or of whom it lets answer, whose
 * certificate then comes with it.
 */
export async function makeOcspAnswer(
  by: Signer & { readonly isDelegate: boolean },
  { nonce }: OcspQuestion,
  statuses: readonly { readonly certId: pkijs.CertID; readonly status: CertificateStatus }[],
  about: { readonly from: number; readonly until: number },
): Promise<Uint8Array<ArrayBuffer>> {
  const issuer = pkijs.Certificate.fromBER(derOf(by.certificatePem))
  const answer = new pkijs.BasicOCSPResponse()
  // By its key (RFC 6960 §4.2.2.3).
  answer.tbsResponseData.responderID = keyIdentifierOf(issuer)
  answer.tbsResponseData.producedAt = new Date(about.from)
  answer.tbsResponseData.responses = statuses.map(({ certId, status }) => {
    const one = new pkijs.SingleResponse({ certID: certId })
    one.certStatus = statusOf(status)
    one.thisUpdate = new Date(about.from)
    one.nextUpdate = new Date(about.until)
    return one
  })
  if (by.isDelegate) answer.certs = [issuer]
  if (nonce !== null) answer.tbsResponseData.responseExtensions = [nonce]
  await answer.sign(await signingKey(by.keyPem), 'SHA-256', cryptoEngine())
  const response = new pkijs.OCSPResponse({
    responseStatus: new asn1js.Enumerated({ value: STATUS.successful }),
    responseBytes: new pkijs.ResponseBytes({
      responseType: OID.ocspBasic,
      response: new asn1js.OctetString({ valueHex: answer.toSchema().toBER(false) }),
    }),
  })
  return new Uint8Array(response.toSchema().toBER(false))
}

/** RFC 6960 §4.2.1. */
const STATUS = { successful: 0, malformedRequest: 1, tryLater: 3, unauthorized: 6 } as const

/** An answer without a signature: that there is none. */
export function ocspRefusal(status: keyof typeof STATUS): Uint8Array<ArrayBuffer> {
  return Uint8Array.of(0x30, 0x03, 0x0a, 0x01, STATUS[status])
}

/** CertStatus (RFC 6960 §4.2.1): [0] good, [1] revoked with its time, [2] unknown. */
function statusOf(status: CertificateStatus): asn1js.BaseBlock {
  const idBlock = (tagNumber: number) => ({ idBlock: { tagClass: 3, tagNumber } })
  if (status.kind === 'good') return new asn1js.Primitive(idBlock(0))
  if (status.kind === 'unknown') return new asn1js.Primitive(idBlock(2))
  return new asn1js.Constructed({
    ...idBlock(1),
    value: [new asn1js.GeneralizedTime({ valueDate: status.at })],
  })
}

function serialOf({ serialNumber }: pkijs.CertID): string {
  const hex = Buffer.from(serialNumber.valueBlock.valueHexView).toString('hex').toUpperCase()
  return hex.replace(/^0+(?=.)/, '')
}
