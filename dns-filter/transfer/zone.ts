import { LIMITS } from '../limits.ts'
import { nameFromText, plainLength, textOfName, uint32At } from '../message/name.ts'
import { Type } from '../message/registry.ts'
import { soaNumbers } from './message.ts'
import type { ZoneRecord } from './message.ts'

/*
 * A zone as the text that is kept of it: a master file of one record a line (RFC 1035 section 5), so that
 * it is read, explained and compiled like every other list.
 */

/** `$ORIGIN rpz.example.` */
const ORIGIN = /^\$ORIGIN (\S+)\n@ SOA (\S+) (\S+) (\d+) (\d+) (\d+) (\d+) (\d+)\n/

/** What a zone says of itself and not of names: signatures and servers, which the list has no use for. */
const OF_THE_ZONE: ReadonlySet<number> = new Set([Type.NS, 46, 47, 48, 50, 51, 63])

/** A zone's text, line by line. */
export interface ZoneText {
  readonly soa: ZoneRecord
  readonly lines: ReadonlySet<string>
}

/** The zone that a text was written of; null where it is of another zone, or of none. */
export function readZoneText(text: Uint8Array, zone: string): ZoneText | null {
  const whole = Buffer.from(text.buffer, text.byteOffset, text.length).toString('latin1')
  const match = ORIGIN.exec(whole)
  const owner = nameFromText(zone)
  if (match === null || owner === null || match[1] !== `${zone}.`) return null
  const names = [match[2] ?? '', match[3] ?? ''].map((name) =>
    name === '.' ? new Uint8Array(1) : nameFromText(name),
  )
  const [mname, rname] = names
  if (mname == null || rname == null) return null
  const numbers = Buffer.alloc(20)
  for (let i = 0; i < 5; i++) {
    const value = Number(match[4 + i])
    if (value > 0xffff_ffff) return null
    numbers.writeUInt32BE(value, i * 4)
  }
  const soa = { owner, type: Type.SOA, data: Buffer.concat([mname, rname, numbers]) }
  return { soa, lines: new Set(whole.slice(match[0].length).split('\n').filter(Boolean)) }
}

/** The head, and all lines. */
function writeZoneText(soa: ZoneRecord, lines: Iterable<string>): Uint8Array {
  const parts: Buffer[] = [Buffer.from(headOf(soa), 'latin1')]
  let piece: string[] = []
  for (const line of lines) {
    piece.push(line)
    if (piece.length < 4096) continue
    parts.push(Buffer.from(`${piece.join('\n')}\n`, 'latin1'))
    piece = []
  }
  if (piece.length > 0) parts.push(Buffer.from(`${piece.join('\n')}\n`, 'latin1'))
  return Buffer.concat(parts)
}

function headOf({ owner, data }: ZoneRecord): string {
  const first = plainLength(data)
  const rest = data.subarray(first)
  const numbers = [0, 4, 8, 12, 16].map((at) => uint32At(data, data.length - 20 + at))
  return `$ORIGIN ${dotted(owner)}\n@ SOA ${dotted(data)} ${dotted(rest)} ${numbers.join(' ')}\n`
}

function dotted(name: Uint8Array): string {
  const text = textOfName(name)
  return text === '.' ? text : `${text}.`
}

/** The line of a record of the zone; null where it says nothing of names, or is of another zone. */
function lineOfRecord({ owner, type, data }: ZoneRecord, zone: Uint8Array): string | null {
  const own = owner.length - zone.length
  if (own <= 0 || OF_THE_ZONE.has(type)) return null
  if (!Buffer.from(owner.subarray(own)).equals(zone)) return null
  const text = textOfName(Buffer.concat([owner.subarray(0, own), Uint8Array.of(0)]))
  if (type === Type.CNAME) return `${text} CNAME ${dotted(data)}`
  // Such as it is (RFC 3597): what the list's reader cannot mean, it counts.
  return `${text} TYPE${type} \\# ${data.length} ${Buffer.from(data).toString('hex')}`
}

/** The records of a transfer, one by one, until it is whole. */
export interface TransferReader {
  /** What is wrong; null: go on, or it is whole. */
  take(record: ZoneRecord): string | null
  readonly state: 'reading' | 'whole' | 'unchanged'
  /** After a message: an answer of one SOA that is no newer than ours has nothing behind it. */
  endOfMessage(): void
  text(): Uint8Array
  readonly soa: ZoneRecord | null
}

/** `own`: what is there, of which differences may be told (RFC 1995 section 4); null: all is asked for. */
export function createTransferReader(zone: Uint8Array, own: ZoneText | null): TransferReader {
  let soa: ZoneRecord | null = null
  let state: TransferReader['state'] = 'reading'
  let count = 0
  /** Null until the second record says whether it is a whole zone. */
  let form: 'whole' | 'adding' | 'removing' | null = null
  let at = own === null ? 0 : soaNumbers(own.soa.data).serial
  let lines: Set<string> | string[] = []

  function takeSoa(serial: number, newest: number): string | null {
    if (form === null && own !== null && serial === at && serial !== newest) {
      form = 'removing'
      lines = new Set(own.lines)
      return null
    }
    if (form === null || form === 'whole') {
      if (serial !== newest) return 'sends a zone that begins and ends with different serials'
      state = 'whole'
      return null
    }
    if (form === 'removing') {
      form = 'adding'
      at = serial
      return null
    }
    if (serial !== at) return 'sends differences that do not follow each other'
    if (serial === newest) state = 'whole'
    else form = 'removing'
    return null
  }

  return {
    get state() {
      return state
    },
    get soa() {
      return soa
    },
    take(record) {
      if (state !== 'reading') return 'sends more after the end'
      if (++count > LIMITS.transferRecords)
        return `sends more than ${LIMITS.transferRecords} records`
      const isSoa = record.type === Type.SOA
      if (isSoa && !Buffer.from(record.owner).equals(zone)) return 'sends the SOA of another zone'
      if (soa === null) {
        if (!isSoa) return 'does not begin with the SOA of the zone'
        soa = record
        return null
      }
      if (isSoa) return takeSoa(soaNumbers(record.data).serial, soaNumbers(soa.data).serial)
      form ??= 'whole'
      const line = lineOfRecord(record, zone)
      if (line === null) return null
      if (Array.isArray(lines)) lines.push(line)
      else if (form === 'adding') lines.add(line)
      else if (!lines.delete(line)) return 'takes back what is not there'
      return null
    },
    endOfMessage() {
      if (state !== 'reading' || count !== 1 || soa === null || own === null) return
      const ahead = (soaNumbers(soa.data).serial - at) | 0
      // RFC 1982: behind or the same.
      if (ahead <= 0) state = 'unchanged'
    },
    text: () => (soa === null ? new Uint8Array() : writeZoneText(soa, lines)),
  }
}
