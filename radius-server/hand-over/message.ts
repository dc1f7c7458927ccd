import { SourceAddress } from '#core/udp/source-address.ts'
import { decodeText } from '../attributes.ts'
import { PACKET_LIMITS } from '../packet.ts'
import type { Source } from '../request.ts'

/*
 * What two processes of one machine say to each other, numbers big-endian. Each frame:
 *
 *   4  octets that follow
 *   4  number of the question, chosen by who asks
 *
 * A question goes on:                          An answer goes on:
 *   1  1 if a connection has proved who it is,   0 octets: silence
 *      + 2 if its secret is in use               else the reply
 *   1  octets of the source address: 4 or 16
 *   …  the source address
 *   2  the source port
 *   1  octets of the gateway's name; 0 over UDP
 *   …  the gateway's name
 *   …  the packet
 */
const LENGTH_BYTES = 4
const NUMBER_BYTES = 4
const LONGEST_NAME = 255
export const FRAME_LONGEST = NUMBER_BYTES + 2 + 16 + 2 + 1 + LONGEST_NAME + PACKET_LIMITS.longest

/** Who a RadSec connection has proved to be. */
export interface ProvedGateway {
  readonly name: string
  /** False over RADIUS/1.1. */
  readonly isSecretUsed: boolean
}

/** A packet for the process that has its conversation. */
export interface HandedOver {
  readonly source: Source
  /** Null over UDP: the source address decides. */
  readonly proved: ProvedGateway | null
  readonly packet: Uint8Array
}

/** Null if it cannot be said: a name that is too long. */
export function encodeQuestion(
  number: number,
  { source, proved, packet }: HandedOver,
): Uint8Array | null {
  const name = Buffer.from(proved?.name ?? '', 'utf8')
  if (name.length > LONGEST_NAME) return null
  const { bytes } = source.address
  const flags = proved === null ? 0 : 1 + (proved.isSecretUsed ? 2 : 0)
  const head = Buffer.of(flags, bytes.length)
  const rest = Buffer.of(source.port >> 8, source.port & 0xff, name.length)
  return frame(number, [head, bytes, rest, name, packet])
}

/** Null if it is none: it comes from a process of ours, and is checked all the same. */
export function decodeQuestion(body: Uint8Array): HandedOver | null {
  const flags = body[0] ?? 0
  const addressBytes = body[1] ?? 0
  if (flags > 3 || (addressBytes !== 4 && addressBytes !== 16)) return null
  const portAt = 2 + addressBytes
  const nameAt = portAt + 3
  const packetAt = nameAt + (body[portAt + 2] ?? 0)
  if (packetAt > body.length) return null
  const name = decodeText(body.subarray(nameAt, packetAt))
  const isProved = (flags & 1) !== 0
  if (name === null || isProved !== name.length > 0) return null
  return {
    source: {
      address: new SourceAddress(new Uint8Array(body.subarray(2, portAt))),
      port: ((body[portAt] ?? 0) << 8) | (body[portAt + 1] ?? 0),
    },
    proved: isProved ? { name, isSecretUsed: (flags & 2) !== 0 } : null,
    packet: body.subarray(packetAt),
  }
}

export function encodeAnswer(number: number, reply: Uint8Array | null): Uint8Array {
  return frame(number, reply === null ? [] : [reply])
}

function frame(number: number, parts: readonly Uint8Array[]): Uint8Array {
  const length = parts.reduce((sum, part) => sum + part.length, NUMBER_BYTES)
  const head = Buffer.alloc(LENGTH_BYTES + NUMBER_BYTES)
  head.writeUInt32BE(length, 0)
  head.writeUInt32BE(number, LENGTH_BYTES)
  return Buffer.concat([head, ...parts])
}

export interface Frame {
  readonly number: number
  /** Of its own: it may be kept. */
  readonly body: Uint8Array
}

/** Cuts a stream into frames; holds less than one of them. */
export class FrameReader {
  #held: Buffer = Buffer.alloc(0)

  push(chunk: Uint8Array): void {
    this.#held = Buffer.concat([this.#held, chunk])
  }

  /** Null: more must come first. After `malformed` nothing that follows is known. */
  next(): Frame | 'malformed' | null {
    if (this.#held.length < LENGTH_BYTES) return null
    const length = this.#held.readUInt32BE(0)
    if (length < NUMBER_BYTES || length > FRAME_LONGEST) return 'malformed'
    const end = LENGTH_BYTES + length
    if (this.#held.length < end) return null
    const number = this.#held.readUInt32BE(LENGTH_BYTES)
    const body = new Uint8Array(this.#held.subarray(LENGTH_BYTES + NUMBER_BYTES, end))
    this.#held = this.#held.subarray(end)
    return { number, body }
  }
}
