import type { Attribute } from '../attributes.ts'
import { isReplyTrue, signAccounting, signRandomRequest } from '../authenticator.ts'
import { ATTRIBUTE, CODE } from '../dictionary.ts'
import {
  AUTHENTICATOR_AT,
  attributeOffset,
  hasAttribute,
  hasSecondAttribute,
  parsePacket,
} from '../packet.ts'
import type { Packet } from '../packet.ts'
import { MESSAGE_AUTHENTICATOR_AT, encodeRequest } from '../reply.ts'
import type { SharedSecret } from '../shared-secret.ts'

/** A request of ours to a home server. */
export interface OutgoingRequest {
  readonly code: number
  readonly attributes: readonly Attribute[]
  /** 16 random octets; an Accounting-Request has a digest in their place. */
  readonly authenticator: Uint8Array
}

/** Message-Authenticator stands first and is made anew (CVE-2024-3596). */
export function encodeOutgoing(
  { code, attributes, authenticator }: OutgoingRequest,
  identifier: number,
  secret: SharedSecret,
): Uint8Array {
  const isDigest = code === CODE['Accounting-Request']
  const bytes = encodeRequest(code, attributes, !isDigest)
  bytes[1] = identifier
  if (isDigest) signAccounting(bytes, secret)
  else {
    bytes.set(authenticator, AUTHENTICATOR_AT)
    signRandomRequest(bytes, MESSAGE_AUTHENTICATOR_AT, secret)
  }
  return bytes
}

const REPLIES: Readonly<Record<number, readonly number[]>> = {
  [CODE['Access-Request']]: [
    CODE['Access-Accept'],
    CODE['Access-Reject'],
    CODE['Access-Challenge'],
  ],
  [CODE['Accounting-Request']]: [CODE['Accounting-Response']],
  // RFC 5997 §3, and what some answer on the port of authentication.
  [CODE['Status-Server']]: [CODE['Access-Accept'], CODE['Accounting-Response']],
}

/**
 * The reply to `request`; null if it is none by someone who knows the secret. Without the signature that
 * is asked for, who stands between could have made an accept of a reject.
 */
export function readHomeReply(
  bytes: Uint8Array,
  request: Uint8Array,
  secret: SharedSecret,
  isSignatureNeeded: boolean,
): Packet | null {
  const parsed = parsePacket(bytes)
  if (!parsed.ok) return null
  const { packet } = parsed
  const asked = request[0] ?? 0
  if (REPLIES[asked]?.includes(packet.code) !== true) return null
  if (!isReplyTrue(packet, request, secret)) return null
  const at = attributeOffset(packet, ATTRIBUTE['Message-Authenticator'])
  if (at >= 0) return hasSecondAttribute(packet, at) ? null : packet
  // RFC 3579 §3.1: with EAP there always is one.
  const isNeeded = isSignatureNeeded || hasAttribute(packet, ATTRIBUTE['EAP-Message'])
  return asked === CODE['Access-Request'] && isNeeded ? null : packet
}
