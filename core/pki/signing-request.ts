import { createPublicKey } from 'node:crypto'
import * as pkijs from 'pkijs'
import { cryptoEngine } from './keys.ts'
import { derOf } from './pem.ts'

const SIGNING_REQUEST_LIMITS = {
  /** An RSA-4096 key with a long subject takes 2 KB. */
  characters: 16_384,
} as const

const SHORTEST_RSA_BITS = 2048
const CURVES: ReadonlySet<string> = new Set(['prime256v1', 'secp384r1'])

export type SigningRequest =
  | { readonly ok: true; readonly publicKey: Uint8Array }
  | { readonly ok: false; readonly reason: 'not-a-request' | 'weak-key' | 'not-signed' }

/**
 * The key of a PKCS #10 request (RFC 2986), of which nothing else counts: the name and the purposes of the
 * certificate are ours to say. That whoever asks has the private half is proved by the signature.
 */
export async function readSigningRequest(text: string): Promise<SigningRequest> {
  if (text.length > SIGNING_REQUEST_LIMITS.characters) return { ok: false, reason: 'not-a-request' }
  try {
    const request = pkijs.CertificationRequest.fromBER(derOf(text))
    const publicKey = new Uint8Array(request.subjectPublicKeyInfo.toSchema().toBER(false))
    if (!isStrong(publicKey)) return { ok: false, reason: 'weak-key' }
    if (!(await request.verify(cryptoEngine()))) return { ok: false, reason: 'not-signed' }
    return { ok: true, publicKey }
  } catch {
    return { ok: false, reason: 'not-a-request' }
  }
}

function isStrong(publicKey: Uint8Array): boolean {
  const key = createPublicKey({ key: Buffer.from(publicKey), format: 'der', type: 'spki' })
  const { modulusLength = 0, namedCurve = '' } = key.asymmetricKeyDetails ?? {}
  if (key.asymmetricKeyType === 'rsa') {
    return modulusLength >= SHORTEST_RSA_BITS && modulusLength <= 4096
  }
  return key.asymmetricKeyType === 'ec' && CURVES.has(namedCurve)
}
