import type postgres from 'postgres'
import type { Filter, FilterLift } from '../filters.ts'
import type { AdminRule } from './rules.ts'

/** What one level blocks and lets through, as administrators see it. */
export type ShownFilter = Pick<
  Filter,
  'association' | 'site' | 'device' | 'network' | 'hours' | 'block' | 'allow' | 'trust' | 'imposed'
>

/** Part of the filtering that is put off for a time. */
export interface ShownLift extends Omit<FilterLift, 'from' | 'to'> {
  readonly endsAt: Date
  readonly madeBy: string
  readonly reason: string
}

export interface BlockedCategory {
  readonly category: string
  readonly hour: number
  readonly day: number
}

type Sql = postgres.TransactionSql

const MOST_FILTERS = 100

/** Of the house first, then of associations, places, devices. */
export async function listFilters(sql: Sql): Promise<readonly ShownFilter[]> {
  return sql<ShownFilter[]>`
    select association, site, device, network, hours, block, allow, trust, imposed
    from house.filter
    where cardinality(block) + cardinality(allow) + cardinality(trust) + cardinality(imposed) > 0
    order by association is not null or site is not null, association nulls last, site, network nulls first,
             device nulls first, position limit ${MOST_FILTERS}`
}

/** The same of what holds at one place: of the house, its association, the place and its devices. */
export async function filtersAt(
  sql: Sql,
  { code, association }: { readonly code: string; readonly association: string },
): Promise<readonly ShownFilter[]> {
  return sql<ShownFilter[]>`
    select association, site, device, network, hours, block, allow, trust, imposed
    from house.filter
    where (site = ${code} or association = ${association} or association is null and site is null)
      and cardinality(block) + cardinality(allow) + cardinality(trust) + cardinality(imposed) > 0
    order by site is null, association is null, network nulls first, device nulls first, position
    limit ${MOST_FILTERS}`
}

export async function listLifts(sql: Sql): Promise<readonly ShownLift[]> {
  return sql<ShownLift[]>`
    select association, site, network, subject, ends_at as "endsAt", made_by as "madeBy", reason
    from house.filter_lift where ends_at > now() order by ends_at limit ${MOST_FILTERS}`
}

/** Questions for names that were blocked, by category: in the last hour that is counted, and in the last day. */
export async function blockedByCategory(sql: Sql): Promise<readonly BlockedCategory[]> {
  return sql<BlockedCategory[]>`
    select category, sum(queries)::float8 as day,
           coalesce(sum(queries) filter (where hour >= date_trunc('hour', now())), 0)::float8 as hour
    from house.filter_count
    where category is not null and hour > now() - interval '24 hours'
    group by category order by day desc, category limit 30`
}

/** Rules in force that say something of a name at a place, the nearest first; of everywhere where it is null. */
export async function rulesOfName(
  sql: Sql,
  name: string,
  place: { readonly code: string; readonly association: string } | null,
  network: 'guest' | 'staff',
): Promise<readonly AdminRule[]> {
  const labels = name.split('.')
  const suffixes = labels.map((_, i) => labels.slice(i).join('.'))
  return sql<AdminRule[]>`
    select r.id::text, r.action, r.domain, r.network, r.site, r.association, r.until, r.note, r.declared,
           '' as etag
    from house.rule r
    where r.domain = any(${suffixes}::text[]) and (r.until is null or r.until > now())
      and (r.network is null or r.network = ${network})
      and (r.site is null or r.site = ${place?.code ?? null})
      and (r.association is null or r.association = ${place?.association ?? null})
    order by r.site is null, r.association is null, length(r.domain) desc, r.network is null, r.id limit 20`
}
