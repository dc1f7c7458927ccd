import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Terms in force stay as they are, whatever writes; what an acceptance proves, and whoever has its code may check. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await keepTerms(db)
  await proof(db)
}

/** A version's texts come with it, in the transaction that declares it: none is added to it in force. */
async function keepTerms(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table house.terms
      add column declared_at timestamptz not null default now()`.execute(db)
  await sql`
    alter table house.terms_text
      add check (sha256 = encode(sha256(convert_to(markdown, 'UTF8')), 'hex'))`.execute(db)
  await sql`
    create function house.keep_terms() returns trigger language plpgsql
    set search_path = pg_catalog, pg_temp as $$
    begin
      if old.effective <= (now() at time zone 'UTC')::date then
        raise exception 'the terms "%" are in force since %: people have accepted that text, declare a new version',
          old.version, old.effective using errcode = 'restrict_violation';
      end if;
      if tg_op = 'DELETE' then return old; end if;
      return new;
    end $$`.execute(db)
  await sql`
    create trigger keep before update or delete on house.terms
    for each row execute function house.keep_terms()`.execute(db)
  await sql`
    create function house.keep_terms_text() returns trigger language plpgsql
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
          kept.version, kept.effective using errcode = 'restrict_violation';
      end if;
      if tg_op = 'DELETE' then return old; end if;
      return new;
    end $$`.execute(db)
  await sql`
    create trigger keep before insert or update or delete on house.terms_text
    for each row execute function house.keep_terms_text()`.execute(db)
}

async function proof(db: Kysely<unknown>): Promise<void> {
  // A helper at the place may let in a device that has no browser, and answers for it.
  await sql`
    alter table guest.acceptance
      add column granted_by text,
      -- The text was folded away: the device's owner had accepted that very version before.
      add column renewal boolean not null default false,
      add check (method ~ '^[a-z0-9-]{1,32}$'),
      add check ((method = 'helper') = (granted_by is not null))`.execute(db)
  await sql`
    create function guest.receipt(receipt_code text)
    returns table (
      at timestamptz, site text, network text, mac_end text, terms_version text, language text,
      text_sha256 text, renewal boolean
    )
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
      select a.at, a.site, a.network, right(a.mac::text, 5), a.terms_version, a.language,
             a.text_sha256, a.renewal
      from guest.acceptance a where a.code = receipt_code
    $$`.execute(db)
  await sql`drop function guest.kept_about(macaddr)`.execute(db)
  await sql`
    create function guest.kept_about(device macaddr)
    returns table (
      at timestamptz, site text, terms_version text, language text, text_sha256 text
    )
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
      select a.at, a.site, a.terms_version, a.language, a.text_sha256
      from guest.acceptance a where a.mac = device order by a.at desc limit 50
    $$`.execute(db)
}
