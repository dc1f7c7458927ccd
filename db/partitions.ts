import type postgres from 'postgres'
import type { Database } from './connection.ts'

const DAYS_AHEAD = 14
// A session whose Start was lost is dated back by its length, an upload from a place that was
// cut off by its age: yesterdays must exist too on a new database.
const DAYS_BEHIND = 7
const YEAR_DAYS = 365
const DAY_MS = 86_400_000

let lastDay: readonly [number: number, text: string] = [0, '1970-01-01']

/** `2026-11-23`, in UTC. */
export function utcDay(at: number): string {
  const day = Math.floor(at / DAY_MS)
  // Nearly always the same one, and a row a microsecond.
  if (day !== lastDay[0]) lastDay = [day, new Date(at).toISOString().slice(0, 10)]
  return lastDay[1]
}

/**
 * The days that surely have a partition while the job that makes them runs: a clock that stands wrong
 * or a very long session must not lead outside.
 */
export function partitionWindow(now: number): { first: string; last: string } {
  return { first: utcDay(now - (DAYS_BEHIND - 1) * DAY_MS), last: utcDay(now + DAY_MS) }
}

/** What has a partition for each day, and loses it with the day. */
export const PARENTS = ['connection_row', 'former_address'] as const
/** A row is written open and changed when it ends: with room on its page no index needs to know. */
const FILL_PERCENT = 95
export type Parent = (typeof PARENTS)[number]

/** Makes the log's days around `now` that are not there; returns how many days. */
export async function makePartitions(database: Database, now: number): Promise<number> {
  return database.sql.begin(async (sql) => {
    // Two programs may start at the same midnight.
    await sql`select pg_advisory_xact_lock(hashtextextended('log partitions', 0))`
    const tables = await dayTables({ sql })
    const there = new Set(tables.map(({ parent, day }) => partitionName(parent, day)))
    const days = new Set(tables.flatMap(({ day, state }) => (state === 'attached' ? [day] : [])))
    for (let offset = -DAYS_BEHIND; offset <= DAYS_AHEAD; offset += 1) {
      days.add(utcDay(now + offset * DAY_MS))
    }
    const made = new Set<string>()
    for (const day of days) {
      const next = utcDay(Date.parse(day) + DAY_MS)
      for (const parent of PARENTS) {
        const name = partitionName(parent, day)
        if (there.has(name)) continue
        // CREATE … PARTITION OF would wait for every reader of the log, and all writers behind it;
        // ATTACH waits for neither.
        await sql.unsafe(
          `create table log."${name}" (like log.${parent} including defaults including generated)
           with (fillfactor = ${FILL_PERCENT})`,
        )
        await sql.unsafe(
          `alter table log.${parent} attach partition log."${name}" for values from ('${day}') to ('${next}')`,
        )
        made.add(day)
      }
    }
    return made.size
  })
}

/** The instant from which a day's rows must be gone: the end of the same day a year later. */
export function goneFrom(day: string): number {
  const start = Date.parse(`${day}T00:00:00Z`)
  const sameDayNextYear = new Date(start)
  sameDayNextYear.setUTCFullYear(sameDayNextYear.getUTCFullYear() + 1)
  const days = Math.max(YEAR_DAYS, Math.round((sameDayNextYear.getTime() - start) / DAY_MS))
  return start + (days + 1) * DAY_MS
}

/** The days that have a partition of log.connection_row, oldest first. */
export async function partitionDays(database: Pick<Database, 'sql'>): Promise<readonly string[]> {
  const tables = await dayTables(database)
  return tables.flatMap(({ parent, day, state }) =>
    parent === 'connection_row' && state === 'attached' ? [day] : [],
  )
}

/** One day's table of one parent. */
export interface DayTable {
  readonly parent: Parent
  readonly day: string
  /** `leaving` and `detached` are what a drop that was interrupted leaves behind. */
  readonly state: 'attached' | 'leaving' | 'detached'
}

/** All days' tables, oldest first, also those that no query sees any more. */
export async function dayTables(database: {
  readonly sql: postgres.ISql
}): Promise<readonly DayTable[]> {
  const rows = await database.sql<{ name: string; state: DayTable['state'] }[]>`
    select c.relname as name,
           case when i.inhrelid is null then 'detached'
                when i.inhdetachpending then 'leaving' else 'attached' end as state
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    left join pg_inherits i on i.inhrelid = c.oid
    where n.nspname = 'log' and c.relkind = 'r'
    order by right(c.relname, 10), c.relname`
  return rows.flatMap(({ name, state }) => {
    const match = /^(\w+?)_(\d{4})_(\d{2})_(\d{2})$/.exec(name)
    const parent = PARENTS.find((known) => known === match?.[1])
    if (match === null || parent === undefined) return []
    return [{ parent, day: match.slice(2).join('-'), state }]
  })
}

export function partitionName(parent: Parent, day: string): string {
  return `${parent}_${day.replaceAll('-', '_')}`
}
