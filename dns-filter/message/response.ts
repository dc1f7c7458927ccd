import { addressHints, isInner } from './inner-address.ts'
import { writeUint32 } from './answer.ts'
import type { ExtendedError } from './edns.ts'
import { extendedErrorIn } from './edns.ts'
import { LIMITS } from '../limits.ts'
import { HEADER } from './query.ts'
import { byteAt, expandName, plainLength, sameQuestion, uint16At, uint32At } from './name.ts'
import { Class, Rcode, Type } from './registry.ts'

/** An upstream's answer, reduced to what a client may get, ready to be copied out. */
export interface Answer {
  /** Header, question, answers and authority, no OPT; header and question are replaced on the way out. */
  readonly wire: Uint8Array
  readonly questionEnd: number
  readonly rcode: number
  /** Offsets in `wire` of each TTL. */
  readonly ttls: Uint16Array
  /** How long it may be used. */
  readonly seconds: number
  /** What the upstream says beside it. */
  readonly extendedError: ExtendedError | null
  /** The upstream has validated it (AD). */
  readonly isAuthentic: boolean
  /** Names the answer leads to (CNAME, DNAME, SVCB, HTTPS), plain and in lower case. */
  readonly targets: readonly Uint8Array[]
  /** An address of it lies in somebody's inner network. */
  readonly isPrivate: boolean
}

/** The sections a response is read into; one a call, thrown away at the end. */
interface Reading {
  readonly bytes: Uint8Array
  readonly ttls: number[]
  readonly targets: Uint8Array[]
  lowestTtl: number
  /** min(SOA TTL, SOA MINIMUM), RFC 2308 section 5; null without an SOA. */
  negativeSeconds: number | null
  isPrivate: boolean
  extendedRcode: number
  extendedError: ExtendedError | null
}

/** Is this the answer to the question asked: id, QR, opcode, and the question itself (RFC 5452)? */
export function isAnswerTo(bytes: Uint8Array, id: number, question: Uint8Array): boolean {
  return (
    bytes.length >= HEADER + question.length &&
    uint16At(bytes, 0) === id &&
    (byteAt(bytes, 2) & 0xf8) === 0x80 &&
    uint16At(bytes, 4) === 1 &&
    sameQuestion(bytes, HEADER, question, 0, question.length)
  )
}

/** An answer to nothing but header: some servers refuse EDNS with an empty FORMERR. */
export function isBareRefusal(bytes: Uint8Array, id: number): boolean {
  return (
    bytes.length === HEADER &&
    uint16At(bytes, 0) === id &&
    (byteAt(bytes, 2) & 0xf8) === 0x80 &&
    uint16At(bytes, 4) === 0 &&
    (byteAt(bytes, 3) & 0x0f) !== Rcode.NoError
  )
}

export function isTruncated(bytes: Uint8Array): boolean {
  return (byteAt(bytes, 2) & 0x02) !== 0
}

export function rcodeOf(bytes: Uint8Array): number {
  return byteAt(bytes, 3) & 0x0f
}

/** Reads an answer that `isAnswerTo` accepted; null when it is not a whole message. */
export function readAnswer(
  received: Uint8Array,
  questionLength: number,
  dnssecOk: boolean,
): Answer | null {
  const questionEnd = HEADER + questionLength
  const counts = [uint16At(received, 6), uint16At(received, 8), uint16At(received, 10)] as const
  if (counts[0] + counts[1] + counts[2] > LIMITS.answerRecords) return null
  const reading: Reading = {
    bytes: received,
    ttls: [],
    targets: [],
    lowestTtl: LIMITS.positiveSeconds,
    negativeSeconds: null,
    isPrivate: false,
    extendedRcode: 0,
    extendedError: null,
  }
  const answerEnd = readRecords(reading, questionEnd, counts[0])
  if (answerEnd < 0) return null
  const inAnswer = reading.ttls.length
  const authorityEnd = readRecords(reading, answerEnd, counts[1])
  if (authorityEnd < 0 || readOptOf(reading, authorityEnd, counts[2]) < 0) return null

  const rcode = rcodeOf(received) | (reading.extendedRcode << 4)
  const isNegative = rcode !== Rcode.NoError || !hasType(reading, inAnswer, received, questionEnd)
  // A stub has no use for the zone's servers; with DO the authority may hold the proof it wants.
  const keepAuthority = isNegative || dnssecOk
  const end = keepAuthority ? authorityEnd : answerEnd
  if (end > LIMITS.message - LIMITS.ownRecords) return null
  // A copy of its own, or the cache would hold on to the whole receive buffer.
  const wire = new Uint8Array(received.subarray(0, end))
  wire[10] = 0
  wire[11] = 0
  if (!keepAuthority) wire.fill(0, 8, 10)
  const ttls = Uint16Array.from(keepAuthority ? reading.ttls : reading.ttls.slice(0, inAnswer))
  return {
    wire,
    questionEnd,
    rcode,
    ttls,
    seconds: isNegative ? negativeSeconds(reading, wire, ttls) : reading.lowestTtl,
    extendedError: reading.extendedError,
    isAuthentic: (byteAt(received, 3) & 0x20) !== 0,
    targets: reading.targets,
    isPrivate: reading.isPrivate,
  }
}

