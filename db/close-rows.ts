import type postgres from 'postgres'

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
  for (const [day, rows] of Map.groupBy(ended, (row) => row.day)) {
    await sql`
      update log.connection c
      set stopped_at = e.at, nas_stopped_at = null, stop_cause = ${cause}
      from unnest(${rows.map(({ id }) => id)}::uuid[], ${rows.map(({ at }) => at.toISOString())}::timestamptz[])
        as e(id, at)
      where c.day = ${day}::date and c.id = e.id`
  }
}
