import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Lists and tokens are changed by the administration as well, each as far as it reaches. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await lists(db)
  await tokens(db)
}

/** What is filtered by lists is the whole house's. */
async function lists(db: Kysely<unknown>): Promise<void> {
  for (const name of ['house.list', 'house.list_source', 'house.list_state']) {
    const table = sql.raw(name)
    await sql`alter table ${table} enable row level security`.execute(db)
    await others(db, name)
    await sql`
      create policy seen on ${table} for select to accueil_admin using (true)`.execute(db)
    await sql`
      create policy written on ${table} for all to accueil_admin
      using (house.in_reach(null, null)) with check (house.in_reach(null, null))`.execute(db)
  }
}

/** Whoever reaches as far as a token does may know of it. Made and ended it is by functions, as before. */
async function tokens(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function house.token_in_reach(associations text[]) returns boolean
    language sql stable as $$
      select house.in_reach(null, null) or associations is not null and not exists (
        select from pg_catalog.unnest(associations) a where not house.in_reach(a, null))
    $$`.execute(db)
  await sql`alter table house.api_token enable row level security`.execute(db)
  await others(db, 'house.api_token')
  await sql`
    create policy seen on house.api_token for select to accueil_admin
    using (house.token_in_reach(associations))`.execute(db)
  // A transaction of the administration says how far it reaches, a command does not: it reaches everywhere.
  await sql`
    create or replace function house.create_api_token(
      of_name text, of_sha256 bytea, for_actor text, with_scopes text[], in_associations text[],
      until_at timestamptz, by_actor text
    ) returns text
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    declare
      strange text := (
        select a from unnest(in_associations) a
        where not exists (select from house.association h where h.code = a) limit 1);
    begin
      if strange is not null then return strange; end if;
      if nullif(current_setting('accueil.reach', true), '') is not null
        and not house.token_in_reach(in_associations) then
        raise exception 'the token would reach further than whoever makes it'
          using errcode = 'insufficient_privilege';
      end if;
      insert into house.api_token (name, sha256, actor, scopes, associations, created_by, ends_at)
      values (of_name, of_sha256, for_actor, with_scopes, in_associations, by_actor, until_at);
      insert into audit.entry (actor, action, subject, reason, details)
      values (by_actor, 'tokens.create', of_name, nullif(current_setting('accueil.reason', true), ''),
        jsonb_build_object('actor', for_actor, 'scopes', with_scopes,
          'associations', in_associations, 'until', until_at));
      return null;
    end $$`.execute(db)
  await sql`
    create or replace function house.revoke_api_token(of_name text, by_actor text) returns boolean
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    begin
      update house.api_token t set revoked_at = now(), revoked_by = by_actor
      where t.name = of_name and t.revoked_at is null
        and (nullif(current_setting('accueil.reach', true), '') is null
          or house.token_in_reach(t.associations));
      if not found then return false; end if;
      insert into audit.entry (actor, action, subject, reason, details)
      values (by_actor, 'tokens.revoke', of_name,
        nullif(current_setting('accueil.reason', true), ''), '{}');
      return true;
    end $$`.execute(db)
}

/** Any other role has what db/roles.ts gives it, in all rows. */
async function others(db: Kysely<unknown>, name: string): Promise<void> {
  await sql`
    create policy others on ${sql.raw(name)} to public
    using (current_user <> 'accueil_admin') with check (current_user <> 'accueil_admin')`.execute(
    db,
  )
}
