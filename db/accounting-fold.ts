import type { AccountingRecord } from './accounting-record.ts'
import { newConnectionId } from './connection-id.ts'
import type { KeySessions } from './key-sessions.ts'
import { countOctets } from './octets.ts'
import { seenAddress } from './seen-address.ts'
import { SLACK, beganAt } from './session-beginning.ts'
import { byItsClock, setRight } from './session-clock.ts'
import { SESSION_LIMITS, newSession, seeAddress } from './session-state.ts'
import type { SessionDraft, SessionState, StartRank, Stop } from './session-state.ts'

export interface Restart {
  readonly at: number
  readonly cause: string
}

/**
 * Merges a record into the sessions of its key, whatever came before: Start, Interim and Stop may come
 * late, twice or never. `restarts` are those of its gateway.
 */
export function foldRecord(
  { key, before, now }: KeySessions,
  record: AccountingRecord,
  restarts: readonly Restart[],
): void {
  const place = placeOf(now, record)
  const known = now[place]
  const session =
    known === undefined
      ? beginSession(key, now, record)
      : draftOf(setRight(known, record), before[place])
  now[place] = session
  mergeRecord(session, byItsClock(session, record))
  if (restarts.length > 0) endByRestart(session, restarts)
}

/** The same object if it is of this batch already. */
function draftOf(session: SessionState, before: SessionState | undefined): SessionDraft {
  return session === before ? { ...session } : session
}

/** Which of the sessions with this key the record speaks of; one more than there are if of none. */
function placeOf(generations: readonly SessionState[], record: AccountingRecord): number {
  let best = generations.length
  let distance = Infinity
  for (const [i, known] of generations.entries()) {
    const session = setRight(known, record)
    const timed = byItsClock(session, record)
    const at = timed.at.getTime()
    const apart = Math.abs(session.startedAt - (beganAt(timed, at) ?? at))
    if (apart >= distance || !mayBelong(session, timed)) continue
    best = i
    distance = apart
  }
  return best
}

/**
 * A gateway that restarts may give the same Acct-Session-Id again to the same device. A session that
 * began after another had ended, or long after its last packet, or ended long before it, is another.
 */
export function mayBelong(session: SessionState, record: AccountingRecord): boolean {
  const at = record.at.getTime()
  const began = beganAt(record, at)
  if (session.startRank > 0 && at < session.startedAt - SLACK.sessionMs) return false
  // It says nothing of its beginning: then nothing speaks for another session.
  if (began === null) return true
  const { stop } = session
  // Of an end that was inferred only the last packet is certain.
  if (stop?.by !== 'packet' && began > session.lastAt + SLACK.sessionMs) return false
  if (stop === null) return true
  // A Start that was sent again is as old as the first; one that is later than the end is not.
  const isFirst = Math.abs(began - session.startedAt) <= SLACK.roundingMs
  if (record.kind === 'start') return began < stop.at || isFirst
  return began <= stop.at + SLACK.roundingMs
}

function beginSession(
  key: string,
  generations: readonly SessionState[],
  record: AccountingRecord,
): SessionDraft {
  const { gateway, site, network, mac } = record
  let generation = 0
  for (const other of generations) generation = Math.max(generation, other.generation + 1)
  const first = { key, generation, id: newConnectionId(), gateway, site, network, mac }
  return newSession(first, record.at.getTime())
}

/** Adds what one more record says of the session. The order does not matter, nor repetition. */
function mergeRecord(session: SessionDraft, record: AccountingRecord): void {
  const at = record.at.getTime()
  const { counterBits } = record
  nameAccount(session, record.account, at)
  session.ipv4 = seeAddress(session.ipv4, seenAddress(record.ipv4, record.publicSource), at)
  session.ipv6 = seeAddress(session.ipv6, record.ipv6, at)
  beginAt(session, record)
  session.stop = stopOf(session, record)
  session.intervalSeconds = intervalOf(session, at)
  session.lastAt = Math.max(session.lastAt, at)
  session.accounted = true
  session.seconds = greatest(session.seconds, record.sessionSeconds)
  session.octetsIn = countOctets(session.octetsIn, record.octetsIn, at, counterBits)
  session.octetsOut = countOctets(session.octetsOut, record.octetsOut, at, counterBits)
}

/** The account that was named first in time. */
function nameAccount(session: SessionDraft, named: string | null, at: number): void {
  if (named === null || (session.accountAt !== null && session.accountAt <= at)) return
  session.account = named
  session.accountAt = at
}

/** What knows better wins, then what is earlier. */
function beginAt(session: SessionDraft, record: AccountingRecord): void {
  const { startedAt, startRank } = session
  const at = record.at.getTime()
  const began = beganAt(record, at)
  const rank: StartRank = record.kind === 'start' ? 2 : began === null ? 0 : 1
  const candidate = began ?? at
  const nasAt = rank === 2 ? (record.nasAt?.getTime() ?? null) : null
  if (rank < startRank || (rank === startRank && startedAt <= candidate)) {
    // The same Start again may have a clock that the first had not.
    if (rank === 2 && startedAt === candidate) session.nasStartedAt ??= nasAt
    return
  }
  session.startedAt = candidate
  session.startRank = rank
  session.nasStartedAt = nasAt
}

/** Of several Stops the earliest is the one that was not late; what was only inferred gives way. */
function stopOf({ stop }: SessionState, record: AccountingRecord): Stop | null {
  const at = record.at.getTime()
  if (record.kind === 'stop') {
    if (stop?.by === 'packet' && stop.at <= at) return stop
    return { at, nasAt: record.nasAt?.getTime() ?? null, cause: record.cause, by: 'packet' }
  }
  if (stop === null || stop.by === 'packet') return stop
  return at > stop.at ? null : stop
}

/** A session that nothing was heard of after its gateway's restart ended with it. */
function endByRestart(session: SessionDraft, restarts: readonly Restart[]): void {
  if (session.stop !== null && session.stop.by !== 'restart') return
  let first: Restart | null = null
  for (const restart of restarts) {
    // Not one of the same second: what begins right after a restart would end with it.
    if (restart.at <= session.lastAt) continue
    if (first === null || restart.at < first.at) first = restart
  }
  if (first === null || (session.stop !== null && session.stop.at <= first.at)) return
  session.stop = { at: first.at, nasAt: null, cause: first.cause, by: 'restart' }
}

function intervalOf({ intervalSeconds, accounted, lastAt }: SessionState, at: number): number {
  if (!accounted || at <= lastAt) return intervalSeconds
  const gap = Math.ceil((at - lastAt) / 1000)
  return Math.max(intervalSeconds, Math.min(gap, SESSION_LIMITS.longestIntervalSeconds))
}

function greatest(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b
  return Math.max(a, b)
}
