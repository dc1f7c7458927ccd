import { hash } from 'node:crypto'
import type { SharedSecret } from './shared-secret.ts'

const BLOCK_BYTES = 16

/** RFC 2865 §5.2: 16 to 128 octets, in blocks of 16. */
const PASSWORD_MOST_BYTES = 128

/**
 * The octets of a User-Password without the NUL padding; null if its length is not allowed. They
 * are no text: what was typed may be in any encoding.
 */
export function revealUserPassword(
  hidden: Uint8Array,
  authenticator: Uint8Array,
  secret: SharedSecret,
): Uint8Array | null {
  if (hidden.length === 0 || hidden.length > PASSWORD_MOST_BYTES) return null
  if (hidden.length % BLOCK_BYTES !== 0) return null
  const plain = Buffer.allocUnsafe(hidden.length)
  let previous = authenticator
  for (let at = 0; at < hidden.length; at += BLOCK_BYTES) {
    const block = hidden.subarray(at, at + BLOCK_BYTES)
    xorInto(plain, at, block, keyBlock(secret, previous))
    previous = block
  }
  return withoutPadding(plain)
}

/** Drops the NUL octets at the end, and only there. */
export function withoutPadding(plain: Uint8Array): Uint8Array {
  let end = plain.length
  while (end > 0 && plain[end - 1] === 0) end -= 1
  return plain.subarray(0, end)
}

/**
 * A key for MS-MPPE-Send-Key or MS-MPPE-Recv-Key (RFC 2548 §2.4.2). `salt` has two octets, must
 * differ from every other salt of the packet, and its first bit is set here.
 */
export function hideKey(
  key: Uint8Array,
  salt: Uint8Array,
  authenticator: Uint8Array,
  secret: SharedSecret,
): Uint8Array {
  const padded = Math.ceil((1 + key.length) / BLOCK_BYTES) * BLOCK_BYTES
  const plain = new Uint8Array(padded)
  plain[0] = key.length
  plain.set(key, 1)

  const hidden = new Uint8Array(2 + padded)
  hidden[0] = (salt[0] ?? 0) | 0x80
  hidden[1] = salt[1] ?? 0
  let previous: Uint8Array = Buffer.concat([authenticator, hidden.subarray(0, 2)])
  for (let at = 0; at < padded; at += BLOCK_BYTES) {
    const block = plain.subarray(at, at + BLOCK_BYTES)
    xorInto(hidden, 2 + at, block, keyBlock(secret, previous))
    previous = hidden.subarray(2 + at, 2 + at + BLOCK_BYTES)
  }
  return hidden
}

function keyBlock(secret: SharedSecret, previous: Uint8Array): Uint8Array {
  const input = Buffer.allocUnsafe(secret.bytes.length + previous.length)
  input.set(secret.bytes)
  input.set(previous, secret.bytes.length)
  return hash('md5', input, 'buffer')
}

function xorInto(target: Uint8Array, at: number, a: Uint8Array, b: Uint8Array): void {
  for (let i = 0; i < BLOCK_BYTES; i += 1) target[at + i] = (a[i] ?? 0) ^ (b[i] ?? 0)
}
