import { createHmac, timingSafeEqual } from 'node:crypto'
import type { ListKey } from '#db/list-keys.ts'
import { LIMITS } from '../limits.ts'
import { expandName, nameFromText, uint16At, uint32At } from '../message/name.ts'
import type { TransferMessage } from './message.ts'

/*
 * Transaction signatures of a zone transfer (RFC 8945): the query is signed, and so are its answers, each
 * over what was sent since the one before it.
 */

export const TYPE_TSIG = 250
const CLASS_ANY = 255
const FUDGE_SECONDS = 300
/** RFC 8945 section 5.3.1: at least one in a hundred messages is signed. */
const MOST_UNSIGNED = 99

const ALGORITHMS: Readonly<Record<ListKey['algorithm'], readonly [hash: string, name: string]>> = {
  'hmac-sha256': ['sha256', 'hmac-sha256'],
  'hmac-sha512': ['sha512', 'hmac-sha512'],
}

/** RFC 8945 section 3, and RFC 1035 for what a server says that has no signatures. */
const ERRORS: Readonly<Record<number, string>> = {
  16: 'BADSIG: it has another secret for this name',
  17: 'BADKEY: it does not know this name or algorithm',
  18: 'BADTIME: its clock or ours is wrong',
  22: 'BADTRUNC',
}

interface Words {
  readonly name: Uint8Array
  readonly algorithm: Uint8Array
  mac(parts: readonly Uint8Array[]): Buffer
}

function wordsOf({ name, algorithm, secret }: ListKey): Words {
  const [hash, algorithmName] = ALGORITHMS[algorithm]
  return {
    name: nameFromText(name) ?? new Uint8Array(1),
    algorithm: nameFromText(algorithmName) ?? new Uint8Array(1),
    mac(parts) {
      const hmac = createHmac(hash, secret)
      for (const part of parts) hmac.update(part)
      return hmac.digest()
    },
  }
}

/** A query with its signature, and the signature, which the first answer is signed over too. */
export function signQuery(
  message: Uint8Array,
  key: ListKey,
  seconds: number,
): { readonly message: Uint8Array; readonly mac: Uint8Array } {
  const { name, algorithm, mac } = wordsOf(key)
  const time = timeOf(seconds, FUDGE_SECONDS)
  const signature = mac([message, ...variables(name, algorithm, time, Buffer.alloc(4))])
  const data = Buffer.concat([
    ...[algorithm, time, uint16(signature.length), signature],
    // Original id, no error, nothing else.
    ...[message.subarray(0, 2), Buffer.alloc(4)],
  ])
  const out = Buffer.concat([message, name, head(data.length), data])
  out.writeUInt16BE(uint16At(message, 10) + 1, 10)
  return { message: out, mac: signature }
}

export interface AnswerCheck {
  /** Null: so far all is well. Else what is wrong, as the end of a sentence about the server. */
  take(message: TransferMessage, seconds: number): string | null
  /** The last message must have been signed. */
  readonly isSigned: boolean
}

export function checkAnswers(key: ListKey, queryMac: Uint8Array): AnswerCheck {
  const words = wordsOf(key)
  let before: Uint8Array = queryMac
  let isFirst = true
  let unsigned: Uint8Array[] = []

  return {
    get isSigned() {
      return !isFirst && unsigned.length === 0
    },
    take({ bytes, tsigAt }, seconds) {
      if (tsigAt === null) {
        if (isFirst) return 'answers without a signature'
        unsigned.push(bytes)
        return unsigned.length > MOST_UNSIGNED ? 'signs too few of its messages' : null
      }
      const tsig = readTsig(bytes, tsigAt)
      if (tsig === null) return 'sends a signature that cannot be read'
      if (tsig.error !== 0) return `refuses the key: ${ERRORS[tsig.error] ?? `error ${tsig.error}`}`
      if (!same(tsig.name, words.name) || !same(tsig.algorithm, words.algorithm)) {
        return 'signs with another key'
      }
      // RFC 8945 section 5.2: as it was before the signature was added.
      const plain = Buffer.from(bytes.subarray(0, tsigAt))
      plain.writeUInt16BE(tsig.originalId, 0)
      plain.writeUInt16BE(uint16At(bytes, 10) - 1, 10)
      const said = isFirst
        ? variables(words.name, words.algorithm, tsig.time, tsig.errorAndOther)
        : [tsig.time]
      const expected = words.mac([uint16(before.length), before, ...unsigned, plain, ...said])
      // A shortened one (RFC 8945 section 5.2.2.1) is not asked for.
      if (!same(expected, tsig.mac)) return 'sends a signature that does not fit'
      if (Math.abs(tsig.seconds - seconds) > Math.min(tsig.fudge, FUDGE_SECONDS)) {
        return `has a clock that is ${Math.abs(tsig.seconds - seconds)} seconds from ours`
      }
      before = tsig.mac
      isFirst = false
      unsigned = []
      return null
    },
  }
}

/** Section 4.3.3: name, class and time to live of the record, then what it says itself. */
function variables(
  name: Uint8Array,
  algorithm: Uint8Array,
  time: Uint8Array,
  errorAndOther: Uint8Array,
): readonly Uint8Array[] {
  return [name, Buffer.from([0, CLASS_ANY, 0, 0, 0, 0]), algorithm, time, errorAndOther]
}

function head(length: number): Buffer {
  const out = Buffer.alloc(10)
  out.writeUInt16BE(TYPE_TSIG, 0)
  out.writeUInt16BE(CLASS_ANY, 2)
  out.writeUInt16BE(length, 8)
  return out
}

/** 48 bits of seconds, and how far clocks may be from each other. */
function timeOf(seconds: number, fudge: number): Buffer {
  const out = Buffer.alloc(8)
  out.writeUIntBE(seconds, 0, 6)
  out.writeUInt16BE(fudge, 6)
  return out
}

function readTsig(bytes: Uint8Array, at: number) {
  const name = new Uint8Array(LIMITS.name)
  const nameEnd = expandName(bytes, at, name)
  if (nameEnd < 0) return null
  const data = nameEnd + 10
  const end = data + uint16At(bytes, nameEnd + 8)
  const algorithm = new Uint8Array(LIMITS.name)
  const time = expandName(bytes, data, algorithm)
  if (time < 0 || time + 10 > end || end !== bytes.length) return null
  const macEnd = time + 10 + uint16At(bytes, time + 8)
  if (macEnd + 6 > end || macEnd + 6 + uint16At(bytes, macEnd + 4) !== end) return null
  return {
    name: plain(name),
    algorithm: plain(algorithm),
    time: bytes.subarray(time, time + 8),
    seconds: uint16At(bytes, time) * 0x1_0000_0000 + uint32At(bytes, time + 2),
    fudge: uint16At(bytes, time + 6),
    mac: bytes.subarray(time + 10, macEnd),
    originalId: uint16At(bytes, macEnd),
    error: uint16At(bytes, macEnd + 2),
    errorAndOther: bytes.subarray(macEnd + 2, end),
  }
}

function plain(name: Uint8Array): Uint8Array {
  let at = 0
  while (name[at] !== 0) at += (name[at] ?? 0) + 1
  return name.subarray(0, at + 1)
}

function uint16(value: number): Buffer {
  return Buffer.from([value >>> 8, value & 0xff])
}

function same(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b)
}
