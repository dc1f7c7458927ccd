import { createHash } from 'node:crypto'
import type postgres from 'postgres'
import type { Clock } from '#core/clock.ts'
import type { Database } from './connection.ts'
import type { Job } from './jobs.ts'
import { jobPart } from './job-lines.ts'

/** What the log would not take, kept as it was until a person has looked at it. */
export interface Quarantined {
  readonly gateway: string
  /** The event as text. */
  readonly content: string
  /** What the database said. */
  readonly reason: string
}

const KEPT_DAYS = 365
const HOUR_MS = 3_600_000

/** The same event again, from a replay, stays one row. */
export async function quarantine(sql: postgres.ISql, what: Quarantined): Promise<void> {
  const id = createHash('sha256').update(what.content).digest('hex').slice(0, 32)
  await sql`
    insert into log.quarantine (id, gateway, content, reason)
    values (${id}::uuid, ${what.gateway}, ${what.content}, ${what.reason.replaceAll('\0', '')})
    on conflict (id) do nothing`
}

/** It is personal data like the log, and goes like the log. */
export function quarantineJob(database: Database, clock: Clock): Job {
  return {
    name: 'quarantine',
    everyMs: HOUR_MS,
    async run() {
      const before = new Date(clock() - KEPT_DAYS * 24 * HOUR_MS)
      const gone = await database.sql`delete from log.quarantine where at < ${before}`
      const [left] = await database.sql<{ rows: number }[]>`
        select count(*)::int as rows from log.quarantine`
      return jobPart('quarantine', { rows: gone.count, left: left?.rows ?? 0 })
    },
  }
}
