import { AppError } from '#core/error.ts'
import { AUTHENTICATOR_BYTES, messageAuthenticator, packetDigest } from './authenticator.ts'
import type { Attribute } from './attributes.ts'
import { ATTRIBUTE, CODE } from './dictionary.ts'
import { PACKET_LIMITS, allAttributes, hasAttribute } from './packet.ts'
import type { Packet } from './packet.ts'
import type { SharedSecret } from './shared-secret.ts'

const HEADER_BYTES = 20
const MESSAGE_AUTHENTICATOR_AT = HEADER_BYTES + 2

/**
 * Builds the reply to `request`. Message-Authenticator is the first attribute of every Access-*
 * reply, asked for or not: that is what defeats a forged reply by MD5 collision (CVE-2024-3596). An
 * Accounting-Response has one when the request had one. Proxy-State goes back as it came
 * (RFC 2865 §5.33); null if with it the reply would be longer than a packet can be.
 */
export function encodeReply(
  code: number,
  attributes: readonly Attribute[],
  request: Packet,
  secret: SharedSecret,
): Uint8Array | null {
  const isSigned =
    code !== CODE['Accounting-Response'] ||
    hasAttribute(request, ATTRIBUTE['Message-Authenticator'])
  const proxyStates = allAttributes(request, ATTRIBUTE['Proxy-State'])

  let length = HEADER_BYTES + (isSigned ? 2 + AUTHENTICATOR_BYTES : 0)
  for (const attribute of attributes) length += 2 + attribute.value.length
  for (const state of proxyStates) length += 2 + state.length
  if (length > PACKET_LIMITS.longest) return null

  const bytes = Buffer.alloc(length)
  bytes[0] = code
  bytes[1] = request.identifier
  bytes.writeUInt16BE(length, 2)
  bytes.set(request.authenticator, 4)
  let at = HEADER_BYTES
  if (isSigned) {
    bytes[at] = ATTRIBUTE['Message-Authenticator']
    bytes[at + 1] = 2 + AUTHENTICATOR_BYTES
    at += 2 + AUTHENTICATOR_BYTES
  }
  for (const attribute of attributes) at = put(bytes, at, attribute.type, attribute.value)
  for (const state of proxyStates) at = put(bytes, at, ATTRIBUTE['Proxy-State'], state)

  // The response authenticator covers the Message-Authenticator, so it is computed last.
  if (isSigned) {
    const digest = messageAuthenticator(
      bytes,
      request.authenticator,
      MESSAGE_AUTHENTICATOR_AT,
      secret,
    )
    bytes.set(digest, MESSAGE_AUTHENTICATOR_AT)
  }
  bytes.set(packetDigest(bytes, request.authenticator, secret), 4)
  return bytes
}

function put(bytes: Buffer, at: number, type: number, value: Uint8Array): number {
  if (value.length > PACKET_LIMITS.attributeValue) {
    throw new AppError(
      'radius.attribute-too-long',
      `attribute ${type} of ${value.length} octets cannot be sent`,
    )
  }
  bytes[at] = type
  bytes[at + 1] = 2 + value.length
  bytes.set(value, at + 2)
  return at + 2 + value.length
}
