import { randomInt } from 'node:crypto'

/** The two DNS messages that the portal needs: a question with EDNS options, and what the filter says of it. */

const HEADER = 12
const TYPE_A = 1
const TYPE_OPT = 41
const CLASS_IN = 1
const OPTION_EDE = 15
/** dnsmasq's `--add-cpe-id`: by which a resolver says for which place it asks. */
const OPTION_CPE_ID = 65_074
/** Our filter's own: that it tells what lists say of a name that it lets through. */
const OPTION_LISTED = 65_075
const UDP_SIZE = 1_232
const FLAG_RD = 0x01
const FLAG_QR = 0x80
/** An answer of our own filter has three; more are not walked through. */
const MOST_RECORDS = 64
const MOST_TEXT_BYTES = 128

/** `name` is in ASCII, without a final dot, its labels no longer than 63. */
export function encodeQuestion(name: string, token: string | null): Buffer {
  const labels = name.split('.').map((label) => {
    const bytes = Buffer.from(label, 'latin1')
    return Buffer.concat([Buffer.of(bytes.length), bytes])
  })
  const value = Buffer.from(token ?? '', 'latin1')
  const options = Buffer.concat([
    uint16s(OPTION_LISTED, 0),
    ...(token === null ? [] : [uint16s(OPTION_CPE_ID, value.length), value]),
  ])
  return Buffer.concat([
    uint16s(randomInt(0x1_0000), FLAG_RD << 8, 1, 0, 0, 1),
    ...labels,
    Buffer.of(0),
    uint16s(TYPE_A, CLASS_IN),
    // The root as owner, our UDP size, no flags (RFC 6891 section 6.1.2).
    Buffer.of(0),
    uint16s(TYPE_OPT, UDP_SIZE, 0, 0, options.length),
    options,
  ])
}

export interface FilterAnswer {
  readonly rcode: number
  /** RFC 8914; null: it brought none. */
  readonly extended: { readonly code: number; readonly text: string } | null
}

/** Null: not an answer to that question, or not a whole message. Never throws. */
export function readAnswer(question: Uint8Array, bytes: Uint8Array): FilterAnswer | null {
  const asked = view(question)
  const got = view(bytes)
  if (bytes.length < HEADER || (bytes[2] ?? 0) < FLAG_QR) return null
  if (got.getUint16(0) !== asked.getUint16(0) || got.getUint16(4) !== 1) return null
  const questionEnd = afterName(question, HEADER) + 4
  if (bytes.length < questionEnd) return null
  if (
    Buffer.compare(bytes.subarray(HEADER, questionEnd), question.subarray(HEADER, questionEnd)) !==
    0
  )
    return null
  const records = got.getUint16(6) + got.getUint16(8) + got.getUint16(10)
  if (records > MOST_RECORDS) return null
  const rcode = (bytes[3] ?? 0) & 0x0f
  let at = questionEnd
  for (let i = 0; i < records; i += 1) {
    const fixed = afterName(bytes, at)
    if (fixed < 0 || fixed + 10 > bytes.length) return null
    const end = fixed + 10 + got.getUint16(fixed + 8)
    if (end > bytes.length) return null
    if (got.getUint16(fixed) === TYPE_OPT)
      return { rcode, extended: extendedError(bytes, fixed + 10, end) }
    at = end
  }
  return { rcode, extended: null }
}

function extendedError(bytes: Uint8Array, start: number, end: number): FilterAnswer['extended'] {
  const got = view(bytes)
  for (let at = start; at + 4 <= end; at += 4 + got.getUint16(at + 2)) {
    const length = got.getUint16(at + 2)
    if (at + 4 + length > end) return null
    if (got.getUint16(at) !== OPTION_EDE || length < 2 || length > 2 + MOST_TEXT_BYTES) continue
    const text = Buffer.from(bytes.subarray(at + 6, at + 4 + length)).toString('utf8')
    return { code: got.getUint16(at + 4), text }
  }
  return null
}

/** The offset after a name that may end in a pointer (RFC 1035 section 4.1.4); -1: it does not end. */
function afterName(bytes: Uint8Array, start: number): number {
  let at = start
  while (at < bytes.length) {
    const length = bytes[at] ?? 0
    if (length === 0) return at + 1
    if (length >= 0xc0) return at + 2
    at += 1 + length
  }
  return -1
}

function view(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function uint16s(...values: readonly number[]): Buffer {
  const out = Buffer.alloc(values.length * 2)
  for (const [i, value] of values.entries()) out.writeUInt16BE(value, i * 2)
  return out
}
