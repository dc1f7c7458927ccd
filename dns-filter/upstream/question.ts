import { writeOpt } from '../message/edns.ts'
import { byteAt, LOWER } from '../message/name.ts'
import type { Query } from '../message/query.ts'
import { HEADER, isCheckingDisabled } from '../message/query.ts'
import { Option } from '../message/registry.ts'
import { isAnswerTo, isBareRefusal } from '../message/response.ts'

/** What is asked, apart from who asks: everyone who asks the same waits for the same answer. */
export interface Question {
  /** Name in lower case, type and class. */
  readonly bytes: Uint8Array
  readonly dnssecOk: boolean
  readonly checkingDisabled: boolean
}

/** RFC 8467 section 4.1: questions as long as a multiple of this, where they are encrypted. */
const PADDED_TO = 128
const OPT = 11

export function questionOf(query: Query): Question {
  // A real copy: slice() of a Buffer would be a view, and the client wants its own spelling back.
  const bytes = new Uint8Array(query.bytes.subarray(HEADER, query.questionEnd))
  for (let i = 0; i < bytes.length - 4; i++) bytes[i] = byteAt(LOWER, byteAt(bytes, i))
  return { bytes, dnssecOk: query.dnssecOk, checkingDisabled: isCheckingDisabled(query) }
}

/** The root's servers: what every resolver can answer, to see whether one is there. */
export const PROBE: Question = {
  bytes: Uint8Array.of(0, 0, 2, 0, 1),
  dnssecOk: false,
  checkingDisabled: false,
}

export function keyOf(question: Question): string {
  const flags = (question.dnssecOk ? 2 : 0) | (question.checkingDisabled ? 1 : 0)
  return flags + Buffer.from(question.bytes).toString('latin1')
}

/**
 * The name with the case of each letter at random (draft-vixie-dnsext-dns0x20): a forger must guess
 * that too. `random` holds a bit for each byte of the name.
 */
export function spellAtRandom(bytes: Uint8Array, random: Uint8Array): Uint8Array {
  const out = Uint8Array.from(bytes)
  for (let i = 0; i < out.length - 4; i++) {
    const byte = byteAt(out, i)
    const isLetter = byte >= 0x61 && byte <= 0x7a
    if (isLetter && (byteAt(random, i >>> 3) & (1 << (i & 7))) !== 0) out[i] = byte - 0x20
  }
  return out
}

/**
 * A query of our own: nothing of the client but the question, DO and CD; never its subnet. AD asks
 * the upstream whether it has validated (RFC 6840 section 5.7).
 */
export function buildQuery(
  id: number,
  question: Question,
  spelling: Uint8Array,
  form: 'plain' | 'edns' | 'padded',
): Uint8Array {
  const bare = HEADER + spelling.length
  const withOpt = bare + (form === 'plain' ? 0 : OPT)
  const padding = form === 'padded' ? padTo(withOpt + 4) - withOpt : 0
  const out = Buffer.alloc(withOpt + padding)
  out.writeUInt16BE(id, 0)
  out[2] = 0x01
  out[3] = 0x20 | (question.checkingDisabled ? 0x10 : 0)
  out[5] = 1
  out.set(spelling, HEADER)
  if (form === 'plain') return out
  out[11] = 1
  writeOpt(out, bare, question.dnssecOk, null, 0)
  if (padding > 0) {
    out.writeUInt16BE(padding, bare + 9)
    out.writeUInt16BE(Option.Padding, withOpt)
    out.writeUInt16BE(padding - 4, withOpt + 2)
  }
  return out
}

function padTo(length: number): number {
  return Math.ceil(length / PADDED_TO) * PADDED_TO
}

/** Is this the answer to the query: its id, its question, and each letter as it was written? */
export function judge(
  bytes: Uint8Array,
  id: number,
  spelling: Uint8Array,
  mayRefuseBare: boolean,
): 'taken' | 'foreign' | 'misspelt' {
  if (mayRefuseBare && isBareRefusal(bytes, id)) return 'taken'
  if (!isAnswerTo(bytes, id, spelling)) return 'foreign'
  for (let i = 0; i < spelling.length; i++) {
    if (byteAt(bytes, HEADER + i) !== byteAt(spelling, i)) return 'misspelt'
  }
  return 'taken'
}
