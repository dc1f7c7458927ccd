import { createPrivateKey, createPublicKey, webcrypto } from 'node:crypto'
import * as pkijs from 'pkijs'
import { derOf, pem } from './pem.ts'
import { isTokenKey, readTokenKey, writeTokenKey } from './token-key.ts'
import type { TokenKey, TokenPlace } from './token-key.ts'
import { makeOnToken, signOnToken } from './token.ts'

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
  /** PKCS #8; or, of a key that stays on a token, where it is. */
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

/** A P-256 key that never leaves the token. */
export async function makeTokenKeyPair(place: TokenPlace, object: string): Promise<KeyPair> {
  const made = await makeOnToken(place, object)
  return { keyPem: writeTokenKey(made), publicKey: made.publicKey }
}

/** Of a private key, as DER. */
export function publicKeyOf(keyPem: string): Uint8Array {
  if (isTokenKey(keyPem)) return readTokenKey(keyPem).publicKey
  return createPublicKey(keyPem).export({ type: 'spki', format: 'der' })
}

/** To sign with by `cryptoEngine`, whichever kind it is. */
export async function signingKey(keyPem: string): Promise<webcrypto.CryptoKey> {
  if (isTokenKey(keyPem)) return new KeyOnToken(readTokenKey(keyPem))
  const key = createPrivateKey(keyPem)
  const algorithm = ALGORITHMS[key.asymmetricKeyType === 'rsa' ? 'rsa' : 'p256']
  return webcrypto.subtle.importKey('pkcs8', derOf(keyPem), algorithm, false, ['sign'])
}

/** As pkijs asks about a key before it lets the engine sign with it. */
class KeyOnToken implements webcrypto.CryptoKey {
  readonly key: TokenKey
  readonly type = 'private'
  readonly extractable = false
  readonly algorithm = ALGORITHMS.p256
  readonly usages: webcrypto.KeyUsage[] = ['sign']

  constructor(key: TokenKey) {
    this.key = key
  }
}

class Engine extends pkijs.CryptoEngine {
  override async sign(...args: Parameters<pkijs.CryptoEngine['sign']>): Promise<ArrayBuffer> {
    const [, key, data] = args
    if (!(key instanceof KeyOnToken)) return super.sign(...args)
    const octets = ArrayBuffer.isView(data)
      ? new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
      : new Uint8Array(data)
    return Uint8Array.from(await signOnToken(key.key, octets)).buffer
  }
}

export function cryptoEngine(): pkijs.CryptoEngine {
  return new Engine({ name: 'node', crypto: webcrypto })
}
