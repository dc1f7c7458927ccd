import type postgres from 'postgres'

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
