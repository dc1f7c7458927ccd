import type postgres from 'postgres'

/** Questions of one category. */
export interface CountedCategory {
  readonly category: string
  /** Blocked: in the last hour that is counted, in the last day, in the last week. */
  readonly hour: number
  readonly day: number
  readonly week: number
  /** In the last week let through although a list names it; null: no list is of this category. */
  readonly passed: number | null
}

export interface CountedWeek {
  /** Questions of the last week, blocked or let through, whatever their names. */
  readonly all: number
  readonly categories: readonly CountedCategory[]
}

/** Of which places and networks; null: of all. A place goes before an association. */
export interface CountedScope {
  readonly site: string | null
  readonly association: string | null
  readonly network: 'guest' | 'staff' | null
}

type Sql = postgres.TransactionSql

const MOST_CATEGORIES = 200

/**
 * What blocked how much, and what to block another category would have come to: of the places within reach, those
 * of most questions first. Which names were asked for, or by whom, is kept nowhere.
 */
export async function weekOfCategories(
  sql: Sql,
  { site, association, network }: CountedScope,
): Promise<CountedWeek> {
  const [reach] = await sql<{ everywhere: boolean }[]>`
    select house.in_reach(null, null) as everywhere`
  const isWhole = site === null && association === null && reach?.everywhere === true
  const where =
    site !== null
      ? sql`site = ${site}`
      : association !== null
        ? sql`site in (select code from house.site where association = ${association})`
        : isWhole
          ? sql`hour > coalesce((select max(hour) from house.filter_hour), '-infinity')`
          : // What the policy says too, as the index can be asked for it.
            sql`site = any(array(select code from house.site))`
  const rows = await sql<(CountedCategory & { category: string | null; all: number })[]>`
    with counts as (
      select hour, network, category, queries, passed from house.filter_count where ${where}
      ${isWhole ? sql`union all select hour, network, category, queries, passed from house.filter_hour` : sql``}
    ), counted as (
      select category, sum(queries) as week, sum(passed) as passed,
             sum(queries) filter (where hour > now() - interval '24 hours') as day,
             sum(queries) filter (where hour >= date_trunc('hour', now())) as hour
      from counts
      where hour > now() - interval '7 days'
        and (${network}::text is null or network = ${network})
      group by category
    ), listed as (select distinct category from house.list)
    select coalesce(c.category, l.category) as category,
           coalesce(c.hour, 0)::float8 as hour, coalesce(c.day, 0)::float8 as day,
           coalesce(c.week, 0)::float8 as week,
           case when l.category is not null or c.passed > 0 then coalesce(c.passed, 0)::float8 end as passed,
           coalesce(sum(c.week) over (), 0)::float8 as "all"
    from counted c full join listed l on l.category = c.category
    order by coalesce(c.category, l.category) is not null, coalesce(c.week, 0) + coalesce(c.passed, 0) desc, 1
    limit ${MOST_CATEGORIES + 1}`
  return {
    all: rows[0]?.all ?? 0,
    categories: rows.flatMap(({ all: _, ...row }) => (row.category === null ? [] : [row])),
  }
}
