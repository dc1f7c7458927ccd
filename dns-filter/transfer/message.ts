import { LIMITS } from '../limits.ts'
import {
  byteAt,
  endOfPlainName,
  expandName,
  plainLength,
  sameQuestion,
  uint16At,
  uint32At,
} from '../message/name.ts'
import { HEADER } from '../message/query.ts'
import { Class, Type } from '../message/registry.ts'
import { TYPE_TSIG } from './tsig.ts'

export interface ZoneRecord {
  /** Wire form, plain, lower case. */
  readonly owner: Uint8Array
  readonly type: number
  /** Of a SOA and a CNAME the names in it are plain and in lower case, so that equal data is equal. */
  readonly data: Uint8Array
}

/** One message of a zone transfer. */
export interface TransferMessage {
  readonly bytes: Uint8Array
  readonly rcode: number
  readonly records: readonly ZoneRecord[]
  /** Where the signature begins, which is the last record; null: there is none. */
  readonly tsigAt: number | null
}

/** A question for a whole zone, or with `own` (a SOA) for what has changed since (RFC 1995). */
export function transferQuery(id: number, zone: Uint8Array, own: ZoneRecord | null): Uint8Array {
  const type = own === null ? Type.AXFR : Type.IXFR
  const head = Buffer.alloc(HEADER)
  head.writeUInt16BE(id, 0)
  head[5] = 1
  const parts: Uint8Array[] = [head, zone, Buffer.from([0, type, 0, Class.IN])]
  if (own !== null) {
    head[9] = 1
    const fixed = Buffer.alloc(10)
    fixed.writeUInt16BE(Type.SOA, 0)
    fixed.writeUInt16BE(Class.IN, 2)
    fixed.writeUInt16BE(own.data.length, 8)
    parts.push(zone, fixed, own.data)
  }
  return Buffer.concat(parts)
}

/** Null: it is no answer to the query, or is not well formed. Never throws. */
export function readTransfer(bytes: Uint8Array, query: Uint8Array): TransferMessage | null {
  if (bytes.length < HEADER || uint16At(bytes, 0) !== uint16At(query, 0)) return null
  // An answer to a query, of a server that has not cut it.
  if ((byteAt(bytes, 2) & 0xfa) !== 0x80) return null
  const questions = uint16At(bytes, 4)
  let at = HEADER
  if (questions > 1) return null
  if (questions === 1) {
    const end = endOfPlainName(query, HEADER) + 4
    if (bytes.length < end || endOfPlainName(bytes, HEADER) + 4 !== end) return null
    if (!sameQuestion(bytes, HEADER, query, HEADER, end - HEADER)) return null
    at = end
  }
  const answers = uint16At(bytes, 6)
  const others = uint16At(bytes, 8) + uint16At(bytes, 10)
  const records: ZoneRecord[] = []
  let tsigAt: number | null = null
  for (let i = 0; i < answers + others; i++) {
    const owner = new Uint8Array(LIMITS.name)
    const fixed = expandName(bytes, at, owner)
    if (fixed < 0 || fixed + 10 > bytes.length || tsigAt !== null) return null
    const end = fixed + 10 + uint16At(bytes, fixed + 8)
    if (end > bytes.length) return null
    const type = uint16At(bytes, fixed)
    if (type === TYPE_TSIG) tsigAt = at
    else if (i < answers) {
      const data = dataOf(bytes, type, fixed + 10, end)
      if (data === null || uint16At(bytes, fixed + 2) !== Class.IN) return null
      records.push({ owner: owner.slice(0, plainLength(owner)), type, data })
    }
    at = end
  }
  if (at !== bytes.length) return null
  return { bytes, rcode: byteAt(bytes, 3) & 0x0f, records, tsigAt }
}

const SOA_NUMBERS = 20
const name = new Uint8Array(LIMITS.name)

function dataOf(bytes: Uint8Array, type: number, start: number, end: number): Uint8Array | null {
  const names = type === Type.SOA ? 2 : type === Type.CNAME ? 1 : 0
  const parts: Uint8Array[] = []
  let at = start
  for (let i = 0; i < names; i++) {
    at = expandName(bytes, at, name)
    if (at < 0 || at > end) return null
    parts.push(name.slice(0, plainLength(name)))
  }
  if (end - at !== (type === Type.SOA ? SOA_NUMBERS : type === Type.CNAME ? 0 : end - start)) {
    return null
  }
  return Buffer.concat([...parts, bytes.subarray(at, end)])
}

/** Of the data of a SOA. */
export function soaNumbers(data: Uint8Array): {
  readonly serial: number
  readonly refresh: number
} {
  const at = data.length - SOA_NUMBERS
  return { serial: uint32At(data, at), refresh: uint32At(data, at + 4) }
}
