/** RFC 2865 §3. */
export const PACKET_LIMITS = { shortest: 20, longest: 4096, attributeValue: 253 } as const

const HEADER_BYTES = 20
export const AUTHENTICATOR_AT = 4
const ATTRIBUTE_HEADER_BYTES = 2

/**
 * A packet as it came: its attributes are read where they lie, because nearly every attribute of
 * nearly every packet is never looked at.
 */
export interface Packet {
  readonly code: number
  readonly identifier: number
  /** 16 octets: a view, made when it is asked for. */
  readonly authenticator: Uint8Array
  /** The whole packet without padding; every attribute in it has been checked to lie inside. */
  readonly bytes: Uint8Array
}

const NO_VALUES: readonly Uint8Array[] = []

class ReceivedPacket implements Packet {
  readonly code: number
  readonly identifier: number
  readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.code = byteAt(bytes, 0)
    this.identifier = byteAt(bytes, 1)
    this.bytes = bytes
  }

  get authenticator(): Uint8Array {
    return this.bytes.subarray(AUTHENTICATOR_AT, HEADER_BYTES)
  }
}

export const PACKET_FAULTS = [
  'too-short',
  'too-long',
  'truncated',
  'bad-length',
  'bad-attribute',
] as const
export type PacketFault = (typeof PACKET_FAULTS)[number]

export type ParsedPacket =
  | { readonly ok: true; readonly packet: Packet }
  | { readonly ok: false; readonly reason: PacketFault }

/** Reads the header and walks the attributes; what follows the Length is padding (RFC 2865 §3). */
export function parsePacket(datagram: Uint8Array): ParsedPacket {
  if (datagram.length < PACKET_LIMITS.shortest) return { ok: false, reason: 'too-short' }
  const length = (byteAt(datagram, 2) << 8) | byteAt(datagram, 3)
  if (length < PACKET_LIMITS.shortest) return { ok: false, reason: 'bad-length' }
  if (length > PACKET_LIMITS.longest) return { ok: false, reason: 'too-long' }
  if (length > datagram.length) return { ok: false, reason: 'truncated' }

  let at = HEADER_BYTES
  while (at < length) {
    const size = at + 1 < length ? byteAt(datagram, at + 1) : 0
    if (size < ATTRIBUTE_HEADER_BYTES || at + size > length) {
      return { ok: false, reason: 'bad-attribute' }
    }
    at += size
  }
  return {
    ok: true,
    packet: new ReceivedPacket(
      length === datagram.length ? datagram : datagram.subarray(0, length),
    ),
  }
}

/** Where the value of the next attribute of this type begins, searching from `from`; -1 if none. */
function valueAt(bytes: Uint8Array, type: number, from: number): number {
  let at = from
  while (at < bytes.length) {
    if (byteAt(bytes, at) === type) return at + ATTRIBUTE_HEADER_BYTES
    at += byteAt(bytes, at + 1)
  }
  return -1
}

function valueEnd(bytes: Uint8Array, valueStart: number): number {
  return valueStart - ATTRIBUTE_HEADER_BYTES + byteAt(bytes, valueStart - 1)
}

/** The first attribute of a type, as raw octets; null if there is none. A view, not a copy. */
export function firstAttribute(packet: Packet, type: number): Uint8Array | null {
  const start = valueAt(packet.bytes, type, HEADER_BYTES)
  return start < 0 ? null : packet.bytes.subarray(start, valueEnd(packet.bytes, start))
}

export function hasAttribute(packet: Packet, type: number): boolean {
  return valueAt(packet.bytes, type, HEADER_BYTES) >= 0
}

/** Where the first value of a type begins in `packet.bytes`; -1 if there is none. */
export function attributeOffset(packet: Packet, type: number): number {
  return valueAt(packet.bytes, type, HEADER_BYTES)
}

/** Where the value that begins at `valueStart` ends. */
export function attributeEnd({ bytes }: Packet, valueStart: number): number {
  return valueEnd(bytes, valueStart)
}

/** Whether an attribute of the same type follows the one whose value begins at `valueStart`. */
export function hasSecondAttribute({ bytes }: Packet, valueStart: number): boolean {
  const type = byteAt(bytes, valueStart - ATTRIBUTE_HEADER_BYTES)
  return valueAt(bytes, type, valueEnd(bytes, valueStart)) >= 0
}

/** Where each value of a type begins in `packet.bytes`, in order. */
function attributeOffsets(packet: Packet, type: number): number[] {
  const offsets: number[] = []
  let start = valueAt(packet.bytes, type, HEADER_BYTES)
  while (start >= 0) {
    offsets.push(start)
    start = valueAt(packet.bytes, type, valueEnd(packet.bytes, start))
  }
  return offsets
}

/** Every attribute of a type, in order, as raw octets. */
export function allAttributes(packet: Packet, type: number): readonly Uint8Array[] {
  if (!hasAttribute(packet, type)) return NO_VALUES
  return attributeOffsets(packet, type).map((start) =>
    packet.bytes.subarray(start, valueEnd(packet.bytes, start)),
  )
}

/** Every value of a type joined; empty if there is none (RFC 3579 §3.1 splits EAP this way). */
export function joinedAttributes(packet: Packet, type: number): Uint8Array {
  const values = allAttributes(packet, type)
  const [first] = values
  return values.length === 1 && first !== undefined ? first : Buffer.concat(values)
}

/** All of them in their order; for who looks at a packet, not for who answers it. */
export function everyAttribute({ bytes }: Packet): readonly { type: number; value: Uint8Array }[] {
  const attributes: { type: number; value: Uint8Array }[] = []
  for (let at = HEADER_BYTES; at < bytes.length; at += byteAt(bytes, at + 1)) {
    const start = at + ATTRIBUTE_HEADER_BYTES
    attributes.push({
      type: byteAt(bytes, at),
      value: bytes.subarray(start, valueEnd(bytes, start)),
    })
  }
  return attributes
}

function byteAt(bytes: Uint8Array, at: number): number {
  return bytes[at] ?? 0
}
