import { createRequire } from 'node:module'

const require = createRequire(import.meta.url)

/** The parts of npm's dns-packet that the tests use; it has no types of its own. */
interface OraclePacket {
  readonly id: number
  readonly flags: number
  readonly rcode: string
  readonly questions: readonly { readonly name: string; readonly type: string }[]
  readonly answers: readonly OracleRecord[]
  readonly authorities: readonly OracleRecord[]
  readonly additionals: readonly OracleRecord[]
}

interface OracleRecord {
  readonly name: string
  readonly type: string
  readonly ttl?: number
  readonly data?: unknown
  readonly udpPayloadSize?: number
  readonly extendedRcode?: number
  readonly ednsVersion?: number
  readonly flags?: number
  readonly options?: readonly { readonly code: number; readonly data: Uint8Array }[]
}

interface Oracle {
  decode(bytes: Uint8Array): OraclePacket
  encode(packet: unknown): Uint8Array
}

/** An independent reader and writer of DNS messages. */
export const oracle = require('dns-packet') as Oracle

const FLAGS: readonly (readonly [string, number])[] = [
  ['aa', 0x0400],
  ['tc', 0x0200],
  ['rd', 0x0100],
  ['ra', 0x0080],
  ['z', 0x0040],
  ['ad', 0x0020],
  ['cd', 0x0010],
]

/** An answer as the fields of a test vector. */
export function summary(query: Uint8Array, answer: Uint8Array): Record<string, string> {
  const packet = oracle.decode(Buffer.from(answer))
  const opts = packet.additionals.filter((record) => record.type === 'OPT')
  const [opt] = opts
  const soa = packet.authorities.find((record) => record.type === 'SOA')
  const [first] = packet.answers
  const error = opt?.options?.find((option) => option.code === 15)?.data
  const kept = packet.questions.length === 1 && hasSameQuestion(query, answer)
  return {
    rcode: rcodeName(packet.rcode, opt?.extendedRcode ?? 0),
    flags: FLAGS.filter(([, bit]) => (packet.flags & bit) !== 0)
      .map(([flag]) => flag)
      .join(','),
    an: String(packet.answers.length),
    ns: String(packet.authorities.length),
    question: kept ? 'kept' : packet.questions.length === 0 ? 'none' : 'changed',
    opt:
      opt === undefined
        ? 'none'
        : `${opt.udpPayloadSize}${opt.flags === 0x8000 ? ',do' : ''}${opts.length > 1 ? ',many' : ''}`,
    options: String(opt?.options?.length ?? 0),
    version: String(opt?.ednsVersion ?? 0),
    length: String(answer.length),
    ...optionsOf(opt?.options ?? []),
    ...(error === undefined ? {} : { ede: extendedError(error) }),
    ...(soa === undefined ? {} : { soa: `${soa.name.toLowerCase()}:${soa.ttl}` }),
    ...(first === undefined ? {} : { answer: `${first.type}:${first.ttl}` }),
  }
}

function rcodeName(rcode: string, extended: number): string {
  if (extended === 0) return rcode
  return rcode === 'NOERROR' ? 'BADVERS' : 'BADCOOKIE'
}

function hasSameQuestion(query: Uint8Array, answer: Uint8Array): boolean {
  let end = 12
  for (let length = answer[end] ?? 0; length !== 0; length = answer[end] ?? 0) end += length + 1
  end += 5
  return Buffer.compare(query.subarray(12, end), answer.subarray(12, end)) === 0
}

/** The options that an answer may have, each as a test vector writes it. */
function optionsOf(
  options: readonly { readonly code: number; readonly data: Uint8Array }[],
): Record<string, string> {
  const found: Record<string, string> = {}
  for (const { code, data } of options) {
    const bytes = Buffer.from(data)
    if (code === 3) found['nsid'] = bytes.toString('utf8')
    if (code === 10) found['cookie'] = `${bytes.toString('hex', 0, 8)}+${bytes.length - 8}`
    if (code === 11) found['keepalive'] = String(bytes.readUInt16BE(0))
  }
  return found
}

function extendedError(data: Uint8Array): string {
  const [high = 0, low = 0] = data
  const text = Buffer.from(data.subarray(2)).toString('utf8')
  return text === '' ? String(high * 256 + low) : `${high * 256 + low}:${text}`
}
