import type { Database } from './connection.ts'

/**
 * Deletes the names of accounts that no row of the log has any more; returns how many. In two runs: what
 * the first finds may be in a transaction under way, and no later one gets its number (db/log-names.ts).
 */
export async function forgetAccounts({ sql }: Pick<Database, 'sql'>): Promise<number> {
  return sql.begin(async (sql) => {
    // "offset 0": through the index for each, not by reading a year to compare.
    await sql`
      update log.account a set leaving_at = null
      where leaving_at is not null
        and exists (select from log.connection_row c where c.account = a.id offset 0)`
    // No transaction of a writer lasts that long.
    const gone = await sql`
      delete from log.account a
      where leaving_at < now() - interval '30 minutes'
        and not exists (select from log.connection_row c where c.account = a.id offset 0)`
    await sql`
      update log.account a set leaving_at = now()
      where leaving_at is null
        and (last_day is null or last_day < (
          select min(to_date(right(c.relname, 10), 'YYYY_MM_DD'))
          from pg_inherits i join pg_class c on c.oid = i.inhrelid
          where i.inhparent = 'log.connection_row'::regclass))
        and not exists (select from log.connection_row c where c.account = a.id offset 0)`
    return gone.count
  })
}
