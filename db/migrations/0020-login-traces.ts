import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** What is told of a gateway whose secret is another one. */
const UNPROVEN = sql.raw(
  "'message-authenticator-missing', 'message-authenticator-wrong', 'proxy-state-unsigned', 'accounting-authenticator-wrong'",
)

/** How logins were answered in the last days, read only through the audit; and tokens of the API. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await logins(db)
  await tokens(db)
  await search(db)
  await searchByToken(db)
}

async function logins(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table house.retention
      add column login_days integer not null default 7 check (login_days between 1 and 31)`.execute(
    db,
  )
  await sql`
    create table log.login (
      id bigint generated always as identity,
      first_at timestamptz(3) not null,
      last_at timestamptz(3) not null,
      -- Answers that were alike, one after the other.
      count integer not null check (count > 0),
      site text not null,
      gateway text not null,
      network text check (network in ('guest', 'staff')),
      mac macaddr,
      -- Proved where the outcome is accept, else the one that was given, if somebody has it.
      account text,
      name_withheld boolean not null,
      outcome text not null check (outcome in ('accept', 'reject', 'silence')),
      reason text,
      method text,
      inner_method text,
      tls_version text,
      cipher text,
      tls_alert text,
      resumed boolean not null,
      serial text,
      rounds integer,
      answerer text,
      directory text,
      answered_ms integer,
      rule text,
      vlan text,
      session_seconds bigint,
      primary key (last_at, id),
      check (first_at <= last_at),
      check ((outcome = 'accept') = (reason is null))
    )`.execute(db)
  await sql`create index on log.login (mac, last_at) where mac is not null`.execute(db)
  await sql`
    create index login_user on log.login (split_part(account, '@', 1), last_at)
    where account is not null`.execute(db)
  await sql`create index on log.login (gateway, last_at)`.execute(db)
  await sql`
    create index login_unproven on log.login (gateway, last_at)
    where outcome = 'silence' and reason in (${UNPROVEN})`.execute(db)
  await sql`
    create function log.logins_kept_from() returns timestamptz language sql stable
    security definer set search_path = pg_catalog, pg_temp as $$
      select date_trunc('day', now() at time zone 'UTC') at time zone 'UTC'
        - coalesce((select login_days from house.retention), 7) * interval '1 day'
    $$`.execute(db)
}

async function tokens(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table house.api_token (
      name text primary key check (name ~ '^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$'),
      -- SHA-256: a token is 256 random bits, which nobody guesses.
      sha256 bytea not null unique check (length(sha256) = 32),
      -- Whom the audit names for what is done with it.
      actor text not null check (actor <> ''),
      scopes text[] not null check (cardinality(scopes) > 0),
      -- Null: of all associations.
      associations text[] check (cardinality(associations) > 0),
      created_at timestamptz(3) not null default now(),
      created_by text not null,
      ends_at timestamptz(3),
      used_at timestamptz(3),
      revoked_at timestamptz(3),
      revoked_by text
    )`.execute(db)
  await sql`
    create function house.create_api_token(
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
      insert into house.api_token (name, sha256, actor, scopes, associations, created_by, ends_at)
      values (of_name, of_sha256, for_actor, with_scopes, in_associations, by_actor, until_at);
      insert into audit.entry (actor, action, subject, reason, details)
      values (by_actor, 'tokens.create', of_name, null, jsonb_build_object(
        'actor', for_actor, 'scopes', with_scopes, 'associations', in_associations,
        'until', until_at));
      return null;
    end $$`.execute(db)
  await sql`
    create function house.revoke_api_token(of_name text, by_actor text) returns boolean
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    begin
      update house.api_token t set revoked_at = now(), revoked_by = by_actor
      where t.name = of_name and t.revoked_at is null;
      if not found then return false; end if;
      insert into audit.entry (actor, action, subject, reason, details)
      values (by_actor, 'tokens.revoke', of_name, null, '{}');
      return true;
    end $$`.execute(db)
}

/** As a search of the log: the line in the audit first, then what it says is read, newest first. */
async function search(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function log.open_login_search(actor text, reason text, criteria jsonb) returns bigint
    language sql security definer set search_path = pg_catalog, pg_temp as $$
      insert into audit.entry (actor, action, subject, reason, details)
      values (actor, 'radius.explain', 'log.login', reason, criteria)
      returning id
    $$`.execute(db)
  await sql`
    create function log.login_search(search bigint) returns jsonb
    language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
    declare
      c jsonb := (
        select e.details from audit.entry e where e.id = search and e.action = 'radius.explain');
    begin
      if c is null then
        raise exception 'there is no search % of logins in the audit', search
          using errcode = 'no_data_found';
      end if;
      if pg_current_xact_id_if_assigned() is not null then
        raise exception 'a search is read after the transaction that opened it'
          using errcode = 'invalid_transaction_state';
      end if;
      return c;
    end $$`.execute(db)
  await sql`
    create function log.login_page(
      search bigint, before_at timestamptz, before_id bigint, page_rows integer
    ) returns table (
      login log.login, site_name text, timezone text
    )
    language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
    declare
      c jsonb := log.login_search(search);
      wanted text := '';
    begin
      if c->>'mac' is not null then
        wanted := wanted || format(' and l.mac = %L', c->>'mac');
      end if;
      if c->>'user' is not null then
        wanted := wanted
          || format(' and split_part(l.account, ''@'', 1) = %L', split_part(c->>'user', '@', 1));
        if c->>'user' like '%@%' then
          wanted := wanted || format(' and l.account = %L', c->>'user');
        end if;
      end if;
      if c->>'site' is not null then
        wanted := wanted || format(' and l.site = %L', c->>'site');
      end if;
      if c->>'from' is not null then
        wanted := wanted || format(' and l.last_at >= %L', c->>'from');
      end if;
      if c->>'to' is not null then
        wanted := wanted || format(' and l.first_at <= %L', c->>'to');
      end if;
      if jsonb_typeof(c->'associations') = 'array' then
        wanted := wanted || format(' and s.association in (select jsonb_array_elements_text(%L))',
                                   c->'associations');
      end if;
      if before_id is not null then
        wanted := wanted || format(' and (l.last_at, l.id) < (%L, %L)', before_at, before_id);
      end if;
      return query execute 'select l, s.name, s.timezone
        from log.login l left join house.site s on s.code = l.site where true' || wanted
        || format(' order by l.last_at desc, l.id desc limit %s', page_rows);
    end $$`.execute(db)
  // Where nothing is found: whether the gateways of those places were heard of at all.
  await sql`
    create function log.gateways_heard(search bigint, most integer) returns table (
      gateway text, site text, last_at timestamptz, unproven bigint, unproven_at timestamptz
    )
    language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
    declare
      c jsonb := log.login_search(search);
    begin
      return query
        select g.name, g.site, heard.last_at, coalesce(bad.requests, 0), bad.last_at
        from house.gateway g
        join house.site s on s.code = g.site
        left join lateral (
          select l.last_at from log.login l
          where l.gateway = g.name and (l.outcome <> 'silence' or l.network is not null)
          order by l.last_at desc limit 1
        ) heard on true
        left join lateral (
          select sum(l.count)::bigint as requests, max(l.last_at) as last_at from log.login l
          where l.gateway = g.name and l.outcome = 'silence' and l.reason in (${UNPROVEN})
        ) bad on true
        where (c->>'site' is null or g.site = c->>'site')
          and (jsonb_typeof(c->'associations') is distinct from 'array'
            or s.association in (select jsonb_array_elements_text(c->'associations')))
          -- Of everywhere, only those with which something is wrong.
          and (c->>'site' is not null or bad.requests > 0)
        order by coalesce(bad.last_at, heard.last_at) desc nulls last, g.name
        limit most;
    end $$`.execute(db)
}

/**
 * Who serves the API has no right to look: whoever shows a token has, as far as the token goes. A page is
 * given out only for a search that this very token opened.
 */
async function searchByToken(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function log.open_login_search_by_token(
      token_sha256 bytea, reason text, criteria jsonb
    ) returns table (refusal text, search bigint)
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    declare
      t house.api_token := (select k from house.api_token k where k.sha256 = token_sha256);
    begin
      refusal := case
        when t.name is null then 'unknown'
        when t.revoked_at is not null then 'revoked'
        when t.ends_at <= now() then 'ended'
        when not 'radius.explain' = any(t.scopes) then 'scope' end;
      if refusal is null then
        update house.api_token k set used_at = now() where k.name = t.name;
        search := log.open_login_search(t.actor, reason, criteria || jsonb_build_object(
          'token', t.name, 'associations', to_jsonb(t.associations)));
      end if;
      return next;
    end $$`.execute(db)
  await sql`
    create function log.token_login_search(token_sha256 bytea, search bigint) returns bigint
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
      select e.id from audit.entry e
      join house.api_token k on k.name = e.details->>'token'
      where e.id = search and e.action = 'radius.explain' and k.sha256 = token_sha256
        and k.revoked_at is null and (k.ends_at is null or k.ends_at > now())
    $$`.execute(db)
  await sql`
    create function log.login_page_by_token(
      token_sha256 bytea, search bigint, before_at timestamptz, before_id bigint, page_rows integer
    ) returns table (login log.login, site_name text, timezone text)
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
      select p.login, p.site_name, p.timezone from log.login_page(
        log.token_login_search(token_sha256, search), before_at, before_id, page_rows) p
    $$`.execute(db)
  await sql`
    create function log.gateways_heard_by_token(
      token_sha256 bytea, search bigint, most integer
    ) returns table (
      gateway text, site text, last_at timestamptz, unproven bigint, unproven_at timestamptz
    )
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
      select h.gateway, h.site, h.last_at, h.unproven, h.unproven_at
      from log.gateways_heard(log.token_login_search(token_sha256, search), most) h
    $$`.execute(db)
}
