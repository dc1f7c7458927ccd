import type postgres from 'postgres'
import { AppError } from '#core/error.ts'

/** Texts that rows of the log refer to by number. */
export interface LogNames {
  readonly site?: string
  readonly gateway?: string
  readonly network?: string
  readonly account?: string | null
  readonly cause?: string | null
  readonly terms?: string | null
  readonly basis?: string | null
}

/** Writes those that are not there. Only what is new takes a number: `terms` and `basis` have 32,767. */
export async function writeNames(sql: postgres.ISql, names: readonly LogNames[]): Promise<void> {
  await sql`
    with given as materialized (
      select * from json_to_recordset(${JSON.stringify(names)}::text::json) as g(
        site text, gateway text, network text, account text, cause text, terms text, basis text)
    ), origins as (
      insert into log.origin (site, gateway, network)
      select distinct site, gateway, network from given g
      where site is not null and not exists (
        select from log.origin o
        where (o.site, o.gateway, o.network) = (g.site, g.gateway, g.network))
      on conflict do nothing
    ), accounts as (
      insert into log.account (name)
      select distinct account from given g
      where account is not null and not exists (
        select from log.account a where a.name = g.account and a.leaving_at is null)
      -- It was about to be deleted (db/log-accounts.ts).
      on conflict (name) do update set leaving_at = null
    ), causes as (
      insert into log.cause (name)
      select distinct cause from given g
      where cause is not null and not exists (select from log.cause c where c.name = g.cause)
      on conflict do nothing
    ), versions as (
      insert into log.terms (name)
      select distinct terms from given g
      where terms is not null and not exists (select from log.terms t where t.name = g.terms)
      on conflict do nothing
    )
    insert into log.basis (name)
    select distinct basis from given g
    where basis is not null and not exists (select from log.basis b where b.name = g.basis)
    on conflict do nothing`
}

/** What a row has in the place of its names. */
export interface NameIds {
  readonly origin: number | null
  readonly account: number | null
  readonly cause: number | null
  readonly basis: number | null
  readonly terms: number | null
}

const DICTIONARIES = ['account', 'cause', 'terms', 'basis'] as const
type Dictionary = (typeof DICTIONARIES)[number]

/**
 * The numbers of these names, those that are not there written first. Asked anew each time: an account
 * that no row names is deleted (db/log-accounts.ts), and its number must not come back from a memory.
 */
export async function findNames(
  sql: postgres.TransactionSql,
  names: readonly Required<LogNames>[],
): Promise<(one: Required<LogNames>) => NameIds> {
  let ids = await readNames(sql, names)
  const missing = names.filter((one) => !isWhole(one, ids(one)))
  if (missing.length > 0) {
    await writeNames(sql, missing)
    ids = await readNames(sql, names)
    const still = missing.find((one) => !isWhole(one, ids(one)))
    if (still !== undefined) {
      throw new AppError('log.names', 'names were written to the log and are not there')
    }
  }
  return ids
}

function isWhole(one: Required<LogNames>, ids: NameIds): boolean {
  return ids.origin !== null && DICTIONARIES.every((d) => one[d] === null || ids[d] !== null)
}

async function readNames(
  sql: postgres.TransactionSql,
  names: readonly Required<LogNames>[],
): Promise<(one: Required<LogNames>) => NameIds> {
  const origins = new Map<string, Required<LogNames>>()
  for (const one of names) origins.set(originOf(one), one)
  const wanted = (d: Dictionary): string[] => {
    const different = new Set<string>()
    for (const { [d]: name } of names) if (name !== null) different.add(name)
    return [...different]
  }
  const rows = await sql<{ kind: string; name: string; id: number }[]>`
    select 'origin' as kind, o.site || chr(1) || o.gateway || chr(1) || o.network as name, o.id
    from unnest(${[...origins.values()].map(({ site }) => site)}::text[],
                ${[...origins.values()].map(({ gateway }) => gateway)}::text[],
                ${[...origins.values()].map(({ network }) => network)}::text[])
      as g(site, gateway, network)
    join log.origin o on (o.site, o.gateway, o.network) = (g.site, g.gateway, g.network)
    union all
    select 'account', name, id from log.account
    where name = any(${wanted('account')}::text[]) and leaving_at is null
    union all
    select 'cause', name, id from log.cause where name = any(${wanted('cause')}::text[])
    union all
    select 'terms', name, id from log.terms where name = any(${wanted('terms')}::text[])
    union all
    select 'basis', name, id from log.basis where name = any(${wanted('basis')}::text[])`
  const ids = new Map<string, Map<string, number>>()
  for (const { kind, name, id } of rows) {
    let ofKind = ids.get(kind)
    if (ofKind === undefined) ids.set(kind, (ofKind = new Map()))
    ofKind.set(name, id)
  }
  const find = (kind: Dictionary | 'origin', name: string | null): number | null =>
    name === null ? null : (ids.get(kind)?.get(name) ?? null)
  return (one) => ({
    origin: find('origin', originOf(one)),
    account: find('account', one.account),
    cause: find('cause', one.cause),
    basis: find('basis', one.basis),
    terms: find('terms', one.terms),
  })
}

function originOf({ site, gateway, network }: Required<LogNames>): string {
  return `${site}\u0001${gateway}\u0001${network}`
}
