import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Terms are drafted on a page too, until the day from which they count; how many accepted each. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table house.terms
      add column declared boolean not null default true,
      add column made_by text`.execute(db)
  // Of the whole house: whoever administers some of it reads them.
  for (const table of ['house.terms', 'house.terms_text']) {
    const name = sql.raw(table)
    await sql`alter table ${name} enable row level security`.execute(db)
    await sql`
      create policy others on ${name} to public
      using (current_user <> 'accueil_admin') with check (current_user <> 'accueil_admin')`.execute(
      db,
    )
    await sql`create policy seen on ${name} for select to accueil_admin using (true)`.execute(db)
    await sql`
      create policy written on ${name} for all to accueil_admin
      using (house.in_reach(null, null)) with check (house.in_reach(null, null))`.execute(db)
  }
  await inForce(db)
  await sql`create index on guest.acceptance (terms_version)`.execute(db)
  await sql`
    create function guest.acceptances_of(versions text[]) returns table (version text, accepted bigint)
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
      select v, (select count(*) from guest.acceptance a where a.terms_version = v)
      from unnest(versions) v
    $$`.execute(db)
}

/** As in 0028, with a name for the refusal, by which a page tells it from others. */
async function inForce(db: Kysely<unknown>): Promise<void> {
  await sql`
    create or replace function house.keep_terms() returns trigger language plpgsql
    set search_path = pg_catalog, pg_temp as $$
    begin
      if old.effective <= (now() at time zone 'UTC')::date then
        raise exception 'the terms "%" are in force since %: people have accepted that text, declare a new version',
          old.version, old.effective using errcode = 'restrict_violation', constraint = 'terms_in_force';
      end if;
      if tg_op = 'DELETE' then return old; end if;
      return new;
    end $$`.execute(db)
  await sql`
    create or replace function house.keep_terms_text() returns trigger language plpgsql
    set search_path = pg_catalog, pg_temp as $$
    declare
      touched text[] := array[]::text[];
      kept house.terms;
    begin
      if tg_op <> 'INSERT' then touched := touched || old.version; end if;
      if tg_op <> 'DELETE' then touched := touched || new.version; end if;
      select * into kept from house.terms t
      where t.version = any(touched) and t.effective <= (now() at time zone 'UTC')::date
        -- The transaction that declares the version brings its texts.
        and not (tg_op = 'INSERT' and t.declared_at = now())
      limit 1;
      if found then
        raise exception 'the terms "%" are in force since %: people have accepted that text, declare a new version',
          kept.version, kept.effective using errcode = 'restrict_violation', constraint = 'terms_in_force';
      end if;
      if tg_op = 'DELETE' then return old; end if;
      return new;
    end $$`.execute(db)
}
