import type { Database } from './connection.ts'
import type { Job } from './jobs.ts'
import { jobPart } from './job-lines.ts'

const EVERY_MS = 5 * 60_000
/** What reaches the log later than this, from a spool or a journal that waited, is in no number. */
const COUNTED_AGAIN = '6 hours'
/** Of a house that was not counted for a while, and of one that begins. */
const CAUGHT_UP = '2 days'
/** As long as a month is compared with the one a year before; a place's own for a week. */
const KEPT = '400 days'
const KEPT_OF_PLACES = '8 days'
/** Longer than a transaction that writes counts. */
const OVER = '10 minutes'

type Sql = Parameters<Parameters<Database['sql']['begin']>[1]>[0]

/** Counts joins, failures, blocked names and who is connected, hour by hour: no page reads the log for them. */
export function hourCountsJob({ sql }: Pick<Database, 'sql'>): Job {
  return {
    name: 'hour-counts',
    everyMs: EVERY_MS,
    run: () =>
      sql.begin(async (sql) => {
        const rows = await countHours(sql)
        await countConnected(sql)
        await sumFilterHours(sql)
        const gone = await sql`
          delete from house.hour_count
          where hour < now() - ${KEPT}::interval
             or (site is not null and hour < now() - ${KEPT_OF_PLACES}::interval)`
        return jobPart('hourCounts', { numbers: rows, gone: gone.count })
      }),
  }
}

async function countHours(sql: Sql): Promise<number> {
  const [begin] = await sql<{ from: Date }[]>`
    select date_trunc('hour', greatest(now() - ${CAUGHT_UP}::interval, least(
      now() - ${COUNTED_AGAIN}::interval,
      coalesce((select max(hour) from house.hour_count where kind <> 'connected'), '-infinity')))) as from`
  const from = begin?.from ?? new Date()
  await sql`delete from house.hour_count where hour >= ${from} and kind <> 'connected'`
  const made = await sql`
    insert into house.hour_count (hour, association, site, kind, name, n)
    select c.hour, s.association, c.site, c.kind, c.name, sum(c.n)
    from (
      select date_trunc('hour', c.started_at) as hour, o.site, 'join' as kind, o.network as name, count(*) as n
      from log.connection_row c join log.origin o on o.id = c.origin
      -- A connection that came late is in the day in which it began, or in one after it.
      where c.day >= (${from}::timestamptz at time zone 'UTC')::date and c.started_at >= ${from}
        and c.started_at < now() + interval '1 hour'
      group by 1, 2, 4
      union all
      select date_trunc('hour', last_at), site, 'failure', reason, sum(count)
      from log.login where last_at >= ${from} and reason is not null group by 1, 2, 4
      union all
      select hour, site, 'blocked', category, sum(queries)
      from house.filter_count
      where hour >= ${from} and category is not null and queries > 0 group by 1, 2, 4
    ) c left join house.site s on s.code = c.site
    ${levels(sql)}`
  return made.count
}

/** An hour is written while it lasts, and by a transaction that began in it: nothing comes later. */
async function sumFilterHours(sql: Sql): Promise<void> {
  await sql`
    insert into house.filter_hour (hour, network, category, queries, passed)
    select hour, network, category, sum(queries), sum(passed) from house.filter_count
    where hour > coalesce((select max(hour) from house.filter_hour), now() - ${KEPT_OF_PLACES}::interval)
      and hour < date_trunc('hour', now() - ${OVER}::interval)
    group by 1, 2, 3`
  await sql`delete from house.filter_hour where hour < now() - ${KEPT_OF_PLACES}::interval`
}

/** The most at once of this hour, as far as it was looked at. */
async function countConnected(sql: Sql): Promise<void> {
  await sql`
    insert into house.hour_count as known (hour, association, site, kind, name, n)
    select c.hour, s.association, c.site, c.kind, c.name, sum(c.n)
    from (
      select date_trunc('hour', now()) as hour, site, 'connected' as kind, network as name, count(*) as n
      from log.session where stopped_at is null group by site, network
    ) c left join house.site s on s.code = c.site
    ${levels(sql)}
    on conflict (association, site, hour, kind, name) do update set n = greatest(known.n, excluded.n)`
}

/** Of the house, of the association and of the place; a place that is gone counts for the house alone. */
function levels(sql: Sql) {
  return sql`
    group by grouping sets
      ((c.hour, c.kind, c.name), (c.hour, c.kind, c.name, s.association),
       (c.hour, c.kind, c.name, s.association, c.site))
    having grouping(s.association) = 1 or s.association is not null`
}
