import type postgres from 'postgres'
import type { Reach } from '#core/rights.ts'

export type CountKind = 'join' | 'failure' | 'blocked' | 'connected'

/** A number of one hour or one day. */
export interface HourCount {
  /** When it begins. */
  readonly at: Date
  readonly kind: CountKind
  /** See house.hour_count. */
  readonly name: string
  readonly n: number
}

export const SPANS = { hours: 24, days: 30 } as const
/** The last 24 hours hour by hour, or the last 30 days day by day. */
export type Span = keyof typeof SPANS

/**
 * As far as `reach` goes, by what was counted for that: of the house, else of its associations and single places.
 * Of who is connected it is the most at once, in a day that of its busiest hour.
 */
export async function listHourCounts(
  sql: postgres.TransactionSql,
  { everywhere, associations, sites }: Reach,
  span: Span,
  zone: string,
): Promise<readonly HourCount[]> {
  const unit = span === 'hours' ? 'hour' : 'day'
  const steps = SPANS[span]
  const level = everywhere
    ? sql`association is null and site is null`
    : sql`(association = any(${associations}::text[]) and site is null
           or site = any(${sites}::text[]) and association <> all(${associations}::text[]))`
  return sql<HourCount[]>`
    with own as (
      select hour, kind, name, sum(n) as n from house.hour_count
      where ${level} and hour > now() - make_interval(days => ${span === 'hours' ? 2 : steps + 1})
      group by hour, kind, name
    )
    select date_trunc(${unit}, hour, ${zone}) as at, kind, name,
           case when kind = 'connected' then max(n) else sum(n) end::float8 as n
    from own
    where date_trunc(${unit}, hour, ${zone}) >
      date_trunc(${unit}, now(), ${zone}) - make_interval(${span === 'hours' ? sql`hours` : sql`days`} => ${steps})
    group by 1, 2, 3 order by 1`
}
