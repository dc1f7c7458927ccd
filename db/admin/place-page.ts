import type postgres from 'postgres'
import type { AdminRule } from './rules.ts'

/** A network of a place, as administrators see it. */
export interface AdminNetwork {
  readonly kind: 'guest' | 'staff'
  readonly ssid: string | null
  readonly vlan: number | null
  readonly subnets: readonly string[]
}

export async function networksOf(
  sql: postgres.TransactionSql,
  site: string,
): Promise<readonly AdminNetwork[]> {
  return sql<AdminNetwork[]>`
    select kind, ssid, vlan, subnets::text[] from house.network where site = ${site} order by kind`
}

const MOST_RULES = 200

/** What holds at a place, the nearest first: of the place itself, its association, the house. */
export async function rulesAt(
  sql: postgres.TransactionSql,
  { code, association }: { readonly code: string; readonly association: string },
): Promise<readonly Omit<AdminRule, 'etag'>[]> {
  return sql<Omit<AdminRule, 'etag'>[]>`
    select r.id::text, r.action, r.domain, r.network, r.site, r.association, r.until, r.note, r.declared
    from house.rule r
    where (r.site = ${code} or r.association = ${association}
      or r.site is null and r.association is null) and (r.until is null or r.until > now())
    order by r.site is null, r.association is null, r.domain, r.id limit ${MOST_RULES}`
}
