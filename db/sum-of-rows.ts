import type postgres from 'postgres'
import type { Database } from './connection.ts'

/** A query that nobody has asked yet: awaited it gives its rows, within another it is a part of that. */
export type RowsQuery<Row extends object> = (
  database: Pick<Database, 'sql'>,
) => postgres.PendingQuery<Row[]>

/**
 * Another text when one of these queries would give other rows. The database reads them and nobody takes them: those of all
 * places are 2 MB, of which a process would make 12 MB of objects to find that nothing has changed.
 */
export async function sumOfRows(
  database: Pick<Database, 'sql'>,
  queries: readonly ((database: Pick<Database, 'sql'>) => postgres.Fragment)[],
): Promise<string> {
  const sums = await Promise.all(
    queries.map(
      (query) => database.sql<{ sum: string }[]>`
        select count(*) || ' ' || coalesce(sum(hashtextextended(q::text, 0)), 0) as sum
        from (${query(database)}) as q`,
    ),
  )
  return sums.map(([row]) => row?.sum ?? '').join()
}
