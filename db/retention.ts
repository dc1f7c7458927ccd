import type { Clock } from '#core/clock.ts'
import { AppError } from '#core/error.ts'
import type { Database } from './connection.ts'
import { dropOldDays, goneDays } from './drop-days.ts'
import type { GoneDay } from './drop-days.ts'
import { removeOldFilterCounts } from './filter-counts.ts'
import { removeOldLifts } from './filter-lifts.ts'
import { listHolds, releaseEndedHolds } from './holds.ts'
import type { Hold, ReleasedHold } from './holds.ts'
import { RENEWABLE_MS } from './grants.ts'
import type { Job } from './jobs.ts'
import { forgetAccounts } from './log-accounts.ts'
import { countOldLogins, removeOldLogins } from './login-traces.ts'
import { countOldTraces, removeOldTraces } from './old-traces.ts'
import type { OldTraces } from './old-traces.ts'
import { countOldUnblockRequests, removeOldUnblockRequests } from './unblock-requests.ts'
import { goneFrom, makePartitions, utcDay } from './partitions.ts'
import { jobPart } from './job-lines.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
// Live sessions only join late packets to their row of the log.
const SESSION_LIFE = '31 days'
// An acceptance is the proof that goes with a connection: it lives as long, a grant until nobody renews it.
const ACCEPTANCE_LIFE = '366 days'
const PATIENCE_MS = 20_000

/** What one run let go of. */
export interface Purge {
  readonly dropped: readonly GoneDay[]
  /** A day that a reader still holds on to; the next run drops it. */
  readonly waiting: string | null
  readonly released: readonly ReleasedHold[]
  /** Names of accounts that no row has any more. */
  readonly accounts: number
  readonly sessions: number
  readonly acceptances: number
  readonly grants: number
  /** Rows that say how logins were answered. */
  readonly logins: number
  /** What people asked to have unblocked. */
  readonly unblockRequests: number
  readonly traces: OldTraces
  /** Hours of how much was filtered where. */
  readonly filterCounts: number
}

/** Makes the log's next days and lets go of what is a year old. */
export function retentionJob(database: Database, clock: Clock, patienceMs = PATIENCE_MS): Job {
  return {
    name: 'retention',
    everyMs: HOUR_MS,
    async run() {
      const now = clock()
      const made = await makePartitions(database, now)
      const purge = await runPurge(database, now, 'job:retention', patienceMs)
      const { waiting } = purge
      // A long read may hold a day back, but not past the day within which it must be gone.
      if (waiting !== null && goneFrom(waiting) + DAY_MS <= now) {
        throw new AppError(
          'retention',
          `${waiting} should be gone since yesterday: a transaction that reads the log does not end; see pg_stat_activity`,
        )
      }
      return [jobPart('daysMade', { days: made }), purgeLine(purge)].join(', ')
    },
  }
}

/** Drops the days that are a year old and what else has lived its time. */
export async function runPurge(
  database: Database,
  now: number,
  actor: string,
  patienceMs = PATIENCE_MS,
): Promise<Purge> {
  const outcome = await dropOldDays(database, now, { actor, patienceMs })
  const released = await releaseEndedHolds(database, now, actor)
  const accounts = await forgetAccounts(database)
  const sessions = await database.sql`
    delete from log.session
    where last_at < now() - ${SESSION_LIFE}::interval
      -- The index is on the day: one on last_at would cost every packet.
      and day <= (now() - ${SESSION_LIFE}::interval)::date
      -- Known from an acceptance alone: its end is the end of the grant, however far.
      and (stopped_at is not null or grant_until is null or grant_until < now())`
  const acceptances = await database.sql`
    delete from guest.acceptance a
    where a.at < now() - ${ACCEPTANCE_LIFE}::interval
      and not exists (select from guest.access g where g.mac = a.mac and g.until > now())`
  const grants = await database.sql`
    delete from guest.access where until < now() - ${RENEWABLE_MS} * interval '1 ms'`
  const logins = await removeOldLogins(database)
  const unblockRequests = await removeOldUnblockRequests(database)
  const traces = await removeOldTraces(database, actor)
  const filterCounts = await removeOldFilterCounts(database)
  await removeOldLifts(database)
  return {
    ...outcome,
    released,
    accounts,
    logins,
    unblockRequests,
    traces,
    filterCounts,
    sessions: sessions.count,
    acceptances: acceptances.count,
    grants: grants.count,
  }
}

function purgeLine({ dropped, waiting, released, traces, ...ended }: Purge): string {
  return [
    jobPart('daysDropped', { days: dropped.length }),
    ...(waiting === null ? [] : [jobPart('dayWaits', { dayName: waiting })]),
    ...released.map(({ caseRef, copies }) => jobPart('copiesEnded', { copies, caseName: caseRef })),
    jobPart('logEnded', ended),
    jobPart('accountsForgotten', ended),
    jobPart('tracesRemoved', { logins: ended.logins, requests: ended.unblockRequests }),
    tracesLine(traces),
  ].join(', ')
}

export function tracesLine({ auditLines, requests, holds }: OldTraces): string {
  return jobPart('oldTraces', { lines: auditLines, requests, holds })
}

export interface PurgePlan {
  readonly days: readonly GoneDay[]
  /** In force; those whose date is past end with the run. */
  readonly holds: readonly Hold[]
  /** Copies that go with the holds that have ended. */
  readonly copies: number
  readonly sessions: number
  readonly acceptances: number
  readonly grants: number
  readonly logins: number
  readonly unblockRequests: number
  readonly traces: OldTraces
}

/** What `runPurge` would let go of now. */
export async function planPurge(database: Database, now: number): Promise<PurgePlan> {
  const [counts] = await database.sql<
    Omit<PurgePlan, 'days' | 'holds' | 'logins' | 'unblockRequests' | 'traces'>[]
  >`
    select
      (select count(*)::int from log.held k join log.hold h on h.id = k.hold
       where h.ended_at is not null or h.until < ${utcDay(now)}) as copies,
      (select count(*)::int from log.session
       where last_at < now() - ${SESSION_LIFE}::interval) as sessions,
      (select count(*)::int from guest.acceptance a
       where a.at < now() - ${ACCEPTANCE_LIFE}::interval
         and not exists (select from guest.access g where g.mac = a.mac and g.until > now())
      ) as acceptances,
      (select count(*)::int from guest.access
       where until < now() - ${RENEWABLE_MS} * interval '1 ms') as grants`
  return {
    days: await goneDays(database, now),
    holds: await listHolds(database, false),
    logins: await countOldLogins(database),
    unblockRequests: await countOldUnblockRequests(database),
    traces: await countOldTraces(database),
    ...{ copies: 0, sessions: 0, acceptances: 0, grants: 0, ...counts },
  }
}
