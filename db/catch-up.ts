import { setTimeout as sleep } from 'node:timers/promises'
import type { Database } from './connection.ts'
import type { Fold } from './fold.ts'

const LIMITS = {
  waitMs: 10_000,
  pollMs: 50,
} as const

/**
 * Waits until what was acknowledged before is in the log, and brings it there where no other process
 * does. Gives the number of events that are still not in it: somebody else is slow, or may and does not.
 */
export async function catchUp(
  { sql }: Pick<Database, 'sql'>,
  fold: Fold,
  waitMs: number = LIMITS.waitMs,
): Promise<number> {
  const [head] = await sql<{ id: string | null }[]>`select max(id)::text as id from log.journal`
  const last = head?.id ?? null
  if (last === null) return 0
  const end = Date.now() + waitMs
  for (;;) {
    // Who may not, or cannot now, waits for who can; what is missing in the end is told.
    const folded = await fold.step().catch(() => 'busy' as const)
    const [left] = await sql<{ events: number }[]>`
      select coalesce(sum(events), 0)::float8 as events from log.journal where id <= ${last}::bigint`
    const events = left?.events ?? 0
    if (events === 0 || Date.now() > end) return events
    if (folded === 'busy' || folded === 0) await sleep(LIMITS.pollMs)
  }
}
