import type { Clock } from '#core/clock.ts'
import { integerAttribute, readInteger } from '../attributes.ts'
import { TOKEN_BYTES, isReplyTrue, signRequest } from '../authenticator.ts'
import { ATTRIBUTE, CODE } from '../dictionary.ts'
import { AUTHENTICATOR_AT, parsePacket } from '../packet.ts'
import { MESSAGE_AUTHENTICATOR_AT, encodeRequest } from '../reply.ts'
import type { SharedSecret } from '../shared-secret.ts'
import type { FormRequest } from './forms.ts'

/** What a gateway said to a request of ours. */
export interface DynamicReply {
  readonly isAcknowledged: boolean
  readonly errorCause: number | null
}

/**
 * A CoA-Request or Disconnect-Request with the time, by which a gateway knows a replay (RFC 5176 §6.3).
 * `number` is the Identifier, or the Token of RADIUS/1.1.
 */
export function encodeDynamicRequest(
  { code, attributes }: FormRequest,
  number: number,
  secret: SharedSecret,
  clock: Clock,
): Uint8Array {
  const time = integerAttribute(ATTRIBUTE['Event-Timestamp'], Math.floor(clock() / 1000))
  const bytes = encodeRequest(code, [...attributes, time], secret.isUsed)
  if (secret.isUsed) {
    bytes[1] = number
    signRequest(bytes, MESSAGE_AUTHENTICATOR_AT, secret)
  } else {
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(AUTHENTICATOR_AT, number)
  }
  return bytes
}

/** The Identifier or the Token of a reply, by which its request is found. */
export function numberOf(reply: Uint8Array, secret: SharedSecret): number {
  if (secret.isUsed) return reply[1] ?? 0
  return new DataView(reply.buffer, reply.byteOffset, reply.length).getUint32(AUTHENTICATOR_AT)
}

/** How many requests can be told apart. */
export function numbersOf(secret: SharedSecret): number {
  return secret.isUsed ? 2 ** 8 : 2 ** (8 * TOKEN_BYTES)
}

/** Null if it is no reply to `request` by someone who knows the secret. */
export function readDynamicReply(
  bytes: Uint8Array,
  request: Uint8Array,
  secret: SharedSecret,
): DynamicReply | null {
  const parsed = parsePacket(bytes)
  if (!parsed.ok) return null
  const { packet } = parsed
  const asked = request[0] ?? 0
  if (packet.code !== asked + 1 && packet.code !== asked + 2) return null
  if (!isReplyTrue(packet, request, secret)) return null
  return {
    isAcknowledged: packet.code === CODE['Disconnect-ACK'] || packet.code === CODE['CoA-ACK'],
    errorCause: readInteger(packet, ATTRIBUTE['Error-Cause']),
  }
}
