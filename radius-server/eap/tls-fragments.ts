/** The framing that EAP-TLS, TTLS and PEAP share (RFC 5216 §3.1, RFC 5281 §9.1). */
const FLAG = { lengthIncluded: 0x80, moreFragments: 0x40, start: 0x20, version: 0x07 } as const

const LENGTH_BYTES = 4
/** EAP header and type, flags, length. */
const OVERHEAD_BYTES = 5 + 1 + LENGTH_BYTES

const FRAGMENT_LIMITS = {
  /** A UDP packet with this and the other attributes stays under 1,280 octets, over any link. */
  defaultEapBytes: 1024,
  /** A smaller Framed-MTU is a mistake: our longest flight would take more rounds than there are. */
  leastEapBytes: 100,
  /** One TLS message may be this long when it is put together. */
  assembledBytes: 65_536,
} as const

export interface Fragment {
  readonly hasMore: boolean
  /** Of the whole message; null if not given. */
  readonly totalLength: number | null
  readonly body: Uint8Array
}

/** Reads what follows the EAP type; null if it is malformed or of another version than 0. */
export function parseFragment(data: Uint8Array): Fragment | null {
  const [flags] = data
  if (flags === undefined || (flags & FLAG.version) !== 0 || (flags & FLAG.start) !== 0) return null
  const hasMore = (flags & FLAG.moreFragments) !== 0
  if ((flags & FLAG.lengthIncluded) === 0) {
    return { hasMore, totalLength: null, body: data.subarray(1) }
  }
  if (data.length < 1 + LENGTH_BYTES) return null
  const totalLength = new DataView(data.buffer, data.byteOffset, data.length).getUint32(1)
  return { hasMore, totalLength, body: data.subarray(1 + LENGTH_BYTES) }
}

export const START = Uint8Array.of(FLAG.start)

/** How many octets of TLS fit one EAP packet, for the gateway's Framed-MTU (RFC 3579 §2.4). */
export function fragmentBytes(framedMtu: number | null): number {
  const eapBytes = Math.min(
    FRAGMENT_LIMITS.defaultEapBytes,
    Math.max(FRAGMENT_LIMITS.leastEapBytes, (framedMtu ?? Number.POSITIVE_INFINITY) - 4),
  )
  return eapBytes - OVERHEAD_BYTES
}

/** A message on its way out, in pieces: each is sent when the one before was acknowledged. */
export interface Outgoing {
  next(size: number): Uint8Array
  readonly isDone: boolean
}

/** RFC 9190 §2.1.9: a message in one piece carries no length, the first of several does. */
export function createOutgoing(message: Uint8Array): Outgoing {
  let sent = 0
  let isDone = false
  return {
    next(size) {
      const body = message.subarray(sent, sent + size)
      const isFirst = sent === 0
      sent += body.length
      isDone = sent >= message.length
      const hasLength = isFirst && !isDone
      const data = new Uint8Array(1 + (hasLength ? LENGTH_BYTES : 0) + body.length)
      data[0] = (hasLength ? FLAG.lengthIncluded : 0) | (isDone ? 0 : FLAG.moreFragments)
      if (hasLength) new DataView(data.buffer).setUint32(1, message.length)
      data.set(body, data.length - body.length)
      return data
    },
    get isDone() {
      return isDone
    },
  }
}

/** A message on its way in. */
export interface Incoming {
  /** The whole message when this was its last piece, null when more must come, false if refused. */
  add(fragment: Fragment): Uint8Array | null | false
}

export function createIncoming(): Incoming {
  let pieces: Uint8Array[] = []
  let size = 0
  let expected: number | null = null
  return {
    add({ hasMore, totalLength, body }) {
      if (pieces.length === 0) expected = totalLength
      size += body.length
      if (size > FRAGMENT_LIMITS.assembledBytes) return false
      if (expected !== null && (size > expected || expected > FRAGMENT_LIMITS.assembledBytes)) {
        return false
      }
      // A fragment that brings nothing would hold the conversation open for free.
      if (hasMore && body.length === 0) return false
      // Views of a datagram must not outlive its handling.
      pieces.push(new Uint8Array(body))
      if (hasMore) return null
      if (expected !== null && size !== expected) return false
      const [first] = pieces
      const whole = pieces.length === 1 && first !== undefined ? first : Buffer.concat(pieces)
      pieces = []
      size = 0
      return whole
    },
  }
}
