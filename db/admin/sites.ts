import type postgres from 'postgres'
import { recordChange } from './changes.ts'
import type { Snapshot } from './changes.ts'
import { done, refused } from './outcome.ts'
import type { Outcome } from './outcome.ts'
import type { Doer } from './rules.ts'

/** A place as administrators see it. */
export interface AdminSite {
  readonly code: string
  readonly name: string
  readonly association: string
  readonly associationName: string
  readonly timezone: string
  /** As on a letter; null: nobody said it. */
  readonly postalAddress: string | null
  /** True: it stands in the files of `apply`, which would bring it back to what they say. */
  readonly declared: boolean
  readonly gateways: number
  /** When one of them was last heard; null: not yet. */
  readonly heardAt: Date | null
  readonly etag: string
}

export type SiteWish = Pick<
  AdminSite,
  'code' | 'name' | 'association' | 'timezone' | 'postalAddress'
>
export type SiteChange = Partial<
  Pick<AdminSite, 'name' | 'association' | 'timezone' | 'postalAddress'>
>

interface StoredSite {
  readonly code: string
  readonly name: string
  readonly association: string
  readonly timezone: string
  readonly postalAddress: string | null
  readonly etag: string
  readonly snapshot: Snapshot
}

type Sql = postgres.TransactionSql

/** Of rows `s` that were found already: what else is of each is looked up for no other. */
function withGateways(sql: Sql, found: postgres.PendingQuery<postgres.Row[]>) {
  return sql`
    with s as materialized (${found})
    select s.code, s.name, s.association, s.timezone, s.postal_address as "postalAddress", s.declared,
           a.name as "associationName", g.gateways, g."heardAt", s.etag
    from s join house.association a on a.code = s.association
    cross join lateral (
      select count(*)::int as gateways, max(p.heard_at) as "heardAt"
      from house.gateway g left join house.gateway_posture p on p.gateway = g.name where g.site = s.code
    ) g order by s.code`
}

function etag(sql: Sql): postgres.PendingQuery<postgres.Row[]> {
  return sql`encode(substr(sha256(convert_to(to_jsonb(s)::text, 'UTF8')), 1, 12), 'hex') as etag`
}

export interface SitesWanted {
  /** A part of the name or the code, whatever the case and the accents. */
  readonly q: string | null
  readonly association: string | null
  /** Those of all associations whose code begins so. */
  readonly department?: string | null
}

/** Whether a part of the code or the name of the site `s` is `q`, whose own folding is done once. */
export function namedLike(sql: Sql, q: string): postgres.PendingQuery<postgres.Row[]> {
  return sql`position((select house.folded(${q})) in house.folded(s.code || ' ' || s.name)) > 0`
}

/** By code. */
export async function listSites(
  sql: Sql,
  { q, association, department = null }: SitesWanted,
  { after, rows }: { readonly after: string | null; readonly rows: number },
): Promise<readonly AdminSite[]> {
  // Conditions of what is asked for alone: the plan that is kept for all of them is right for none.
  const conditions = [
    sql`true`,
    ...(q === null ? [] : [sql`and ${namedLike(sql, q)}`]),
    ...(association === null ? [] : [sql`and s.association = ${association}`]),
    ...(department === null ? [] : [sql`and starts_with(upper(s.association), ${department})`]),
    ...(after === null ? [] : [sql`and s.code > ${after}`]),
  ]
  const found = sql`
    select s.*, ${etag(sql)} from house.site s
    where ${conditions} order by s.code limit ${rows}`
  return sql<AdminSite[]>`${withGateways(sql, found)}`
}

export async function findSite(sql: Sql, code: string): Promise<AdminSite | null> {
  const found = sql`select s.*, ${etag(sql)} from house.site s where s.code = ${code}`
  const [site] = await sql<AdminSite[]>`${withGateways(sql, found)}`
  return site ?? null
}

export async function createSite(
  sql: Sql,
  wish: SiteWish,
  { actor, rights, reason }: Doer,
): Promise<Outcome<AdminSite>> {
  const { code, name, association, timezone, postalAddress } = wish
  if (!(await isThere(sql, association))) return refused('unknown-association')
  if (!rights.can('sites.write', { association, site: null })) return refused('not-yours')
  const made = await sql`
    insert into house.site (code, name, association, timezone, postal_address, declared)
    values (${code}, ${name}, ${association}, ${timezone}, ${postalAddress}, false)
    on conflict do nothing`
  if (made.count === 0) return refused('exists')
  return recorded(sql, code, null, { actor, reason, action: 'site.create' })
}

export async function changeSite(
  sql: Sql,
  code: string,
  etag: string,
  change: SiteChange,
  { actor, rights, reason }: Doer,
): Promise<Outcome<AdminSite>> {
  const before = await lockSite(sql, code)
  if (before === null) return refused('not-found')
  const { name, association, timezone, postalAddress } = { ...before, ...change }
  if (!rights.can('sites.write', { association: before.association, site: code })) {
    return refused('not-yours')
  }
  if (!(await isThere(sql, association))) return refused('unknown-association')
  if (!rights.can('sites.write', { association, site: null })) return refused('not-yours')
  if (etag !== '*' && etag !== before.etag) return refused('changed')
  await sql`
    update house.site set name = ${name}, association = ${association}, timezone = ${timezone},
      postal_address = ${postalAddress}
    where code = ${code}`
  return recorded(sql, code, before, { actor, reason, action: 'site.change' })
}

async function recorded(
  sql: Sql,
  code: string,
  before: StoredSite | null,
  deed: {
    readonly actor: string
    readonly reason: string | null
    readonly action: 'site.create' | 'site.change'
  },
): Promise<Outcome<AdminSite>> {
  const after = await lockSite(sql, code)
  const site = await findSite(sql, code)
  if (after === null || site === null) return refused('not-found')
  await recordChange(sql, {
    ...{ ...deed, subject: `site ${code}`, association: before?.association ?? after.association },
    ...{ before: before?.snapshot ?? null, after: after.snapshot },
  })
  return done(site)
}

async function lockSite(sql: Sql, code: string): Promise<StoredSite | null> {
  const [site] = await sql<StoredSite[]>`
    select s.code, s.name, s.association, s.timezone, s.postal_address as "postalAddress",
           to_jsonb(s) as snapshot,
           ${etag(sql)}
    from house.site s where s.code = ${code} for update`
  return site ?? null
}

async function isThere(sql: Sql, association: string): Promise<boolean> {
  const [found] = await sql`select from house.association where code = ${association}`
  return found !== undefined
}

export interface Association {
  readonly code: string
  readonly name: string
}

/** As far as the transaction reaches, by code. */
export async function listAssociations(sql: Sql): Promise<readonly Association[]> {
  return sql<Association[]>`select code, name from house.association order by code`
}
