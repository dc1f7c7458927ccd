import type postgres from 'postgres'
import type { RoleGrant } from '#core/rights.ts'

/** A role that somebody has, as administrators see it. */
export interface GivenRole extends RoleGrant {
  readonly declared: boolean
  readonly madeBy: string
  readonly madeAt: Date
}

export async function listGivenRoles(
  sql: postgres.TransactionSql,
  {
    after,
    rows,
  }: { readonly after: { subject: string; role: string } | null; readonly rows: number },
): Promise<readonly GivenRole[]> {
  return sql<GivenRole[]>`
    select g.subject, g.role, g.associations, g.sites, g.until::text, g.declared,
           g.made_by as "madeBy", g.made_at as "madeAt"
    from house.role_grant g
    where ${after === null} or (g.subject, g.role) > (${after?.subject ?? ''}, ${after?.role ?? ''})
    order by g.subject, g.role limit ${rows}`
}
