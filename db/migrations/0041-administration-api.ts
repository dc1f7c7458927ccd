import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** What the administration's API stands on: tokens' rights, requests done once. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // What stands in the files is changed there: whoever changes it elsewhere is warned.
  await sql`
    alter table house.site
      add column declared boolean not null default true`.execute(db)
  await sql`create index changes on audit.entry (id) where details ? 'before'`.execute(db)
  // As people type: without accents and capitals. In a cluster of the locale C, lower() knows ASCII alone.
  await sql`
    create function house.folded(t text) returns text language sql immutable
    set search_path = pg_catalog, pg_temp as $$
      select lower(regexp_replace(normalize(t, NFD), '[\u0300-\u036f]', '', 'g'))
    $$`.execute(db)
  await tokenRights(db)
  // The answer to a request that changed something, for whoever sends it again (Idempotency-Key).
  await sql`
    create table house.answered_request (
      -- The token with which it was sent.
      sender text not null,
      key text not null check (length(key) between 1 and 200),
      -- Of method, path and body: the same key for another request is a mistake.
      request_sha256 bytea not null check (octet_length(request_sha256) = 32),
      status integer not null,
      headers jsonb not null,
      body text not null,
      at timestamptz(3) not null default now(),
      primary key (sender, key)
    )`.execute(db)
  await sql`create index on house.answered_request (at)`.execute(db)
}

async function tokenRights(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function house.token_rights(token_sha256 bytea) returns table (
      refusal text, name text, actor text, scopes text[], associations text[]
    )
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    declare
      t house.api_token := (select k from house.api_token k where k.sha256 = token_sha256);
    begin
      refusal := case
        when t.name is null then 'unknown'
        when t.revoked_at is not null then 'revoked'
        when t.ends_at <= now() then 'ended' end;
      if refusal is null then
        name := t.name;
        actor := t.actor;
        scopes := t.scopes;
        associations := t.associations;
        -- By the minute: whoever asks a thousand times writes one row, not a thousand.
        update house.api_token k set used_at = now()
        where k.name = t.name and (k.used_at is null or k.used_at < now() - interval '1 minute');
      end if;
      return next;
    end $$`.execute(db)
}
