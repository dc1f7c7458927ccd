import type { Database } from '../connection.ts'
import { partitionName } from '../partitions.ts'

/** Of a name that was not there on a day, one time in 16 at most it looks as if it had been. */
const BITS_A_NAME = 16

/**
 * What a closed day is given once its rows stand still: what a search must know to pass it over, and
 * full indexes. Again after late changes, for the first. Returns how many days were measured.
 */
export async function tendClosedDays(database: Database): Promise<number> {
  // As long as a session of such a day is open, it is read for every later instant anyway.
  const unmeasured = await database.sql<{ day: string }[]>`
    select z.day::text as day from log.closed_day z
    where z.latest_stop is null or (
      exists (select from log.late_change l where l.day = z.day)
      and not (z.latest_stop = 'infinity' and exists (
        select from log.session s where s.day = z.day and s.stopped_at is null)))
    order by z.day`
  for (const { day } of unmeasured) await measureDay(database, day)
  await packClosedDays(database)
  return unmeasured.length
}

async function measureDay({ sql }: Database, day: string): Promise<void> {
  // One statement, one snapshot: what is noted after it stays noted, and the day is read until it is
  // measured again.
  await sql`
    with noted as (
      delete from log.late_change where day = ${day}::date
    ), names as materialized (
      select distinct hashmacaddr(mac) as hash from log.connection_row
      where day = ${day}::date and mac is not null
      union
      select distinct hashint4(account) from log.connection_row
      where day = ${day}::date and account is not null
    ), size as (
      select greatest(128, 2 ^ ceil(log(2.0, ${BITS_A_NAME}::int * count(*) / 8 + 1)))::int as bytes
      from names
    ), bits as (
      select (hash & (bytes * 8 - 1)) >> 3 as at, bit_or(1 << (hash & 7)) as byte
      from names, size group by 1
    )
    update log.closed_day set
      first_start = coalesce(z.first_start, 'infinity'),
      last_start = coalesce(z.last_start, '-infinity'),
      latest_stop = coalesce(z.latest_stop, '-infinity'),
      seen = (
        select string_agg(set_byte('\\x00', 0, coalesce(byte, 0)), '' order by i)
        from size cross join lateral generate_series(0, bytes - 1) i left join bits on at = i)
    from (
      select min(started_at) as first_start, max(started_at) as last_start,
             max(coalesce(case when far is null then started_at + stopped_ms * interval '1 ms'
                               else far[1] end, 'infinity')) as latest_stop
      from log.connection_row where day = ${day}::date
    ) z
    where day = ${day}::date`
  // For db/log-accounts.ts.
  await sql`
    update log.account a set last_day = ${day}::date
    from (select distinct account from log.connection_row
          where day = ${day}::date and account is not null) named
    where a.id = named.account and (a.last_day is null or a.last_day < ${day}::date)`
}

/** Two at the same index would wait for each other: one packs, and another leaves it to that. */
async function packClosedDays(database: Database): Promise<void> {
  const connection = await database.sql.reserve()
  try {
    const [lock] = await connection<{ mine: boolean }[]>`
      select pg_try_advisory_lock(hashtextextended('pack closed days', 0)) as mine`
    if (lock?.mine !== true) return
    try {
      const loose = await connection<{ day: string }[]>`
        select day::text as day from log.closed_day where packed_at is null order by day`
      for (const { day } of loose) await packDay(connection, day)
    } finally {
      await connection`select pg_advisory_unlock(hashtextextended('pack closed days', 0))`
    }
  } finally {
    connection.release()
  }
}

/** Rows that came one by one leave their indexes half empty. Neither readers nor writers wait. */
async function packDay(sql: Database['sql'], day: string): Promise<void> {
  const table = partitionName('connection_row', day)
  const indexes = await sql<{ name: string; leftover: boolean }[]>`
    select c.relname as name, not i.indisvalid as leftover
    from pg_index i join pg_class c on c.oid = i.indexrelid
    where i.indrelid = to_regclass(${`log.${table}`})`
  for (const { name, leftover } of indexes) {
    // Of a run that was interrupted.
    if (leftover) await sql`drop index concurrently log.${sql(name)}`
    else await sql`reindex index concurrently log.${sql(name)}`
  }
  await sql`update log.closed_day set packed_at = now() where day = ${day}::date`
}
