import { AppError } from '#core/error.ts'
import { AUTHENTICATOR_BYTES, signReply, writeMessageAuthenticator } from './authenticator.ts'
import type { Attribute } from './attributes.ts'
import { ATTRIBUTE, CODE } from './dictionary.ts'
import { PACKET_LIMITS, allAttributes, hasAttribute } from './packet.ts'
import type { Packet } from './packet.ts'
import type { SharedSecret } from './shared-secret.ts'

const HEADER_BYTES = 20
export const MESSAGE_AUTHENTICATOR_AT = HEADER_BYTES + 2

/**
 * Builds the reply to `request`. Message-Authenticator is the first attribute of every Access-*
 * reply, asked for or not: that is what defeats a forged reply by MD5 collision (CVE-2024-3596). An
 * Accounting-Response has one when the request had one. Proxy-State goes back as it came
 * (RFC 2865 §5.33); RADIUS/1.1 has no Message-Authenticator. Null if with Proxy-State the reply would be longer than a packet can be.
 */
export function encodeReply(
  code: number,
  attributes: readonly Attribute[],
  request: Packet,
  secret: SharedSecret,
): Uint8Array | null {
  const isSigned =
    secret.isUsed &&
    (code !== CODE['Accounting-Response'] ||
      hasAttribute(request, ATTRIBUTE['Message-Authenticator']))
  const proxyStates = allAttributes(request, ATTRIBUTE['Proxy-State'])

  let length = HEADER_BYTES + (isSigned ? 2 + AUTHENTICATOR_BYTES : 0)
  for (const attribute of attributes) length += 2 + attribute.value.length
  for (const state of proxyStates) length += 2 + state.length
  if (length > PACKET_LIMITS.longest) return null

  const bytes = roomFor(length)
  bytes[0] = code
  bytes[1] = secret.isUsed ? request.identifier : 0
  bytes[2] = length >> 8
  bytes[3] = length & 0xff
  let at = HEADER_BYTES
  if (isSigned) {
    bytes[at] = ATTRIBUTE['Message-Authenticator']
    bytes[at + 1] = 2 + AUTHENTICATOR_BYTES
    at += 2 + AUTHENTICATOR_BYTES
  }
  for (const attribute of attributes) at = put(bytes, at, attribute.type, attribute.value)
  for (const state of proxyStates) at = put(bytes, at, ATTRIBUTE['Proxy-State'], state)

  if (isSigned) writeMessageAuthenticator(bytes, request, MESSAGE_AUTHENTICATOR_AT, secret)
  signReply(bytes, request, secret)
  return bytes
}

/**
 * A request of ours, to be signed: code, length, attributes, and before them room for a
 * Message-Authenticator if it `isSigned`.
 */
export function encodeRequest(
  code: number,
  attributes: readonly Attribute[],
  isSigned: boolean,
): Uint8Array {
  let length = HEADER_BYTES + (isSigned ? 2 + AUTHENTICATOR_BYTES : 0)
  for (const attribute of attributes) length += 2 + attribute.value.length
  const bytes = new Uint8Array(length)
  bytes[0] = code
  bytes[2] = length >> 8
  bytes[3] = length & 0xff
  let at = HEADER_BYTES
  if (isSigned) {
    at = put(bytes, at, ATTRIBUTE['Message-Authenticator'], new Uint8Array(AUTHENTICATOR_BYTES))
  }
  for (const attribute of attributes) at = put(bytes, at, attribute.type, attribute.value)
  return bytes
}

/** Replies are kept for seconds, so many share one buffer, and none is written over. */
const ROOM_BYTES = 16 * 1024
let room = new Uint8Array(ROOM_BYTES)
let taken = 0

function roomFor(length: number): Uint8Array {
  if (taken + length > ROOM_BYTES) {
    room = new Uint8Array(ROOM_BYTES)
    taken = 0
  }
  const bytes = room.subarray(taken, taken + length)
  taken += length
  return bytes
}

function put(bytes: Uint8Array, at: number, type: number, value: Uint8Array): number {
  if (value.length > PACKET_LIMITS.attributeValue) {
    throw new AppError(
      'radius.attribute-too-long',
      `attribute ${type} of ${value.length} octets cannot be sent`,
    )
  }
  bytes[at] = type
  bytes[at + 1] = 2 + value.length
  // For the few octets that most have, a call of set() takes twice as long.
  for (let i = 0; i < value.length; i += 1) bytes[at + 2 + i] = value[i] ?? 0
  return at + 2 + value.length
}
