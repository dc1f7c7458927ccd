import { makeRoot } from '#core/pki/authorities.ts'
import type { KeyKind } from '#core/pki/keys.ts'
import { makeServer } from '#core/pki/leaves.ts'
import type { StoredCertificate } from '#db/certificates.ts'

/** A root with its key. */
export async function makeCertificateAuthority(
  now: number,
  kind: KeyKind = 'p256',
  name = kind === 'p256' ? 'Accueil RADIUS CA' : 'Accueil RADIUS CA RSA',
): Promise<StoredCertificate> {
  const { certificatePem, keyPem } = await makeRoot(name, kind, now)
  return { chainPem: certificatePem, caPem: certificatePem, keyPem }
}

/** What the server shows inside EAP; `kind` is the CA's. */
export async function makeServerCertificate(
  ca: StoredCertificate,
  dnsName: string,
  now: number,
  kind: KeyKind = 'p256',
): Promise<StoredCertificate> {
  const by = { certificatePem: ca.caPem, keyPem: ca.keyPem }
  const { pem, keyPem } = await makeServer(by, dnsName, now, kind)
  return { chainPem: pem, caPem: ca.caPem, keyPem }
}
