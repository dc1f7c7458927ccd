import { BACKDATED_MS, INTERNAL_DOMAIN } from './authorities.ts'
import { certify } from './certify.ts'
import type { Certified, Signer } from './certify.ts'
import {
  OID,
  crlPointExtension,
  keyUsageExtension,
  namesExtension,
  noAuthorityExtension,
  ocspExtension,
  ocspNoCheckExtension,
  purposeExtension,
} from './extensions.ts'
import { makeKeyPair } from './keys.ts'
import type { KeyKind } from './keys.ts'

const DAY_MS = 86_400_000
/** Apple refuses more than 825 days, also under a private root. */
const SERVER_DAYS = 825
const GATEWAY_DAYS = 825
/** A profile that was kept is checked when it is installed. */
const SIGNER_DAYS = 395
const OCSP_SIGNER_DAYS = 2

/** A certificate with the key that was made for it. */
export interface Leaf extends Certified {
  readonly keyPem: string
}

/** What the server shows inside EAP, for the one DNS name that profiles pin. */
export async function makeServer(
  by: Signer,
  dnsName: string,
  now: number,
  kind: KeyKind,
): Promise<Leaf> {
  const { keyPem, publicKey } = await makeKeyPair(kind)
  const from = now - BACKDATED_MS
  const certified = await certify({
    commonName: dnsName,
    publicKey,
    from,
    until: from + SERVER_DAYS * DAY_MS,
    extensions: [
      noAuthorityExtension(),
      keyUsageExtension('signs'),
      purposeExtension(OID.serverAuth),
      namesExtension(dnsName),
    ],
    by,
  })
  return { ...certified, keyPem }
}

/** Where it can be asked whether a certificate still counts. */
export interface StatusAddresses {
  readonly crl: string
  readonly ocsp: string
}

export interface DeviceSubject {
  /** Random, and the only name in it: with TLS 1.2 a certificate crosses the air in clear. */
  readonly id: string
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array
  readonly until: number
  readonly status: StatusAddresses
}

/** What a device shows in EAP-TLS. */
export function certifyDevice(by: Signer, device: DeviceSubject, now: number): Promise<Certified> {
  return certify({
    commonName: device.id,
    publicKey: device.publicKey,
    from: now - BACKDATED_MS,
    until: device.until,
    extensions: [
      noAuthorityExtension(),
      keyUsageExtension('signs'),
      purposeExtension(OID.clientAuth),
      namesExtension(`${device.id}.device.${INTERNAL_DOMAIN}`),
      crlPointExtension(device.status.crl),
      ocspExtension(device.status.ocsp),
    ],
    by,
  })
}

/** What signs profiles, so that nobody changes one on its way. */
export async function makeProfileSigner(by: Signer, name: string, now: number): Promise<Leaf> {
  const { keyPem, publicKey } = await makeKeyPair('p256')
  const certified = await certify({
    commonName: name,
    publicKey,
    from: now - BACKDATED_MS,
    until: now + SIGNER_DAYS * DAY_MS,
    extensions: [
      noAuthorityExtension(),
      keyUsageExtension('signs'),
      purposeExtension(OID.emailProtection),
      namesExtension(`profiles.${INTERNAL_DOMAIN}`),
    ],
    by,
  })
  return { ...certified, keyPem }
}

/**
 * What answers about revocation for an authority whose key is on a token (RFC 6960 §2.6): everybody may ask, and each
 * answer is signed, which a token is too slow and too precious for.
 */
export async function makeOcspSigner(by: Signer, now: number): Promise<Leaf> {
  const { keyPem, publicKey } = await makeKeyPair('p256')
  const certified = await certify({
    commonName: 'Accueil revocation',
    publicKey,
    from: now - BACKDATED_MS,
    until: now + OCSP_SIGNER_DAYS * DAY_MS,
    extensions: [
      noAuthorityExtension(),
      keyUsageExtension('signs'),
      purposeExtension(OID.ocspSigning),
      namesExtension(`revocation.${INTERNAL_DOMAIN}`),
      ocspNoCheckExtension(),
    ],
    by,
  })
  return { ...certified, keyPem }
}

/** What a gateway shows in RadSec (RFC 6614 §2.3), found again by its fingerprint. */
export async function makeGateway(by: Signer, name: string, now: number): Promise<Leaf> {
  const { keyPem, publicKey } = await makeKeyPair('p256')
  const from = now - BACKDATED_MS
  const certified = await certify({
    commonName: name,
    publicKey,
    from,
    until: from + GATEWAY_DAYS * DAY_MS,
    extensions: [
      noAuthorityExtension(),
      keyUsageExtension('signs'),
      purposeExtension(OID.clientAuth),
      namesExtension(gatewayDnsName(name)),
    ],
    by,
  })
  return { ...certified, keyPem }
}

/** A gateway's name may have what a DNS name may not. */
function gatewayDnsName(name: string): string {
  const label = name
    .toLowerCase()
    .replaceAll(/[^a-z0-9-]/g, '-')
    .slice(0, 63)
  return `${label}.gateway.${INTERNAL_DOMAIN}`
}
