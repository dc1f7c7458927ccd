import type { Clock } from '#core/clock.ts'
import { closeRows } from './close-rows.ts'
import type { Database } from './connection.ts'
import type { Job } from './jobs.ts'
import { jobPart } from './job-lines.ts'

const MINUTE_MS = 60_000
const DAY_MS = 1440 * MINUTE_MS
const SILENT_INTERVALS = 3
/** Sessions in one transaction: no writer waits long. */
const BATCH = 1000
/** What was sent before a restart and is still on its way after that is not awaited. */
const RESTART_LIFE_MS = 31 * DAY_MS

/**
 * Ends what nobody ended: a session that was silent for three intervals, at its last packet, and a
 * connection known from an acceptance alone when its grant ends. A late packet opens the first again.
 */
export function staleSessionsJob(database: Database, clock: Clock): Job {
  return {
    name: 'stale-sessions',
    everyMs: MINUTE_MS,
    run: async () => {
      const now = new Date(clock())
      const silent = await closeBatches((limit) => closeSilent(database, now, limit))
      const granted = await closeBatches((limit) => closeGranted(database, now, limit))
      await database.sql`
        delete from log.gateway_restart where at < ${new Date(now.getTime() - RESTART_LIFE_MS)}`
      return jobPart('staleSessions', { sessions: silent, grants: granted })
    },
  }
}

async function closeBatches(close: (limit: number) => Promise<number>): Promise<number> {
  let total = 0
  for (;;) {
    const closed = await close(BATCH)
    total += closed
    if (closed < BATCH) return total
  }
}

/**
 * RFC 2866 §5.10 has no name for "nobody said": Lost-Carrier and Lost-Service are what a gateway has
 * seen. So this cause is ours alone, and says that the time is that of the last packet.
 */
const SILENCE = 'Stale'

function closeSilent({ sql }: Database, now: Date, limit: number): Promise<number> {
  return sql.begin(async (sql) => {
    const ended = await sql<{ day: string; id: string; at: Date }[]>`
      update log.session set
        stopped_at = last_at, stop_cause = ${SILENCE}, stop_by = 'silence', version = version + 1
      where (key, generation) in (
        select key, generation from log.session
        where stopped_at is null and accounted
          and last_at < ${now}::timestamptz
                        - ${SILENT_INTERVALS} * interval_seconds * interval '1 second'
        order by key limit ${limit} for update skip locked)
      returning day::text, id, greatest(last_at, started_at) as at`
    await closeRows(sql, ended, SILENCE)
    return ended.length
  })
}

function closeGranted({ sql }: Database, now: Date, limit: number): Promise<number> {
  return sql.begin(async (sql) => {
    const cause = 'Session-Timeout'
    const ended = await sql<{ day: string; id: string; at: Date }[]>`
      update log.session set
        stopped_at = grant_until, stop_cause = ${cause}, stop_by = 'grant', version = version + 1
      where (key, generation) in (
        select key, generation from log.session
        where stopped_at is null and not accounted and grant_until <= ${now}
        order by key limit ${limit} for update skip locked)
      returning day::text, id, greatest(stopped_at, started_at) as at`
    await closeRows(sql, ended, cause)
    return ended.length
  })
}