/** SERVFAIL of our own making, in the form of an answer so that it can be remembered (RFC 9520). */
export function failure(question: Uint8Array, error: ExtendedError | null): Answer {
  const wire = new Uint8Array(HEADER + question.length)
  wire.set(question, HEADER)
  return {
    wire,
    questionEnd: wire.length,
    rcode: Rcode.ServFail,
    ttls: new Uint16Array(0),
    seconds: LIMITS.failureSeconds,
    extendedError: error,
    isAuthentic: false,
    targets: [],
    isPrivate: false,
  }
}

/** RFC 2308 section 5: without an SOA nobody knows for how long the name is missing. */
function negativeSeconds(reading: Reading, wire: Uint8Array, ttls: Uint16Array): number {
  const seconds = reading.negativeSeconds
  if (seconds === null) return 0
  const limit = Math.min(seconds, reading.lowestTtl, LIMITS.negativeSeconds)
  for (const at of ttls) writeUint32(wire, at, Math.min(uint32At(wire, at), limit))
  return limit
}

/** An answer section that ends in a CNAME without the type asked is negative too (RFC 2308 2.2). */
function hasType(
  reading: Reading,
  records: number,
  bytes: Uint8Array,
  questionEnd: number,
): boolean {
  const wanted = uint16At(bytes, questionEnd - 4)
  if (wanted === Type.ANY) return records > 0
  for (let i = 0; i < records; i++) {
    if (uint16At(bytes, (reading.ttls[i] as number) - 4) === wanted) return true
  }
  return false
}

const name = new Uint8Array(LIMITS.name)

function readRecords(reading: Reading, start: number, count: number): number {
  const { bytes } = reading
  let at = start
  for (let i = 0; i < count; i++) {
    const nameEnd = expandName(bytes, at, name)
    if (nameEnd < 0 || nameEnd + 10 > bytes.length) return -1
    const data = nameEnd + 10
    const end = data + uint16At(bytes, nameEnd + 8)
    if (end > bytes.length || uint16At(bytes, nameEnd + 2) !== Class.IN) return -1
    const type = uint16At(bytes, nameEnd)
    if (type === Type.OPT || !readData(reading, type, data, end)) return -1
    // RFC 2181 section 8: a TTL with the top bit set is zero.
    let ttl = uint32At(bytes, nameEnd + 4)
    if (ttl > 0x7fffffff) ttl = 0
    ttl = Math.min(ttl, LIMITS.positiveSeconds)
    writeUint32(bytes, nameEnd + 4, ttl)
    reading.ttls.push(nameEnd + 4)
    reading.lowestTtl = Math.min(reading.lowestTtl, ttl)
    if (type === Type.SOA && end - data >= 22) {
      const minimum = uint32At(bytes, end - 4)
      reading.negativeSeconds = Math.min(ttl, minimum)
    }
    at = end
  }
  return at
}

/** Looks at what policy has a word on; false when the data is not what its type says. */
function readData(reading: Reading, type: number, at: number, end: number): boolean {
  switch (type) {
    case Type.A:
      if (end - at !== 4) return false
      reading.isPrivate ||= isInner(reading.bytes.subarray(at, end))
      return true
    case Type.AAAA:
      if (end - at !== 16) return false
      reading.isPrivate ||= isInner(reading.bytes.subarray(at, end))
      return true
    case Type.CNAME:
    case Type.DNAME:
      return readTarget(reading, at, end)
    case Type.SVCB:
    case Type.HTTPS:
      if (end - at < 3 || !readTarget(reading, at + 2, end)) return false
      for (const hint of addressHints(reading.bytes, at, end)) reading.isPrivate ||= isInner(hint)
      return true
    default:
      return true
  }
}

function readTarget(reading: Reading, at: number, end: number): boolean {
  const after = expandName(reading.bytes, at, name)
  if (after < 0 || after > end || reading.targets.length >= LIMITS.chainTargets) return false
  reading.targets.push(name.slice(0, plainLength(name)))
  return true
}

/** Reads the additional section for its OPT; nothing else of it is passed on. */
function readOptOf(reading: Reading, start: number, count: number): number {
  const { bytes } = reading
  let at = start
  for (let i = 0; i < count; i++) {
    const nameEnd = expandName(bytes, at, name)
    if (nameEnd < 0 || nameEnd + 10 > bytes.length) return -1
    const end = nameEnd + 10 + uint16At(bytes, nameEnd + 8)
    if (end > bytes.length) return -1
    if (uint16At(bytes, nameEnd) === Type.OPT) {
      reading.extendedRcode = byteAt(bytes, nameEnd + 4)
      reading.extendedError = extendedErrorIn(bytes, nameEnd + 10, end)
    }
    at = end
  }
  return at
}
