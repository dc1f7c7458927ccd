import type postgres from 'postgres'
import type { AdminRule } from './rules.ts'

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
