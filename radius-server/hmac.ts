import { hash } from 'node:crypto'

/** Of MD5 and of SHA-256. */
const BLOCK_BYTES = 64

type Digest = 'md5' | 'sha256'

/** The two padded keys of RFC 2104, made once a secret. */
export interface HmacKey {
  readonly digest: Digest
  readonly inner: Uint8Array
  readonly outer: Uint8Array
}

export function hmacKey(digest: Digest, secret: Uint8Array): HmacKey {
  const key = secret.length > BLOCK_BYTES ? hash(digest, secret, 'buffer') : secret
  const inner = new Uint8Array(BLOCK_BYTES).fill(0x36)
  const outer = new Uint8Array(BLOCK_BYTES).fill(0x5c)
  for (const [i, byte] of key.entries()) {
    inner[i] = byte ^ 0x36
    outer[i] = byte ^ 0x5c
  }
  return { digest, inner, outer }
}

/**
 * HMAC as two one-shot hashes: `createHmac` sets up an OpenSSL context for each message, which
 * measured 22 µs against 4 µs, and every answer needs one or two.
 */
export function hmac(key: HmacKey, message: Uint8Array): Buffer {
  return hash(
    key.digest,
    joined(key.outer, hash(key.digest, joined(key.inner, message), 'buffer')),
    'buffer',
  )
}

function joined(head: Uint8Array, tail: Uint8Array): Buffer {
  const whole = Buffer.allocUnsafe(head.length + tail.length)
  whole.set(head)
  whole.set(tail, head.length)
  return whole
}
