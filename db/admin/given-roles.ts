import type postgres from 'postgres'
import { APART } from '#core/rights.ts'
import type { Role, RoleGrant } from '#core/rights.ts'
import { recordChange } from './changes.ts'
import type { Snapshot } from './changes.ts'
import { done, refused } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import type { Doer } from './rules.ts'

/** A role that somebody has, as administrators see it. */
export interface GivenRole extends RoleGrant {
  readonly declared: boolean
  readonly madeBy: string
  readonly madeAt: Date
  readonly etag: string
}

type Sql = postgres.TransactionSql
type StoredRole = GivenRole & { readonly snapshot: Snapshot }

function columns(sql: Sql) {
  return sql`
    g.subject, g.role, g.associations, g.sites, g.until::text, g.declared, g.made_by as "madeBy",
    g.made_at as "madeAt",
    encode(substr(sha256(convert_to(to_jsonb(g)::text, 'UTF8')), 1, 12), 'hex') as etag`
}

export async function listGivenRoles(
  sql: Sql,
  {
    after,
    rows,
  }: { readonly after: { subject: string; role: string } | null; readonly rows: number },
): Promise<readonly GivenRole[]> {
  return sql<GivenRole[]>`
    select ${columns(sql)} from house.role_grant g
    where ${after === null} or (g.subject, g.role) > (${after?.subject ?? ''}, ${after?.role ?? ''})
    order by g.subject, g.role limit ${rows}`
}

/**
 * Gives a role, or changes where and until when it holds. Nobody gives one to himself, by name: that takes
 * another administrator.
 */
export async function giveRole(
  sql: Sql,
  wish: RoleGrant,
  etag: string | null,
  doer: Doer & { readonly subjects: readonly string[] },
): Promise<Outcome<GivenRole>> {
  const { actor, rights, reason, subjects } = doer
  const { subject, role, until } = wish
  if (!rights.gives.includes(role) || subjects.includes(subject)) return refused('not-yours')
  const places = await placesOf(sql, wish)
  if (typeof places === 'string') return refused(places)
  if (!places.every((place) => rights.can('roles.write', place))) return refused('not-yours')
  const before = await lockRole(sql, subject, role)
  if (before !== null && (etag === null || (etag !== '*' && etag !== before.etag))) {
    return refused(etag === null ? 'exists' : 'changed')
  }
  if (before === null && etag !== null && etag !== '*') return refused('changed')
  if (APART.includes(role)) {
    const other = APART.find((one) => one !== role) ?? role
    if ((await lockRole(sql, subject, other)) !== null) return refused('both-log-roles')
  }
  const associations = wish.associations === null ? null : [...wish.associations]
  const sites = wish.sites === null ? null : [...wish.sites]
  await sql`
    insert into house.role_grant (subject, role, associations, sites, until, made_by)
    values (${subject}, ${role}, ${associations}, ${sites}, ${until}, ${actor})
    on conflict (subject, role) do update
    set associations = excluded.associations, sites = excluded.sites, until = excluded.until,
        made_by = excluded.made_by, made_at = now()`
  const after = await lockRole(sql, subject, role)
  if (after === null) return refused('not-found')
  await recordChange(sql, {
    ...{ actor, action: before === null ? 'role.give' : 'role.change', reason },
    ...{ subject: `role ${subject} ${role}`, association: onlyOne(places) },
    ...{ before: before?.snapshot ?? null, after: after.snapshot },
  })
  return done(shown(after))
}

export async function takeRole(
  sql: Sql,
  subject: string,
  role: Role,
  etag: string,
  { actor, rights, reason }: Doer,
): Promise<Outcome<GivenRole>> {
  const before = await lockRole(sql, subject, role)
  if (before === null) return refused('not-found')
  const places = await placesOf(sql, before)
  const mayTake =
    rights.gives.includes(role) &&
    typeof places !== 'string' &&
    places.every((place) => rights.can('roles.write', place))
  if (!mayTake) return refused('not-yours')
  if (etag !== '*' && etag !== before.etag) return refused('changed')
  await sql`delete from house.role_grant where subject = ${subject} and role = ${role}`
  await recordChange(sql, {
    ...{ actor, action: 'role.take', subject: `role ${subject} ${role}`, reason },
    ...{ association: onlyOne(places), before: before.snapshot, after: null },
  })
  return done(shown(before))
}

async function lockRole(sql: Sql, subject: string, role: Role): Promise<StoredRole | null> {
  const [row] = await sql<StoredRole[]>`
    select ${columns(sql)}, to_jsonb(g) as snapshot from house.role_grant g
    where g.subject = ${subject} and g.role = ${role}`
  return row ?? null
}

function shown({ snapshot: _, ...role }: StoredRole): GivenRole {
  return role
}

interface Place {
  readonly association: string | null
  readonly site: string | null
}

/** Where a role holds; the whole house is one place of no association. */
async function placesOf(
  sql: Sql,
  { associations, sites }: Pick<RoleGrant, 'associations' | 'sites'>,
): Promise<readonly Place[] | 'unknown-association' | 'unknown-site'> {
  if (associations === null && sites === null) return [{ association: null, site: null }]
  const known = await sql<{ code: string }[]>`
    select code from house.association where code = any(${[...(associations ?? [])]})`
  if (known.length < new Set(associations).size) return 'unknown-association'
  const found = await sql<{ association: string; site: string }[]>`
    select association, code as site from house.site where code = any(${[...(sites ?? [])]})`
  if (found.length < new Set(sites).size) return 'unknown-site'
  return [...known.map(({ code }) => ({ association: code, site: null })), ...found]
}

function onlyOne(places: readonly Place[] | string): string | null {
  if (typeof places === 'string') return null
  const associations = [...new Set(places.map(({ association }) => association))]
  return associations.length === 1 ? (associations[0] ?? null) : null
}
