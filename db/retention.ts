import type { Clock } from '#core/clock.ts'
import { writeAudit } from './audit.ts'
import type { Database } from './connection.ts'
import type { Job } from './jobs.ts'
import { dropOldPartitions, makePartitions } from './partitions.ts'

const HOUR_MS = 3_600_000
// Live sessions only join late packets to their row of the log.
const SESSION_LIFE = '31 days'

/** Makes the log's next days and lets go of what is a year old. */
export function retentionJob(database: Database, clock: Clock): Job {
  return { name: 'retention', everyMs: HOUR_MS, run: () => runRetention(database, clock()) }
}

async function runRetention(database: Database, now: number): Promise<string> {
  const made = await makePartitions(database, now)
  const dropped = await dropOldPartitions(database, now)
  for (const { day, rows } of dropped) {
    await writeAudit(database.kysely, {
      actor: 'job:retention',
      action: 'logs.drop-day',
      subject: day,
      reason: 'a year has passed',
      details: { rows },
    })
  }
  const sessions = await database.sql`
    delete from log.session where last_at < now() - ${SESSION_LIFE}::interval`
  // An acceptance is the proof that goes with a connection: it lives as long, a grant as it says.
  const acceptances = await database.sql`
    delete from guest.acceptance a
    where a.at < now() - interval '366 days'
      and not exists (select from guest.access g where g.mac = a.mac and g.until > now())`
  const grants = await database.sql`delete from guest.access where until < now()`
  return [
    `${made} days made`,
    `${dropped.length} days dropped`,
    `${sessions.count} sessions, ${acceptances.count} acceptances, ${grants.count} grants ended`,
  ].join(', ')
}
