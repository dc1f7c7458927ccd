import type { Clock } from '#core/clock.ts'
import type { Database } from './connection.ts'
import type { Job } from './jobs.ts'
import { ARRIVAL_MS } from './internal-arrivals.ts'
import { SESSION_LIMITS } from './staff-sessions.ts'
import { jobPart } from './job-lines.ts'

const HOUR_MS = 3_600_000
/** How long it is known why somebody is off, who never comes back. */
const OFF_LIFE_MS = 365 * 24 * HOUR_MS

/** Forgets sessions that are over, devices that were let in by one, and people who have been off for a year. */
export function staffJob({ sql }: Pick<Database, 'sql'>, clock: Clock): Job {
  return {
    name: 'staff',
    everyMs: HOUR_MS,
    async run() {
      const now = clock()
      const over = await sql`
        delete from staff.session
        where ends_at <= ${new Date(now)} or seen_at <= ${new Date(now - SESSION_LIMITS.idleMs)}`
      const gone = await sql`
        delete from staff.person
        where state = 'disabled' and state_since <= ${new Date(now - OFF_LIFE_MS)}`
      const grants = await sql`
        delete from staff.internal_grant where until <= ${new Date(now)}`
      const arrivals = await sql`
        delete from staff.internal_arrival where seen_at <= ${new Date(now - ARRIVAL_MS)}`
      return jobPart('staff', {
        ...{ sessions: over.count, people: gone.count },
        ...{ devices: grants.count, arrivals: arrivals.count },
      })
    },
  }
}
