import type postgres from 'postgres'
import { writeNames } from './log-names.ts'

interface EndedRow {
  readonly day: string
  readonly id: string
  readonly at: Date
}

/** Writes in the log how connections ended of which no packet said it. A statement a day: one partition each. */
export async function closeRows(
  sql: postgres.TransactionSql,
  ended: readonly EndedRow[],
  cause: string,
): Promise<void> {
  if (ended.length > 0) await writeNames(sql, [{ cause }])
  for (const [day, rows] of Map.groupBy(ended, (row) => row.day)) {
    await sql`
      update log.connection_row c set
        cause = (select id from log.cause where name = ${cause}),
        nas_stopped_ms = null,
        stopped_ms = case when fits then ms end,
        nas_started_ms = case when fits then c.nas_started_ms end,
        ipv4_ms = case when fits then c.ipv4_ms end,
        ipv6_ms = case when fits then c.ipv6_ms end,
        far = case when not fits then
          array[e.at, (log.times_of(c))[2], null, (log.times_of(c))[4], (log.times_of(c))[5]] end
      from unnest(${rows.map(({ id }) => id)}::uuid[], ${rows.map(({ at }) => at.toISOString())}::timestamptz[])
        as e(id, at)
      -- Whoever writes this row has locked its session first, as the caller has.
      join log.connection_row was on was.day = ${day}::date and was.id_tail = log.id_tail(e.id)
      cross join lateral (select log.ms_between(was.started_at, e.at) as ms) m
      cross join lateral (select was.far is null and abs(ms) <= 2147483647 as fits) f
      where c.day = ${day}::date and c.id_tail = log.id_tail(e.id)`
  }
}
