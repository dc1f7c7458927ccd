import type postgres from 'postgres'
import { rolesToGive } from '#core/rights.ts'
import type { Rights, RoleGrant } from '#core/rights.ts'
import { recordChange } from './changes.ts'
import type { Snapshot } from './changes.ts'
import { findGivenRole, roleColumns } from './given-roles.ts'
import type { GivenRole } from './given-roles.ts'
import { done, refused } from './outcome.ts'
import type { Outcome, Refusal } from './outcome.ts'
import { keptRules } from './kept-rules.ts'
import type { Doer } from './rules.ts'

/** Who gets which role where; of a role that is there, only its end is changed. */
export type RoleWish = RoleGrant

interface StoredRole extends GivenRole {
  readonly snapshot: Snapshot
}

type Sql = postgres.TransactionSql
type Where = Pick<RoleGrant, 'associations' | 'sites'>

/** Of which association it is, if it is of one alone; or what of it is not there. */
export type Within =
  | { readonly association: string | null; readonly all: readonly (string | null)[] }
  | Extract<Refusal, 'unknown-site' | 'unknown-association'>

export async function giveRole(
  sql: Sql,
  wish: RoleWish,
  { actor, rights, reason }: Doer,
): Promise<Outcome<GivenRole>> {
  const { subject, role, until } = wish
  const associations = sorted(wish.associations)
  const sites = sorted(wish.sites)
  const within = await withinOf(sql, { associations, sites })
  if (typeof within === 'string') return refused(within)
  if (!mayGive(rights, wish, within)) return refused('not-yours')
  if (await isOver(sql, until)) return refused('over-already')
  return keptRules(sql, async (sql) => {
    const [made] = await sql<{ id: string }[]>`
      insert into house.role_grant
        (subject, role, associations, sites, until, declared, made_by)
      values (${subject}, ${role}, ${associations}, ${sites}, ${until}, false, ${actor})
      on conflict do nothing returning id::text`
    const after = made === undefined ? null : await lockRole(sql, made.id)
    if (after === null) return refused('exists')
    await recordChange(sql, {
      ...{ actor, action: 'role.create', subject: roleSubject(after), reason },
      ...{ association: within.association, before: null, after: after.snapshot },
    })
    return done(shown(after))
  })
}

/** Gives it another end, or none. */
export async function changeRoleEnd(
  sql: Sql,
  id: string,
  etag: string,
  until: string | null,
  doer: Doer,
): Promise<Outcome<GivenRole>> {
  return onRole(sql, id, etag, doer, async (sql, before, association) => {
    if (await isOver(sql, until)) return refused('over-already')
    await sql`update house.role_grant set until = ${until} where id = ${id}`
    const after = await lockRole(sql, id)
    if (after === null) return refused('not-found')
    const { actor, reason } = doer
    await recordChange(sql, {
      ...{ actor, action: 'role.change', subject: roleSubject(after), reason, association },
      ...{ before: before.snapshot, after: after.snapshot },
    })
    return done(shown(after))
  })
}

export async function takeRole(
  sql: Sql,
  id: string,
  etag: string,
  doer: Doer,
): Promise<Outcome<GivenRole>> {
  return onRole(sql, id, etag, doer, async (sql, before, association) => {
    await sql`delete from house.role_grant where id = ${id}`
    const { actor, reason } = doer
    await recordChange(sql, {
      ...{ actor, action: 'role.remove', subject: roleSubject(before), reason, association },
      ...{ before: before.snapshot, after: null },
    })
    return done(shown(before))
  })
}

/** `role person:ada list-editor 75`: as `apply` names it, and where. */
export function roleSubject({
  subject,
  role,
  associations,
  sites,
}: Pick<GivenRole, 'subject' | 'role' | 'associations' | 'sites'>): string {
  return ['role', subject, role, ...(associations ?? []), ...(sites ?? [])].join(' ')
}

export function mayGive(
  rights: Rights,
  { role, sites, associations }: Pick<RoleGrant, 'role' | 'sites' | 'associations'>,
  { all }: Exclude<Within, string>,
): boolean {
  if (!rolesToGive(rights).includes(role)) return false
  const places = [
    ...(associations ?? []).map((association) => ({ association, site: null })),
    ...(sites ?? []).map((site, i) => ({ association: all[i] ?? null, site })),
  ]
  if (places.length === 0) return rights.reach('roles.write').everywhere
  return places.every((place) => rights.can('roles.write', place))
}

/** `all`: of each place, its association. */
export async function withinOf(sql: Sql, { associations, sites }: Where): Promise<Within> {
  const there = await sql<{ code: string }[]>`
    select code from house.association where code = any(${[...(associations ?? [])]}::text[])`
  if (there.length < new Set(associations ?? []).size) return 'unknown-association'
  const places = await sql<{ code: string; association: string }[]>`
    select code, association from house.site where code = any(${[...(sites ?? [])]}::text[])`
  const of = new Map(places.map(({ code, association }) => [code, association]))
  const all = (sites ?? []).map((site) => of.get(site) ?? null)
  if (all.includes(null)) return 'unknown-site'
  const [association, ...others] = new Set([...(associations ?? []), ...all])
  return { association: others.length === 0 ? (association ?? null) : null, all }
}

async function onRole(
  sql: Sql,
  id: string,
  etag: string,
  { rights }: Doer,
  work: (sql: Sql, role: StoredRole, association: string | null) => Promise<Outcome<GivenRole>>,
): Promise<Outcome<GivenRole>> {
  const found = await findGivenRole(sql, id)
  if (found === null) return refused('not-found')
  const within = await withinOf(sql, found)
  // Of a place that is gone, or that is another's: whoever reaches the whole house may still end it.
  const known = typeof within === 'string' ? { association: null, all: [] } : within
  if (!mayGive(rights, found, known)) return refused('not-yours')
  return keptRules(sql, async (sql) => {
    const role = await lockRole(sql, id)
    if (role === null) return refused('not-found')
    if (etag !== '*' && etag !== role.etag) return refused('changed')
    return work(sql, role, known.association)
  })
}

/** By the clock of the database, which decides when it ends. */
async function isOver(sql: Sql, until: string | null): Promise<boolean> {
  if (until === null) return false
  const [row] = await sql<{ over: boolean }[]>`
    select ${until}::date < (now() at time zone 'UTC')::date as over`
  return row?.over ?? false
}

/** For this transaction alone to change: whoever comes second waits, and sees the change. */
async function lockRole(sql: Sql, id: string): Promise<StoredRole | null> {
  const [role] = await sql<StoredRole[]>`
    select ${roleColumns(sql)}, to_jsonb(g) - 'id' as snapshot
    from house.role_grant g where g.id = ${id} for update`
  return role ?? null
}

function shown({ snapshot: _, ...role }: StoredRole): GivenRole {
  return role
}

function sorted(codes: readonly string[] | null): string[] | null {
  return codes === null ? null : [...new Set(codes)].toSorted()
}
