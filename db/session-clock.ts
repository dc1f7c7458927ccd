import type { AccountingRecord } from './accounting-record.ts'
import { SLACK, beganAt } from './session-beginning.ts'
import type { SessionDraft, SessionState } from './session-state.ts'
import type { Run } from './runs.ts'

/**
 * Where our own clock jumped, a session has two times of ours and one of its gateway's. Its beginning is
 * what tells: the gateway says in each packet when that was, by its clock. Where that is what we held of
 * it, at one of its packets at least, the gateway's clock and ours agreed then, and ours is the one that
 * was wrong at another. What a gateway without a clock sends after a jump of ours cannot be told from a
 * second session with the same Acct-Session-Id, and stays in a row of its own.
 */

/** A record that came while our clock was wrong, of a session that began while it was right. */
export function byItsClock(session: SessionState, record: AccountingRecord): AccountingRecord {
  const { at, nasAt } = record
  if (nasAt === null || session.startRank === 0 || isBelieved(record)) return record
  const isIt = isOf(session, record, nasAt.getTime(), session.startedAt)
  return isIt && at.getTime() !== nasAt.getTime() ? { ...record, at: nasAt } : record
}

/**
 * A session that began while our clock was wrong, once a record comes that was stamped by a right one: all
 * of it moves to where it truly was.
 */
export function setRight(session: SessionState, record: AccountingRecord): SessionState {
  const { nasStartedAt, startedAt } = session
  if (nasStartedAt === null || nasStartedAt === startedAt || !isBelieved(record)) return session
  if (!isOf(session, record, record.at.getTime(), nasStartedAt)) return session
  return moved(session, nasStartedAt - startedAt)
}

/** The gateway's clock was near ours when it came. */
function isBelieved({ at, nasAt }: AccountingRecord): boolean {
  return nasAt?.getTime() === at.getTime()
}

/** Whether a record of `at` speaks of this session, if that began at `start` by the same clock. */
function isOf(
  { startedAt }: SessionState,
  record: AccountingRecord,
  at: number,
  start: number,
): boolean {
  const began = beganAt(record, at)
  if (began !== null) return Math.abs(began - start) <= SLACK.roundingMs
  // It does not say when it began: then only where our own time makes it impossible.
  const isBefore = record.at.getTime() < startedAt - SLACK.sessionMs
  return isBefore && at >= start - SLACK.roundingMs && at <= start + SLACK.sessionMs
}

function moved(session: SessionState, by: number): SessionDraft {
  const { stop, octetsIn, octetsOut } = session
  return {
    ...session,
    accountAt: session.accountAt === null ? null : session.accountAt + by,
    ipv4: movedRuns(session.ipv4, by),
    ipv6: movedRuns(session.ipv6, by),
    startedAt: session.startedAt + by,
    lastAt: session.lastAt + by,
    stop: stop === null ? null : { ...stop, at: stop.at + by },
    octetsIn: { ...octetsIn, runs: movedRuns(octetsIn.runs, by) },
    octetsOut: { ...octetsOut, runs: movedRuns(octetsOut.runs, by) },
  }
}

function movedRuns<T>(runs: readonly Run<T>[], by: number): readonly Run<T>[] {
  return runs.map(([[first, a], [last, b]]) => [
    [first + by, a],
    [last + by, b],
  ])
}
