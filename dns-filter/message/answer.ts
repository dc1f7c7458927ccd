import type { ExtendedError } from './edns.ts'
import { optLength, writeOpt } from './edns.ts'
import { LIMITS } from '../limits.ts'
import type { Query } from './query.ts'
import { HEADER } from './query.ts'
import { byteAt } from './name.ts'
import { Class, Rcode, Type } from './registry.ts'

/** How long a negative answer may be believed, and the SOA data that says so (RFC 2308). */
export interface Denial {
  readonly seconds: number
  readonly soa: Uint8Array
}

const QR = 0x80
const TC = 0x02
const RD = 0x01
const RA = 0x80
const CD = 0x10

// RFC 6303 section 3 gives these to empty zones: nobody is asked, nobody gets mail.
const SOA_NAMES = Buffer.from('\x09localhost\x00\x06nobody\x07invalid\x00', 'latin1')

export function createDenial(seconds: number): Denial {
  const soa = Buffer.alloc(SOA_NAMES.length + 20)
  SOA_NAMES.copy(soa)
  let at = SOA_NAMES.length
  // Serial, refresh, retry, expire and minimum; only the last means something to a stub.
  for (const value of [1, 3600, 1200, 604_800, seconds]) at = writeUint32(soa, at, value)
  return { seconds, soa }
}

/** Errors whose question may not be there or may not be understood: FORMERR, NOTIMP, REFUSED … */
export function errorAnswer(
  query: Query,
  rcode: number,
  error: ExtendedError | null = null,
): Uint8Array {
  const out = start(query, rcode & 0x0f, query.edns ? optLength(error) : 0)
  // RFC 6895 section 2: another opcode gives the flags another meaning, so none comes back.
  if ((byteAt(query.bytes, 2) & 0x78) !== 0) {
    out[2] = QR | (byteAt(query.bytes, 2) & 0x78)
    out[3] = rcode & 0x0f
  }
  finish(out, query.questionEnd, query, error, rcode >>> 4)
  return out
}

/**
 * NXDOMAIN, or NODATA with rcode NoError. `owner` is the offset in the query of the name that the
 * SOA hangs on; it must lie inside the question.
 */
export function denialAnswer(
  query: Query,
  rcode: number,
  owner: number,
  denial: Denial,
  error: ExtendedError | null,
): Uint8Array {
  const isRoot = byteAt(query.bytes, owner) === 0
  const length = (isRoot ? 1 : 2) + 10 + denial.soa.length
  const out = start(query, rcode, length + (query.edns ? optLength(error) : 0))
  out[9] = 1
  let at = query.questionEnd
  if (!isRoot) out[at++] = 0xc0 | (owner >>> 8)
  out[at++] = isRoot ? 0 : owner & 0xff
  at = writeFixed(out, at, Type.SOA, denial.seconds, denial.soa.length)
  out.set(denial.soa, at)
  finish(out, at + denial.soa.length, query, error, 0)
  return out
}

/** Records that all belong to the name asked and have the same type. */
export function recordsAnswer(
  query: Query,
  type: number,
  seconds: number,
  records: readonly Uint8Array[],
  error: ExtendedError | null = null,
): Uint8Array {
  const length = records.reduce((sum, data) => sum + 12 + data.length, 0)
  const out = start(query, Rcode.NoError, length + (query.edns ? optLength(error) : 0))
  out[7] = records.length
  const at = writeRecords(out, query.questionEnd, HEADER, type, seconds, records)
  finish(out, at, query, error, 0)
  return out
}

/** A CNAME to `target`, which is in wire form, and the records of one type that it has. */
export function aliasAnswer(
  query: Query,
  target: Uint8Array,
  type: number,
  seconds: number,
  records: readonly Uint8Array[],
  error: ExtendedError | null,
): Uint8Array {
  const length = records.reduce((sum, data) => sum + 12 + data.length, 12 + target.length)
  const out = start(query, Rcode.NoError, length + (query.edns ? optLength(error) : 0))
  out[7] = records.length + 1
  let at = writeRecords(out, query.questionEnd, HEADER, Type.CNAME, seconds, [target])
  // The target lies last in what was written, and far below what a pointer reaches.
  at = writeRecords(out, at, at - target.length, type, seconds, records)
  finish(out, at, query, error, 0)
  return out
}

function writeRecords(
  out: Uint8Array,
  at: number,
  owner: number,
  type: number,
  seconds: number,
  records: readonly Uint8Array[],
): number {
  for (const data of records) {
    out[at] = 0xc0 | (owner >>> 8)
    out[at + 1] = owner & 0xff
    at = writeFixed(out, at + 2, type, seconds, data.length)
    out.set(data, at)
    at += data.length
  }
  return at
}

/** TC=1 with nothing but question and OPT: half an RRset would be taken for the whole. */
export function truncatedAnswer(query: Query): Uint8Array {
  const out = start(query, Rcode.NoError, query.edns ? optLength(null) : 0)
  out[2] = byteAt(out, 2) | TC
  finish(out, query.questionEnd, query, null, 0)
  return out
}

/** Most that may go back by UDP: what the client can take, but never more than ours. */
export function udpLimit(query: Query): number {
  return Math.min(query.udpSize, LIMITS.udpReply)
}

/** The header and question for `extra` bytes of records: AA, AD and Z are 0, RD and CD come back. */
function start(query: Query, rcode: number, extra: number): Uint8Array {
  const { bytes, questionEnd } = query
  const out = Buffer.allocUnsafe(questionEnd + extra)
  for (let i = 0; i < questionEnd; i++) out[i] = byteAt(bytes, i)
  startHeader(out, query, rcode)
  out[4] = 0
  out[5] = questionEnd > HEADER ? 1 : 0
  for (let i = 6; i < HEADER; i++) out[i] = 0
  return out
}

/** Bytes 0 to 3 of every answer. */
export function startHeader(out: Uint8Array, query: Query, rcode: number): void {
  out[0] = byteAt(query.bytes, 0)
  out[1] = byteAt(query.bytes, 1)
  out[2] = QR | (byteAt(query.bytes, 2) & RD)
  out[3] = RA | (byteAt(query.bytes, 3) & CD) | rcode
}

function finish(
  out: Uint8Array,
  at: number,
  query: Query,
  error: ExtendedError | null,
  extendedRcode: number,
): void {
  if (!query.edns) return
  out[11] = 1
  writeOpt(out, at, query.dnssecOk, error, extendedRcode)
}

function writeFixed(
  out: Uint8Array,
  at: number,
  type: number,
  seconds: number,
  length: number,
): number {
  out[at] = type >>> 8
  out[at + 1] = type & 0xff
  out[at + 2] = 0
  out[at + 3] = Class.IN
  writeUint32(out, at + 4, seconds)
  out[at + 8] = length >>> 8
  out[at + 9] = length & 0xff
  return at + 10
}

export function writeUint32(out: Uint8Array, at: number, value: number): number {
  out[at] = value >>> 24
  out[at + 1] = (value >>> 16) & 0xff
  out[at + 2] = (value >>> 8) & 0xff
  out[at + 3] = value & 0xff
  return at + 4
}
