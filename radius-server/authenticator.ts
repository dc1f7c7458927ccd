import { hash, timingSafeEqual } from 'node:crypto'
import { CODE, ATTRIBUTE } from './dictionary.ts'
import { hmac } from './hmac.ts'
import { attributeOffsets } from './packet.ts'
import type { Packet } from './packet.ts'
import type { SharedSecret } from './shared-secret.ts'

export const AUTHENTICATOR_BYTES = 16
const AUTHENTICATOR_AT = 4
const ZEROS = new Uint8Array(AUTHENTICATOR_BYTES)

/** MD5(Code + Identifier + Length + `authenticator` + attributes + secret): RFC 2865 §3, RFC 2866 §3. */
export function packetDigest(
  bytes: Uint8Array,
  authenticator: Uint8Array,
  secret: SharedSecret,
): Uint8Array {
  const input = Buffer.allocUnsafe(bytes.length + secret.bytes.length)
  input.set(bytes)
  input.set(authenticator, AUTHENTICATOR_AT)
  input.set(secret.bytes, bytes.length)
  return hash('md5', input, 'buffer')
}

/** Whether an Accounting-Request was made by someone who knows the secret (RFC 2866 §3). */
export function isAccountingAuthentic(packet: Packet, secret: SharedSecret): boolean {
  return timingSafeEqual(packetDigest(packet.bytes, ZEROS, secret), packet.authenticator)
}

/** HMAC-MD5 over the packet with `authenticator` in its place and the value at `valueAt` zeroed. */
export function messageAuthenticator(
  bytes: Uint8Array,
  authenticator: Uint8Array,
  valueAt: number,
  secret: SharedSecret,
): Uint8Array {
  const input = Buffer.allocUnsafe(bytes.length)
  input.set(bytes)
  input.set(authenticator, AUTHENTICATOR_AT)
  input.fill(0, valueAt, valueAt + AUTHENTICATOR_BYTES)
  return hmac(secret.hmac, input)
}

export type MessageAuthenticatorVerdict = 'absent' | 'right' | 'wrong'

/**
 * RFC 3579 §3.2; for requests whose own authenticator is a digest, RFC 5176 §3.4 has sixteen zeros
 * stand in its place. More than one is refused: which of them counts would be the sender's choice.
 */
export function checkMessageAuthenticator(
  packet: Packet,
  secret: SharedSecret,
): MessageAuthenticatorVerdict {
  const offsets = attributeOffsets(packet, ATTRIBUTE['Message-Authenticator'])
  const [at] = offsets
  if (at === undefined) return 'absent'
  if (offsets.length > 1 || packet.bytes[at - 1] !== AUTHENTICATOR_BYTES + 2) return 'wrong'
  const isRandom = packet.code === CODE['Access-Request'] || packet.code === CODE['Status-Server']
  const expected = messageAuthenticator(
    packet.bytes,
    isRandom ? packet.authenticator : ZEROS,
    at,
    secret,
  )
  const given = packet.bytes.subarray(at, at + AUTHENTICATOR_BYTES)
  return timingSafeEqual(expected, given) ? 'right' : 'wrong'
}
