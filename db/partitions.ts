import type { Database } from './connection.ts'

const DAYS_AHEAD = 14
// A session whose Start was lost is dated back by its length, an upload from a place that was
// cut off by its age: yesterdays must exist too on a new database.
const DAYS_BEHIND = 7
const YEAR_DAYS = 365
const DAY_MS = 86_400_000

/** `2026-11-23`, in UTC. */
export function utcDay(at: number): string {
  return new Date(at).toISOString().slice(0, 10)
}

/**
 * The days that surely have a partition while the job that makes them runs: a clock that stands wrong
 * or a very long session must not lead outside.
 */
export function partitionWindow(now: number): { first: string; last: string } {
  return { first: utcDay(now - (DAYS_BEHIND - 1) * DAY_MS), last: utcDay(now + DAY_MS) }
}

/** Makes the daily partitions of the connection log around `now` that are not there; returns how many. */
export async function makePartitions(database: Database, now: number): Promise<number> {
  const there = new Set(await partitionDays(database))
  let made = 0
  for (let offset = -DAYS_BEHIND; offset <= DAYS_AHEAD; offset += 1) {
    const day = utcDay(now + offset * DAY_MS)
    if (there.has(day)) continue
    const next = utcDay(now + (offset + 1) * DAY_MS)
    // IF NOT EXISTS: two programs may start at the same midnight.
    await database.sql.unsafe(
      `create table if not exists log."${partitionName(day)}" partition of log.connection for values from ('${day}') to ('${next}')`,
    )
    made += 1
  }
  return made
}

export interface DroppedDay {
  readonly day: string
  readonly rows: number
}

/**
 * Drops each day whose last instant is a year old: 365 days, 366 where a 29 February lies between.
 * Rows are counted first, for the record.
 */
export async function dropOldPartitions(
  database: Database,
  now: number,
): Promise<readonly DroppedDay[]> {
  const dropped: DroppedDay[] = []
  for (const day of await partitionDays(database)) {
    if (goneFrom(day) > now) continue
    const name = partitionName(day)
    const [count] = await database.sql<{ rows: string }[]>`
      select count(*) as rows from log.${database.sql(name)}`
    await database.sql.begin(async (sql) => {
      // Never wait long behind a reader while holding up every writer behind us.
      await sql`set local lock_timeout = '2s'`
      await sql`drop table log.${sql(name)}`
    })
    dropped.push({ day, rows: Number(count?.rows ?? 0) })
  }
  return dropped
}

/** The instant from which a day's rows must be gone: the end of the same day a year later. */
export function goneFrom(day: string): number {
  const start = Date.parse(`${day}T00:00:00Z`)
  const sameDayNextYear = new Date(start)
  sameDayNextYear.setUTCFullYear(sameDayNextYear.getUTCFullYear() + 1)
  const days = Math.max(YEAR_DAYS, Math.round((sameDayNextYear.getTime() - start) / DAY_MS))
  return start + (days + 1) * DAY_MS
}

/** The days that have a partition, oldest first. */
export async function partitionDays(database: Database): Promise<readonly string[]> {
  const rows = await database.sql<{ name: string }[]>`
    select c.relname as name from pg_inherits i
    join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'log.connection'::regclass
    order by 1`
  return rows.flatMap(({ name }) => {
    const match = /^connection_(\d{4})_(\d{2})_(\d{2})$/.exec(name)
    return match === null ? [] : [match.slice(1).join('-')]
  })
}

function partitionName(day: string): string {
  return `connection_${day.replaceAll('-', '_')}`
}
