import * as pkijs from 'pkijs'
import { certify, setCommonName } from './certify.ts'
import type { Signer } from './certify.ts'
import {
  OID,
  authorityExtension,
  constraintsExtension,
  keyUsageExtension,
  purposeExtension,
} from './extensions.ts'
import { cryptoEngine, makeKeyPair, publicKeyOf, signingKey } from './keys.ts'
import type { KeyKind, KeyPair } from './keys.ts'
import { derOf, pem } from './pem.ts'

const DAY_MS = 86_400_000
/** A device whose clock is slow must not find a certificate not valid yet. */
export const BACKDATED_MS = DAY_MS
const ROOT_DAYS = 20 * 365

/** Names that certificates of devices and gateways may have: nobody looks them up. */
export const INTERNAL_DOMAIN = 'accueil.internal'

/** One authority that signs servers, and one below it that signs devices and gateways. */
const ISSUING_BELOW = 1

/**
 * The root that devices are told to trust: it must outlive them. With `keyPem` it is the same root once more:
 * who trusts the older certificate of it finds the same name and key.
 */
export async function makeRoot(
  name: string,
  kind: KeyKind,
  now: number,
  keyPem?: string,
): Promise<Signer> {
  const key = keyPem ?? (await makeKeyPair(kind)).keyPem
  const from = now - BACKDATED_MS
  const { pem } = await certify({
    commonName: name,
    publicKey: publicKeyOf(key),
    from,
    until: from + ROOT_DAYS * DAY_MS,
    extensions: [authorityExtension(ISSUING_BELOW), keyUsageExtension('certifies')],
    by: { certificatePem: null, keyPem: key },
  })
  return { certificatePem: pem, keyPem: key }
}

/**
 * What certificates of devices and gateways are signed with: for clients, and for no name that is in use
 * elsewhere. What signs a profile is of the kind that signs messages.
 */
export async function makeIssuing(
  name: string,
  root: Signer,
  now: number,
  key?: KeyPair,
): Promise<Signer> {
  const { keyPem, publicKey } = key ?? (await makeKeyPair('p256'))
  const { pem } = await certify({
    commonName: name,
    publicKey,
    from: now - BACKDATED_MS,
    until: endOf(root.certificatePem),
    extensions: [
      authorityExtension(0),
      keyUsageExtension('certifiesAndSigns'),
      purposeExtension(OID.clientAuth, OID.emailProtection),
      constraintsExtension(INTERNAL_DOMAIN),
    ],
    by: root,
  })
  return { certificatePem: pem, keyPem }
}

/** What an authority above is asked to sign (RFC 2986), for the key of an issuing authority. */
export async function makeIssuingRequest(name: string, keyPem: string): Promise<string> {
  const request = new pkijs.CertificationRequest()
  setCommonName(request.subject, name)
  request.subjectPublicKeyInfo = pkijs.PublicKeyInfo.fromBER(Uint8Array.from(publicKeyOf(keyPem)))
  const wanted = new pkijs.Extensions({
    extensions: [authorityExtension(0), keyUsageExtension('certifiesAndSigns')],
  })
  request.attributes = [
    // extensionRequest, RFC 2985 §5.4.2
    new pkijs.Attribute({ type: '1.2.840.113549.1.9.14', values: [wanted.toSchema()] }),
  ]
  await request.sign(await signingKey(keyPem), 'SHA-256', cryptoEngine())
  return pem('CERTIFICATE REQUEST', request.toSchema().toBER(false))
}

function endOf(certificatePem: string): number {
  return pkijs.Certificate.fromBER(derOf(certificatePem)).notAfter.value.getTime()
}
