import * as asn1js from 'asn1js'
import * as pkijs from 'pkijs'
import { cryptoEngine, signingKey } from './keys.ts'
import { certificatesOf, derOf } from './pem.ts'

const OID = {
  data: '1.2.840.113549.1.7.1',
  signedData: '1.2.840.113549.1.7.2',
  contentType: '1.2.840.113549.1.9.3',
  messageDigest: '1.2.840.113549.1.9.4',
  signingTime: '1.2.840.113549.1.9.5',
} as const

/** Octets with a signature around them (RFC 5652 §5), DER; `chainPem` begins with who signs. */
export async function makeSignedData(
  content: Uint8Array,
  chainPem: string,
  keyPem: string,
  now: number,
): Promise<Uint8Array<ArrayBuffer>> {
  const certificates = certificatesOf(chainPem).map((one) => pkijs.Certificate.fromBER(derOf(one)))
  const [signer] = certificates
  if (signer === undefined) throw new RangeError('there is no certificate to sign with')
  const engine = cryptoEngine()
  const octets = Uint8Array.from(content)
  const digest = await engine.digest({ name: 'SHA-256' }, octets)
  const attribute = (type: string, value: asn1js.BaseBlock): pkijs.Attribute =>
    new pkijs.Attribute({ type, values: [value] })
  const signed = new pkijs.SignedData({
    version: 1,
    encapContentInfo: new pkijs.EncapsulatedContentInfo({
      eContentType: OID.data,
      // One piece: pkijs would otherwise make it of several, which Apple does not read.
      eContent: new asn1js.OctetString({ valueHex: octets.buffer }),
    }),
    signerInfos: [
      new pkijs.SignerInfo({
        version: 1,
        sid: new pkijs.IssuerAndSerialNumber({
          issuer: signer.issuer,
          serialNumber: signer.serialNumber,
        }),
        signedAttrs: new pkijs.SignedAndUnsignedAttributes({
          type: 0,
          attributes: [
            attribute(OID.contentType, new asn1js.ObjectIdentifier({ value: OID.data })),
            attribute(OID.signingTime, new asn1js.UTCTime({ valueDate: new Date(now) })),
            attribute(OID.messageDigest, new asn1js.OctetString({ valueHex: digest })),
          ],
        }),
      }),
    ],
    certificates,
  })
  await signed.sign(await signingKey(keyPem), 0, 'SHA-256', undefined, engine)
  const info = new pkijs.ContentInfo({
    contentType: OID.signedData,
    content: signed.toSchema(true),
  })
  return new Uint8Array(info.toSchema().toBER(false))
}
