import { HmacMd5, MD5_BYTES, Md5 } from '#core/md5.ts'
import { CODE, ATTRIBUTE } from './dictionary.ts'
import { AUTHENTICATOR_AT, attributeOffset, hasSecondAttribute } from './packet.ts'
import type { Packet } from './packet.ts'
import type { SharedSecret } from './shared-secret.ts'

export const AUTHENTICATOR_BYTES = MD5_BYTES
/** RFC 9765 §4.1: the rest of the field is reserved. */
export const TOKEN_BYTES = 4
const ATTRIBUTES_AT = AUTHENTICATOR_AT + AUTHENTICATOR_BYTES
/** A packet that is nothing but zeros where an authenticator stands. */
const ZEROS = new Uint8Array(ATTRIBUTES_AT)

// One message at a time goes through them, from its beginning to its end.
const md5 = new Md5()
const hmac = new HmacMd5()

/**
 * MD5(Code + Identifier + Length + Authenticator + attributes + secret), with the authenticator of the
 * packet `covered`: RFC 2865 §3, RFC 2866 §3.
 */
function hashPacket(bytes: Uint8Array, covered: Uint8Array, secret: SharedSecret): Md5 {
  return md5
    .start()
    .update(bytes, 0, AUTHENTICATOR_AT)
    .update(covered, AUTHENTICATOR_AT, ATTRIBUTES_AT)
    .update(bytes, ATTRIBUTES_AT)
    .update(secret.bytes)
}

/**
 * Puts the Response Authenticator in its place in `reply`; last, as it covers all that is in there. In
 * RADIUS/1.1 the request's Token stands there (RFC 9765 §4.1).
 */
export function signReply(reply: Uint8Array, request: Packet, secret: SharedSecret): void {
  if (!secret.isUsed) {
    reply.set(request.authenticator.subarray(0, TOKEN_BYTES), AUTHENTICATOR_AT)
    reply.fill(0, AUTHENTICATOR_AT + TOKEN_BYTES, ATTRIBUTES_AT)
    return
  }
  hashPacket(reply, request.bytes, secret).finish(reply, AUTHENTICATOR_AT)
}

/** Whether `reply` was made for `request` by someone who knows the secret (RFC 2865 §3). */
export function isReplyAuthentic(
  reply: Uint8Array,
  request: Uint8Array,
  secret: SharedSecret,
): boolean {
  return hashPacket(reply, request, secret).finishEquals(reply, AUTHENTICATOR_AT)
}

/** Whether an Accounting-Request was made by someone who knows the secret (RFC 2866 §3). */
export function isAccountingAuthentic(packet: Packet, secret: SharedSecret): boolean {
  if (!secret.isUsed) return true
  return hashPacket(packet.bytes, ZEROS, secret).finishEquals(packet.bytes, AUTHENTICATOR_AT)
}

/** With the authenticator of the packet `covered` and the value at `valueAt` zeroed. */
function hmacPacket(
  bytes: Uint8Array,
  covered: Uint8Array,
  valueAt: number,
  secret: SharedSecret,
): HmacMd5 {
  return hmac
    .start(secret.hmac)
    .update(bytes, 0, AUTHENTICATOR_AT)
    .update(covered, AUTHENTICATOR_AT, ATTRIBUTES_AT)
    .update(bytes, ATTRIBUTES_AT, valueAt)
    .update(ZEROS, 0, AUTHENTICATOR_BYTES)
    .update(bytes, valueAt + AUTHENTICATOR_BYTES)
}

/** Puts the value of the reply's Message-Authenticator at `valueAt`: before `signReply`. */
export function writeMessageAuthenticator(
  reply: Uint8Array,
  request: Packet,
  valueAt: number,
  secret: SharedSecret,
): void {
  hmacPacket(reply, request.bytes, valueAt, secret).finish(reply, valueAt)
}

/**
 * Signs a request of ours whose authenticator is a digest, with its Message-Authenticator at `valueAt`
 * (RFC 5176 §2.3, §3.4).
 */
export function signRequest(bytes: Uint8Array, valueAt: number, secret: SharedSecret): void {
  hmacPacket(bytes, ZEROS, valueAt, secret).finish(bytes, valueAt)
  hashPacket(bytes, ZEROS, secret).finish(bytes, AUTHENTICATOR_AT)
}

/** The same for one whose authenticator is random and stands in its place (RFC 3579 §3.2). */
export function signRandomRequest(bytes: Uint8Array, valueAt: number, secret: SharedSecret): void {
  hmacPacket(bytes, bytes, valueAt, secret).finish(bytes, valueAt)
}

/** An Accounting-Request, which has no Message-Authenticator (RFC 2866 §3, RFC 2869 §5.19). */
export function signAccounting(bytes: Uint8Array, secret: SharedSecret): void {
  hashPacket(bytes, ZEROS, secret).finish(bytes, AUTHENTICATOR_AT)
}

/** Whether a reply to a request of ours is true; a Message-Authenticator is checked where it has one. */
export function isReplyTrue(reply: Packet, request: Uint8Array, secret: SharedSecret): boolean {
  if (!secret.isUsed) return true
  if (!isReplyAuthentic(reply.bytes, request, secret)) return false
  const at = attributeOffset(reply, ATTRIBUTE['Message-Authenticator'])
  if (at < 0) return true
  if (reply.bytes[at - 1] !== AUTHENTICATOR_BYTES + 2) return false
  return hmacPacket(reply.bytes, request, at, secret).finishEquals(reply.bytes, at)
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
  // RFC 9765 §5.2: TLS has proved more, and one that is there all the same says nothing.
  if (!secret.isUsed) return 'right'
  const at = attributeOffset(packet, ATTRIBUTE['Message-Authenticator'])
  if (at < 0) return 'absent'
  const { bytes } = packet
  if (bytes[at - 1] !== AUTHENTICATOR_BYTES + 2 || hasSecondAttribute(packet, at)) return 'wrong'
  const isRandom = packet.code === CODE['Access-Request'] || packet.code === CODE['Status-Server']
  const covered = isRandom ? bytes : ZEROS
  return hmacPacket(bytes, covered, at, secret).finishEquals(bytes, at) ? 'right' : 'wrong'
}
