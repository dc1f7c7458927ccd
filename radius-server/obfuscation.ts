import { randomOctets } from '#core/random-octets.ts'
import { MD5_BYTES, Md5 } from '#core/md5.ts'
import { ATTRIBUTE } from './dictionary.ts'
import { AUTHENTICATOR_AT, attributeEnd, attributeOffset } from './packet.ts'
import type { Packet } from './packet.ts'
import type { SharedSecret } from './shared-secret.ts'

const BLOCK_BYTES = MD5_BYTES

/** RFC 2865 §5.2: 16 to 128 octets, in blocks of 16. */
const PASSWORD_MOST_BYTES = 128

const SALT_BYTES = 2

const md5 = new Md5()
const keyBlock = new Uint8Array(BLOCK_BYTES)
const plain = new Uint8Array(PASSWORD_MOST_BYTES)

/**
 * The octets of the packet's User-Password without the NUL padding; undefined if it has none, null if
 * its length is not allowed. They are no text: what was typed may be in any encoding.
 */
export function readUserPassword(
  packet: Packet,
  secret: SharedSecret,
): Uint8Array | null | undefined {
  const { bytes } = packet
  const from = attributeOffset(packet, ATTRIBUTE['User-Password'])
  if (from < 0) return undefined
  const length = attributeEnd(packet, from) - from
  if (!secret.isUsed) return length > PASSWORD_MOST_BYTES ? null : bytes.slice(from, from + length)
  if (length === 0 || length > PASSWORD_MOST_BYTES || length % BLOCK_BYTES !== 0) return null
  for (let at = 0; at < length; at += BLOCK_BYTES) {
    makeKeyBlock(secret, bytes, at === 0 ? AUTHENTICATOR_AT : from + at - BLOCK_BYTES, BLOCK_BYTES)
    xorKeyBlock(plain, at, bytes, from + at)
  }
  return plain.slice(0, paddingAt(plain, length))
}

/** A User-Password of 1 to 128 octets (RFC 2865 §5.2), for a request with this authenticator. */
export function hidePassword(
  password: Uint8Array,
  authenticator: Uint8Array,
  secret: SharedSecret,
): Uint8Array {
  if (!secret.isUsed) return password
  const blocks = Math.max(1, Math.ceil(password.length / BLOCK_BYTES))
  const hidden = new Uint8Array(blocks * BLOCK_BYTES)
  hidden.set(password)
  for (let at = 0; at < hidden.length; at += BLOCK_BYTES) {
    if (at === 0) makeKeyBlock(secret, authenticator, 0, BLOCK_BYTES)
    else makeKeyBlock(secret, hidden, at - BLOCK_BYTES, BLOCK_BYTES)
    xorKeyBlock(hidden, at, hidden, at)
  }
  return hidden
}

/** Drops the NUL octets at the end, and only there. */
export function withoutPadding(plain: Uint8Array): Uint8Array {
  return plain.subarray(0, paddingAt(plain, plain.length))
}

function paddingAt(plain: Uint8Array, length: number): number {
  let end = length
  while (end > 0 && plain[end - 1] === 0) end -= 1
  return end
}

/** The salts of one packet, two octets each: the first bit is set and none comes twice (RFC 2868 §3.5). */
export type Salts = () => Uint8Array

export function createSalts([high = 0, low = 0]: Uint8Array = randomOctets(2)): Salts {
  let next = (high << 8) | low
  return () => {
    const salt = Uint8Array.of(0x80 | (next >> 8), next)
    next = (next + 1) & 0x7fff
    return salt
  }
}

/**
 * What is hidden under a salt: the salt, and behind it length, value and padding in the cipher that
 * Tunnel-Password (RFC 2868 §3.5, after its tag) and the keys of MS-MPPE (RFC 2548 §2.4.2) share. A
 * value of 239 octets is the longest that an attribute has room for.
 */
export function hideSalted(
  value: Uint8Array,
  salt: Uint8Array,
  authenticator: Uint8Array,
  secret: SharedSecret,
): Uint8Array {
  // RFC 9765 §5.1: as any other octets, without salt and length.
  if (!secret.isUsed) return value
  const padded = Math.ceil((1 + value.length) / BLOCK_BYTES) * BLOCK_BYTES
  const plain = new Uint8Array(padded)
  plain[0] = value.length
  plain.set(value, 1)

  const hidden = new Uint8Array(2 + padded)
  hidden.set(salt)
  const first = Buffer.concat([authenticator, salt])
  for (let at = 0; at < padded; at += BLOCK_BYTES) {
    if (at === 0) makeKeyBlock(secret, first, 0, first.length)
    else makeKeyBlock(secret, hidden, 2 + at - BLOCK_BYTES, BLOCK_BYTES)
    xorKeyBlock(hidden, 2 + at, plain, at)
  }
  return hidden
}

/** What `hideSalted` hid, a Tunnel-Password without its tag (RFC 2868 §3.5); null if it is none. */
export function revealSalted(
  hidden: Uint8Array,
  authenticator: Uint8Array,
  secret: SharedSecret,
): Uint8Array | null {
  if (!secret.isUsed) return hidden
  const padded = hidden.length - SALT_BYTES
  if (padded <= 0 || padded % BLOCK_BYTES !== 0) return null
  const plain = new Uint8Array(padded)
  const first = Buffer.concat([authenticator, hidden.subarray(0, SALT_BYTES)])
  for (let at = 0; at < padded; at += BLOCK_BYTES) {
    if (at === 0) makeKeyBlock(secret, first, 0, first.length)
    else makeKeyBlock(secret, hidden, SALT_BYTES + at - BLOCK_BYTES, BLOCK_BYTES)
    xorKeyBlock(plain, at, hidden, SALT_BYTES + at)
  }
  const length = plain[0] ?? 0
  return length < padded ? plain.subarray(1, 1 + length) : null
}

/** MD5 of the secret and of what the block is chained to. */
function makeKeyBlock(secret: SharedSecret, chained: Uint8Array, at: number, length: number): void {
  md5
    .start()
    .update(secret.bytes)
    .update(chained, at, at + length)
    .finish(keyBlock)
}

function xorKeyBlock(target: Uint8Array, at: number, from: Uint8Array, fromAt: number): void {
  for (let i = 0; i < BLOCK_BYTES; i += 1) {
    target[at + i] = (from[fromAt + i] ?? 0) ^ (keyBlock[i] ?? 0)
  }
}
