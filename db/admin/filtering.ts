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

/** A level as programs read it: all that it says but the names and servers of the house itself. */
export interface FilterLevel
  extends ShownFilter, Pick<Filter, 'answer' | 'safeSearch' | 'bypass' | 'asked'> {
  readonly id: string
}

/** A place, and whose it is. */
interface FilteredPlace {
  readonly code: string
  readonly association: string
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

/** In the order in which they were declared; of what holds at one place, or all within reach. */
export async function listFilterLevels(
  sql: Sql,
  at: FilteredPlace | null,
  { after, rows }: { readonly after: string | null; readonly rows: number },
): Promise<readonly FilterLevel[]> {
  return sql<FilterLevel[]>`
    select id::text, association, site, device, network, hours, block, allow, trust, imposed, answer,
           safe_search as "safeSearch", bypass, asked
    from house.filter
    where (${after}::bigint is null or id > ${after}::bigint) and ${holdsAt(sql, at)}
    order by id limit ${rows}`
}

function holdsAt(sql: Sql, at: FilteredPlace | null): postgres.PendingQuery<postgres.Row[]> {
  return at === null
    ? sql`true`
    : sql`(site = ${at.code} or association = ${at.association}
        or association is null and site is null)`
}

/** The same of what holds at one place: of the house, its association, the place and its devices. */
export async function filtersAt(
  sql: Sql,
  { code, association }: FilteredPlace,
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

/** Those that are not over, in the order in which they were opened. */
export async function listLiftsInForce(
  sql: Sql,
  at: FilteredPlace | null,
  { after, rows }: { readonly after: string | null; readonly rows: number },
): Promise<readonly (ShownLift & { readonly id: string })[]> {
  return sql<(ShownLift & { readonly id: string })[]>`
    select id::text, association, site, network, subject, ends_at as "endsAt", made_by as "madeBy", reason
    from house.filter_lift
    where ends_at > now() and (${after}::bigint is null or id > ${after}::bigint) and ${holdsAt(sql, at)}
    order by id limit ${rows}`
}

/** What a reference of a block page can stand for, as far as the transaction reaches; rules that are over too. */
export async function referredThings(sql: Sql): Promise<{
  readonly rules: readonly Omit<AdminRule, 'etag'>[]
  readonly lists: readonly { readonly name: string; readonly category: string }[]
}> {
  return {
    rules: await sql<Omit<AdminRule, 'etag'>[]>`
      select id::text, action, domain, network, site, association, until, note, declared
      from house.rule order by id`,
    lists: await sql<{ name: string; category: string }[]>`
      select name, category from house.list order by name`,
  }
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
