import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { writeAudit } from './audit.ts'
import type { Database } from './connection.ts'
import type { Tables } from './tables.ts'

/** What is left of looks and deeds, and goes when it is as old as the declaration says. */
export interface OldTraces {
  readonly auditLines: number
  readonly requests: number
  readonly holds: number
}

/**
 * The instant before which they are old: whole UTC days, so that one line of the audit a day tells what
 * went. By the database's clock, which dated them; 365 days where no declaration says otherwise, docs/logs.md
 * says why.
 */
const OLD = sql<Date>`audit.old_before()`

const OLD_REQUEST = sql`greatest(requested_at, approved_at) < ${OLD}`
// Its rows and copies go with its end; until they have, it says whose they are.
const OLD_HOLD = sql`
  h.ended_at < ${OLD}
  and not exists (select from log.hold_row r where r.hold = h.id)
  and not exists (select from log.held k where k.hold = h.id)`

/** How many would go now. */
export async function countOldTraces({ kysely }: Database): Promise<OldTraces> {
  const { rows } = await sql<OldTraces>`
    select (select count(*)::int from audit.entry where at < ${OLD}) as "auditLines",
           (select count(*)::int from log.export_request where ${OLD_REQUEST}) as requests,
           (select count(*)::int from log.hold h where ${OLD_HOLD}) as holds`.execute(kysely)
  return rows[0] ?? { auditLines: 0, requests: 0, holds: 0 }
}

/** Deletes them; a line in the audit counts them and says which numbers are not there any more. */
export async function removeOldTraces(database: Database, actor: string): Promise<OldTraces> {
  return database.kysely.transaction().execute(async (kysely) => {
    const requests = await sql`delete from log.export_request where ${OLD_REQUEST}`.execute(kysely)
    const holds = await sql`delete from log.hold h where ${OLD_HOLD}`.execute(kysely)
    const lines = await removeAuditLines(kysely)
    const removed = {
      auditLines: lines.count,
      requests: Number(requests.numAffectedRows ?? 0),
      holds: Number(holds.numAffectedRows ?? 0),
    }
    if (removed.auditLines + removed.requests + removed.holds > 0) {
      await writeAudit(kysely, {
        actor,
        action: 'audit.end',
        subject: `before ${lines.before.toISOString()}`,
        reason: 'they are as old as they may be',
        details: { ...removed, firstLine: lines.first, lastLine: lines.last },
      })
    }
    return removed
  })
}

interface RemovedLines {
  readonly count: number
  /** Numbers of the first and the last, as text; null when there was none. */
  readonly first: string | null
  readonly last: string | null
  readonly before: Date
}

async function removeAuditLines(kysely: Kysely<Tables>): Promise<RemovedLines> {
  const { rows } = await sql<RemovedLines>`
    select count, first::text, last::text, ${OLD} as before from audit.end_old_lines()`.execute(
    kysely,
  )
  const [removed] = rows
  if (removed === undefined) throw new Error('a count gave no row')
  return removed
}
