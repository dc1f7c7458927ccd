import type postgres from 'postgres'
import type { Role, RoleGrant } from '#core/rights.ts'

/** A role that somebody has, as administrators see it. */
export interface GivenRole extends RoleGrant {
  readonly id: string
  readonly declared: boolean
  readonly madeBy: string
  readonly madeAt: Date
  /** Another after each change. */
  readonly etag: string
}

/** Somebody of whom we know that a role is theirs. */
export interface RoleHolder {
  readonly account: string
  readonly name: string
  /** When they signed in last; null: not to these pages. */
  readonly seenAt: Date | null
}

type Sql = postgres.TransactionSql

export function roleColumns(sql: Sql): postgres.PendingQuery<postgres.Row[]> {
  return sql`
    g.id::text, g.subject, g.role, g.associations, g.sites, g.until::text, g.declared,
    g.made_by as "madeBy", g.made_at as "madeAt",
    encode(substr(sha256(convert_to(to_jsonb(g)::text, 'UTF8')), 1, 12), 'hex') as etag`
}

/** By subject, then by role. */
export async function listGivenRoles(
  sql: Sql,
  { q, role }: { readonly q: string | null; readonly role: Role | null },
  page: {
    readonly after: { subject: string; role: string; id: string } | null
    readonly rows: number
  },
): Promise<readonly GivenRole[]> {
  const { after, rows } = page
  return sql<GivenRole[]>`
    select ${roleColumns(sql)} from house.role_grant g
    where (${q}::text is null or position(lower(${q}) in g.subject) > 0)
      and (${role}::text is null or g.role = ${role})
      and (${after === null}
        or (g.subject, g.role, g.id) >
           (${after?.subject ?? ''}, ${after?.role ?? ''}, ${after?.id ?? '0'}::bigint))
    order by g.subject, g.role, g.id limit ${rows}`
}

export async function findGivenRole(sql: Sql, id: string): Promise<GivenRole | null> {
  const [found] = await sql<GivenRole[]>`
    select ${roleColumns(sql)} from house.role_grant g where g.id = ${id}`
  return found ?? null
}

/** Whom a role reaches, by account: of a group those whom we know to be in it; none where it is beyond reach. */
export async function roleHolders(
  sql: Sql,
  id: string,
  most: number,
): Promise<readonly RoleHolder[]> {
  return sql<RoleHolder[]>`
    select account, name, seen_at as "seenAt" from house.role_holders(${id}, ${most})`
}

/** Of a group of the whole organisation, all that it has. */
const MOST_HOLDERS = 100_000

/** The same, by account without capitals, a page at a time. */
export async function pageOfRoleHolders(
  sql: Sql,
  id: string,
  { after, rows }: { readonly after: string | null; readonly rows: number },
): Promise<readonly RoleHolder[]> {
  return sql<RoleHolder[]>`
    select account, name, seen_at as "seenAt" from house.role_holders(${id}, ${MOST_HOLDERS})
    where ${after}::text is null or lower(account) > ${after}
    order by lower(account) limit ${rows}`
}

/** Who has both halves of a pack, and so neither; for whoever administers the whole house. */
export async function roleConflicts(sql: Sql): Promise<readonly string[]> {
  const rows = await sql<
    { who: string }[]
  >`select role_conflicts as who from house.role_conflicts()`
  return rows.map(({ who }) => who)
}
