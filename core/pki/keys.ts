import { createPrivateKey, createPublicKey, webcrypto } from 'node:crypto'
import * as pkijs from 'pkijs'
import { derOf, pem } from './pem.ts'

export type KeyKind = 'p256' | 'rsa'

const ALGORITHMS = {
  p256: { name: 'ECDSA', namedCurve: 'P-256' },
  // For devices that know no elliptic curves. A larger key would cost another round trip.
  rsa: {
    name: 'RSASSA-PKCS1-v1_5',
    modulusLength: 2048,
    publicExponent: Uint8Array.of(1, 0, 1),
    hash: 'SHA-256',
  },
} as const

export interface KeyPair {
  /** PKCS #8. */
  readonly keyPem: string
  /** SubjectPublicKeyInfo, DER. */
  readonly publicKey: Uint8Array
}

export async function makeKeyPair(kind: KeyKind): Promise<KeyPair> {
  const { privateKey } = await webcrypto.subtle.generateKey(ALGORITHMS[kind], true, [
    'sign',
    'verify',
  ])
  const keyPem = pem('PRIVATE KEY', await webcrypto.subtle.exportKey('pkcs8', privateKey))
  return { keyPem, publicKey: publicKeyOf(keyPem) }
}

/** Of a private key, as DER. */
export function publicKeyOf(keyPem: string): Uint8Array {
  return createPublicKey(keyPem).export({ type: 'spki', format: 'der' })
}

/** To sign with, whichever kind it is. */
export function signingKey(keyPem: string): Promise<webcrypto.CryptoKey> {
  const key = createPrivateKey(keyPem)
  const algorithm = ALGORITHMS[key.asymmetricKeyType === 'rsa' ? 'rsa' : 'p256']
  return webcrypto.subtle.importKey('pkcs8', derOf(keyPem), algorithm, false, ['sign'])
}

export function cryptoEngine(): pkijs.CryptoEngine {
  return new pkijs.CryptoEngine({ name: 'node', crypto: webcrypto })
}
