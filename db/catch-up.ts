import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from './connection.ts'
import type { Fold } from './fold.ts'
import { wantLog } from './log-wanted.ts'

const LIMITS = {
  /** Nothing came into the log for so long: then nobody brings it there. */
  stallMs: 10_000,
  /** A journal that is as full as it may be takes some twenty seconds. */
  waitMs: 120_000,
  pollMs: 50,
  /** Asked again: the process whose work it is may have been starting. */
  askMs: 1_000,
} as const

/**
 * Waits until what was acknowledged before is in the log: the process whose work that is hears of it, and gives
 * way to a burst no longer; where there is none it is done here. Gives the number of events that are still not
 * in it: somebody else is slow, or may and does not.
 */
export async function catchUp(
  database: Pick<Database, 'sql'>,
  fold: Fold,
  waitMs: number = LIMITS.waitMs,
): Promise<number> {
  const { sql } = database
  const [head] = await sql<{ id: string | null }[]>`select max(id)::text as id from log.journal`
  const last = head?.id ?? null
  if (last === null) return 0
  let askedAt = -Infinity
  const end = Date.now() + waitMs
  let least = Infinity
  let movedAt = Date.now()
  for (;;) {
    if (Date.now() - askedAt >= LIMITS.askMs) {
      askedAt = Date.now()
      await wantLog(database, last)
    }
    // Who may not, or cannot now, waits for who can; what is missing in the end is told.
    const folded = await fold.step().catch(() => 'busy' as const)
    const [left] = await sql<{ events: number }[]>`
      select coalesce(sum(events), 0)::float8 as events from log.journal where id <= ${last}::bigint`
    const events = left?.events ?? 0
    const now = Date.now()
    if (events < least) movedAt = now
    least = Math.min(least, events)
    if (events === 0 || now > end || now - movedAt > LIMITS.stallMs) return events
    if (folded === 'busy' || folded === 0) await sleep(LIMITS.pollMs)
  }
}
