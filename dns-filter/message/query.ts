import { LIMITS } from '../limits.ts'
import type { QueryOptions } from './options.ts'
import { NO_OPTIONS, readOptions } from './options.ts'
import { byteAt, endOfPlainName, expandName, uint16At } from './name.ts'
import { Class, Rcode, Type } from './registry.ts'

export const HEADER = 12

/** A fault that is answered with silence: whatever we say could be the next turn of a loop. */
export const SILENCE = -1

/** No question, but a cookie: the client only wants ours (RFC 7873 section 5.4). */
export const COOKIE_ONLY = -2

/** What one pass over a received message found; offsets point into `bytes`. */
export interface Query {
  readonly bytes: Uint8Array
  /** 0: may be resolved; SILENCE: drop it; COOKIE_ONLY; else the rcode of the answer. */
  readonly fault: number
  /** Offset after QCLASS; HEADER when no question could be read. */
  readonly questionEnd: number
  readonly type: number
  readonly edns: boolean
  readonly dnssecOk: boolean
  /** What the client can take over UDP, never less than 512 (RFC 6891 section 6.2.3). */
  readonly udpSize: number
  readonly options: QueryOptions
}

type Opt = Pick<Query, 'fault' | 'edns' | 'dnssecOk' | 'udpSize' | 'options'>

const NO_OPT: Opt = {
  fault: 0,
  edns: false,
  dnssecOk: false,
  udpSize: LIMITS.udpReplyWithoutEdns,
  options: NO_OPTIONS,
}

/** Checks a received message as a whole. Never throws, whatever the bytes are. */
export function readQuery(bytes: Uint8Array): Query {
  if (bytes.length < HEADER) return faulty(bytes, SILENCE)
  const flags = byteAt(bytes, 2)
  // An answer to an answer would let two servers talk to each other for ever.
  if ((flags & 0x80) !== 0) return faulty(bytes, SILENCE)
  if ((flags & 0x78) !== 0) return faulty(bytes, Rcode.NotImp)
  // RFC 9619: a query has one question at most. Answers in a query have no meaning.
  if (uint16At(bytes, 4) > 1) return faulty(bytes, Rcode.FormErr)
  if (uint16At(bytes, 6) !== 0 || uint16At(bytes, 8) !== 0) return faulty(bytes, Rcode.FormErr)
  if (uint16At(bytes, 4) === 0) return withoutQuestion(bytes)
  const nameEnd = endOfPlainName(bytes, HEADER)
  if (nameEnd < 0 || nameEnd + 4 > bytes.length) return faulty(bytes, Rcode.FormErr)

  const questionEnd = nameEnd + 4
  const type = uint16At(bytes, nameEnd)
  const opt = readAdditional(bytes, questionEnd, uint16At(bytes, 10))
  return {
    bytes,
    fault: opt.fault === 0 ? questionFault(type, uint16At(bytes, nameEnd + 2)) : opt.fault,
    questionEnd,
    type,
    edns: opt.edns,
    dnssecOk: opt.dnssecOk,
    udpSize: opt.udpSize,
    options: opt.options,
  }
}

function withoutQuestion(bytes: Uint8Array): Query {
  const opt = readAdditional(bytes, HEADER, uint16At(bytes, 10))
  const fault = opt.options.cookie === null ? Rcode.FormErr : COOKIE_ONLY
  return { bytes, questionEnd: HEADER, type: 0, ...opt, fault: opt.fault || fault }
}

function faulty(bytes: Uint8Array, fault: number): Query {
  return { bytes, questionEnd: HEADER, type: 0, ...NO_OPT, fault }
}

function questionFault(type: number, klass: number): number {
  if (klass !== Class.IN) return Rcode.Refused
  // A zone transfer is asked of the zone's own server.
  if (type === Type.AXFR || type === Type.IXFR) return Rcode.Refused
  if (type === Type.ANY) return 0
  // RFC 6895 section 3.1: 0 is reserved, 128 to 255 are meta types, OPT is no record of a zone.
  const isMeta = type === 0 || type === Type.OPT || (type >= 128 && type <= 255)
  return isMeta ? Rcode.FormErr : 0
}

const owner = new Uint8Array(LIMITS.name)

/** Finds the one OPT among the additional records, and that the message ends where they do. */
function readAdditional(bytes: Uint8Array, start: number, count: number): Opt {
  if (count === 0 && start === bytes.length) return NO_OPT
  if (count > LIMITS.additionalRecords) return { ...NO_OPT, fault: Rcode.FormErr }
  let opt: Opt = NO_OPT
  let at = start
  for (let i = 0; i < count; i++) {
    const nameEnd = expandName(bytes, at, owner)
    if (nameEnd < 0 || nameEnd + 10 > bytes.length) return { ...opt, fault: Rcode.FormErr }
    const end = nameEnd + 10 + uint16At(bytes, nameEnd + 8)
    if (end > bytes.length) return { ...opt, fault: Rcode.FormErr }
    if (uint16At(bytes, nameEnd) === Type.OPT) {
      // RFC 6891 section 6.1.1: one only, and its owner is the root, written as such.
      const isAllowed = !opt.edns && nameEnd === at + 1
      opt = readOpt(bytes, nameEnd, end)
      if (!isAllowed) opt = { ...opt, fault: Rcode.FormErr }
      if (opt.fault !== 0) return opt
    }
    at = end
  }
  return at === bytes.length ? opt : { ...opt, fault: Rcode.FormErr }
}

function readOpt(bytes: Uint8Array, at: number, end: number): Opt {
  // The version first: options of a version we do not know may have any shape (section 6.1.3).
  const isKnown = byteAt(bytes, at + 5) === 0
  const options = isKnown ? readOptions(bytes, at + 10, end) : Rcode.BadVers
  const fault = typeof options === 'number' ? options : 0
  return {
    fault,
    options: typeof options === 'number' ? NO_OPTIONS : options,
    edns: true,
    dnssecOk: (byteAt(bytes, at + 6) & 0x80) !== 0,
    udpSize: Math.max(LIMITS.udpReplyWithoutEdns, uint16At(bytes, at + 2)),
  }
}

export function isRecursionDesired(query: Query): boolean {
  return (byteAt(query.bytes, 2) & 0x01) !== 0
}

/** AD in a query: the client wants to know whether the answer was validated (RFC 6840 section 5.7). */
export function isAuthenticityWanted(query: Query): boolean {
  return query.dnssecOk || (byteAt(query.bytes, 3) & 0x20) !== 0
}

export function isCheckingDisabled(query: Query): boolean {
  return (byteAt(query.bytes, 3) & 0x10) !== 0
}
