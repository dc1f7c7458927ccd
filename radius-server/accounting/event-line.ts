import type { AccountingRecord, GatewayRestart } from '#db/accounting-record.ts'
import type { AccountingEvent } from './accounting-record.ts'

const VERSION = 1

/**
 * What a line that was written before a field existed says of it. A field that is added to the record
 * is added here, and lines of version 1 stay readable.
 */
const ABSENT: NullableFields<AccountingRecord> = {
  mac: null,
  account: null,
  ipv4: null,
  ipv6: null,
  nasAt: null,
  counterBits: null,
  sessionSeconds: null,
  octetsIn: null,
  octetsOut: null,
  cause: null,
}

type NullableFields<T> = { readonly [K in keyof T as null extends T[K] ? K : never]: null }

/** An event as one line of JSON: dates and big integers as objects that say so. */
export function encodeEvent(event: AccountingEvent): string {
  return JSON.stringify({ v: VERSION, ...event }, tag)
}

/** Null: a line of a version that this program does not know. */
export function decodeEvent(line: string): AccountingEvent | null {
  let parsed: unknown
  try {
    parsed = JSON.parse(line, untag)
  } catch {
    return null
  }
  if (typeof parsed !== 'object' || parsed === null) return null
  if (!('v' in parsed) || parsed.v !== VERSION || !('kind' in parsed)) return null
  // The line was sealed by this program, so that its shape is the version's.
  if (parsed.kind === 'record' && 'record' in parsed) {
    return { kind: 'record', record: { ...ABSENT, ...(parsed.record as AccountingRecord) } }
  }
  if (parsed.kind !== 'restart' || !('restart' in parsed)) return null
  return { kind: 'restart', restart: parsed.restart as GatewayRestart }
}

function tag(this: Readonly<Record<string, unknown>>, key: string, value: unknown): unknown {
  // Date has a toJSON of its own, so that `value` is its text already.
  const own = this[key]
  if (own instanceof Date) return { $t: own.getTime() }
  return typeof own === 'bigint' ? { $n: own.toString() } : value
}

function untag(_key: string, value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  if ('$t' in value && typeof value.$t === 'number') return new Date(value.$t)
  return '$n' in value && typeof value.$n === 'string' ? BigInt(value.$n) : value
}
