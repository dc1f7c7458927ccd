import { randomUUID } from 'node:crypto'
import type { Mac } from '#core/mac.ts'
import type { AccountingRecord } from './accounting-record.ts'
import { accountingSessionKey, portalSessionKey } from './session-key.ts'
import type { NetworkKind } from './sites.ts'

/** What a batch of records says of one session. */
export interface SessionUpdate {
  readonly key: string
  /** Null for staff: nobody accepts terms to reach the internal network. */
  readonly portalKey: string | null
  /** The row's identifier if the session is new. */
  readonly id: string
  readonly gateway: string
  readonly site: string
  readonly network: NetworkKind
  readonly mac: Mac | null
  readonly account: string | null
  readonly ipv4: string | null
  /** When the device was seen with it. */
  readonly ipv4At: Date | null
  readonly ipv6: string | null
  readonly ipv6At: Date | null
  readonly startedAt: Date
  /** False: `startedAt` is worked out from a later record. */
  readonly startSeen: boolean
  readonly lastAt: Date
  readonly stoppedAt: Date | null
  readonly cause: string | null
  readonly seconds: number | null
  readonly octetsIn: bigint | null
  readonly octetsOut: bigint | null
}

/** One update a session: a statement may not touch a row twice. In the order of the keys, so that two writers never deadlock. */
export function foldBySession(records: readonly AccountingRecord[]): readonly SessionUpdate[] {
  const byKey = new Map<string, SessionUpdate>()
  for (const record of records) {
    const update = updateOf(record)
    const known = byKey.get(update.key)
    byKey.set(update.key, known === undefined ? update : merge(known, update))
  }
  return [...byKey.values()].toSorted((a, b) => (a.key < b.key ? -1 : 1))
}

function updateOf(record: AccountingRecord): SessionUpdate {
  const { gateway, acctSessionId, mac, network, at } = record
  const began = new Date(at.getTime() - (record.sessionSeconds ?? 0) * 1000)
  return {
    key: accountingSessionKey(gateway, acctSessionId, mac),
    portalKey: network === 'guest' && mac !== null ? portalSessionKey(gateway, mac) : null,
    id: randomUUID(),
    gateway,
    site: record.site,
    network,
    mac,
    account: record.account,
    ipv4: record.ipv4,
    ipv4At: record.ipv4 === null ? null : at,
    ipv6: record.ipv6,
    ipv6At: record.ipv6 === null ? null : at,
    startedAt: record.kind === 'start' ? at : began,
    startSeen: record.kind === 'start',
    lastAt: at,
    stoppedAt: record.kind === 'stop' ? at : null,
    cause: record.kind === 'stop' ? record.cause : null,
    seconds: record.sessionSeconds,
    octetsIn: record.octetsIn,
    octetsOut: record.octetsOut,
  }
}

/** The same rules as the statement's ON CONFLICT. */
function merge(a: SessionUpdate, b: SessionUpdate): SessionUpdate {
  const v4 = later(a.ipv4At, b.ipv4At) ? b : a
  const v6 = later(a.ipv6At, b.ipv6At) ? b : a
  return {
    ...a,
    account: a.account ?? b.account,
    ipv4: v4.ipv4,
    ipv4At: v4.ipv4At,
    ipv6: v6.ipv6,
    ipv6At: v6.ipv6At,
    startedAt: startOf(a, b),
    startSeen: a.startSeen || b.startSeen,
    lastAt: a.lastAt >= b.lastAt ? a.lastAt : b.lastAt,
    stoppedAt: a.stoppedAt ?? b.stoppedAt,
    cause: a.cause ?? b.cause,
    seconds: greatest(a.seconds, b.seconds),
    octetsIn: greatest(a.octetsIn, b.octetsIn),
    octetsOut: greatest(a.octetsOut, b.octetsOut),
  }
}

function startOf(a: SessionUpdate, b: SessionUpdate): Date {
  if (a.startSeen !== b.startSeen) return a.startSeen ? a.startedAt : b.startedAt
  return a.startedAt <= b.startedAt ? a.startedAt : b.startedAt
}

function greatest<T extends number | bigint>(a: T | null, b: T | null): T | null {
  if (a === null || b === null) return a ?? b
  return a >= b ? a : b
}

/** True when `b` is known and not before `a`. */
function later(a: Date | null, b: Date | null): boolean {
  return b !== null && (a === null || b >= a)
}
