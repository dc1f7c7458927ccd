import type { AccountingRecord, GatewayRestart } from './accounting-record.ts'
import { newConnectionId } from './connection-id.ts'
import { countOctets } from './octets.ts'
import { seenAddress } from './seen-address.ts'
import { SESSION_LIMITS, newSession, seeAddress } from './session-state.ts'
import type { SessionState, StartRank, Stop } from './session-state.ts'

const MINUTE_MS = 60_000

const SLACK = {
  /**
   * How far apart two packets' accounts of one session may be: a clock that is believed may be ten
   * minutes off and be corrected meanwhile, and a packet may be on its way for some minutes more.
   */
  sessionMs: 15 * MINUTE_MS,
  /** Whole seconds, rounded at the beginning and at the end. */
  roundingMs: 2000,
} as const

/** A record, and the key of its session. */
export interface Packet {
  readonly key: string
  readonly record: AccountingRecord
}

type Restart = Pick<GatewayRestart, 'cause'> & { readonly at: number }

/**
 * Merges records into the sessions that are known, in any order: Start, Interim and Stop may come
 * late, twice or never. Gives the sessions that a record touched.
 */
export function foldRecords(
  known: readonly SessionState[],
  packets: readonly Packet[],
  restarts: ReadonlyMap<string, readonly Restart[]>,
): readonly SessionState[] {
  const byKey = new Map<string, SessionState[]>()
  for (const state of known) {
    const generations = byKey.get(state.key)
    if (generations === undefined) byKey.set(state.key, [state])
    else generations.push(state)
  }
  const before = new Set(known)
  for (const { key, record } of packets) {
    const generations = byKey.get(key) ?? []
    byKey.set(key, generations)
    const place = placeOf(generations, record)
    const session = generations[place] ?? beginSession(key, generations, record)
    const merged = mergeRecord(session, record)
    generations[place] = endByRestart(merged, restarts.get(record.gateway) ?? [])
  }
  return [...byKey.values()].flat().filter((state) => !before.has(state))
}

/** Which of the sessions with this key the record speaks of; one more than there are if of none. */
function placeOf(generations: readonly SessionState[], record: AccountingRecord): number {
  const began = beganAt(record) ?? record.at.getTime()
  let best = generations.length
  let distance = Infinity
  for (const [i, session] of generations.entries()) {
    const apart = Math.abs(session.startedAt - began)
    if (apart >= distance || !mayBelong(session, record)) continue
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
  const began = beganAt(record)
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

/** When the session began according to this record alone; null if it does not say. */
function beganAt({ kind, at, sessionSeconds }: AccountingRecord): number | null {
  if (kind === 'start') return at.getTime()
  // Some gateways send 0 where they do not know.
  return sessionSeconds === null || sessionSeconds === 0
    ? null
    : at.getTime() - sessionSeconds * 1000
}

function beginSession(
  key: string,
  generations: readonly SessionState[],
  record: AccountingRecord,
): SessionState {
  const { gateway, site, network, mac } = record
  const generation = Math.max(-1, ...generations.map((session) => session.generation)) + 1
  const first = { key, generation, id: newConnectionId(), gateway, site, network, mac }
  return newSession(first, record.at.getTime())
}

/** The session with what one more record says of it. The order does not matter, nor repetition. */
function mergeRecord(session: SessionState, record: AccountingRecord): SessionState {
  const at = record.at.getTime()
  const { counterBits } = record
  return {
    ...session,
    ...accountOf(session, record.account, at),
    ipv4: seeAddress(session.ipv4, seenAddress(record.ipv4, record.publicSource), at),
    ipv6: seeAddress(session.ipv6, record.ipv6, at),
    ...startOf(session, record),
    lastAt: Math.max(session.lastAt, at),
    stop: stopOf(session, record),
    accounted: true,
    intervalSeconds: intervalOf(session, at),
    seconds: greatest(session.seconds, record.sessionSeconds),
    octetsIn: countOctets(session.octetsIn, record.octetsIn, at, counterBits),
    octetsOut: countOctets(session.octetsOut, record.octetsOut, at, counterBits),
  }
}

/** The account that was named first in time. */
function accountOf(
  { account, accountAt }: SessionState,
  named: string | null,
  at: number,
): Pick<SessionState, 'account' | 'accountAt'> {
  if (named === null || (accountAt !== null && accountAt <= at)) return { account, accountAt }
  return { account: named, accountAt: at }
}

/** What knows better wins, then what is earlier. */
function startOf(
  session: SessionState,
  record: AccountingRecord,
): Pick<SessionState, 'startedAt' | 'startRank' | 'nasStartedAt'> {
  const { startedAt, startRank, nasStartedAt } = session
  const began = beganAt(record)
  const rank: StartRank = record.kind === 'start' ? 2 : began === null ? 0 : 1
  const candidate = began ?? record.at.getTime()
  if (rank < startRank || (rank === startRank && startedAt <= candidate)) {
    const isSame = rank === 2 && startRank === 2 && startedAt === candidate
    return {
      startedAt,
      startRank,
      nasStartedAt: isSame ? (nasStartedAt ?? record.nasAt?.getTime() ?? null) : nasStartedAt,
    }
  }
  const nasAt = rank === 2 ? (record.nasAt?.getTime() ?? null) : null
  return { startedAt: candidate, startRank: rank, nasStartedAt: nasAt }
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
function endByRestart(session: SessionState, restarts: readonly Restart[]): SessionState {
  if (session.stop !== null && session.stop.by !== 'restart') return session
  let first: Restart | null = null
  for (const restart of restarts) {
    // Not one of the same second: what begins right after a restart would end with it.
    if (restart.at <= session.lastAt) continue
    if (first === null || restart.at < first.at) first = restart
  }
  if (first === null || (session.stop !== null && session.stop.at <= first.at)) return session
  return { ...session, stop: { at: first.at, nasAt: null, cause: first.cause, by: 'restart' } }
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
