import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Programs search the log and ask for packs, as far as their token goes; that two people agree stays with people. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // Whoever holds a token is any number of people, or one with two of them.
  await sql`
    alter table house.api_token
      add constraint packs_take_people check (not 'logs.approve' = any(scopes))`.execute(db)
  await search(db)
  await twoPeople(db)
}

/** As logins by token: the line in the audit first, and a page for the very token that opened the search. */
async function search(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function log.within_token(associations text[], criteria jsonb) returns boolean
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
      select associations is null or exists (
        select from house.site s
        where s.code = criteria->>'site' and s.association = any(associations))
    $$`.execute(db)
  await sql`
    create function log.open_search_by_token(token_sha256 bytea, reason text, criteria jsonb)
    returns table (refusal text, search bigint)
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    declare
      t house.api_token := (select k from house.api_token k where k.sha256 = token_sha256);
    begin
      refusal := case
        when t.name is null then 'unknown'
        when t.revoked_at is not null then 'revoked'
        when t.ends_at <= now() then 'ended'
        when not 'logs.search' = any(t.scopes) then 'scope'
        when not log.within_token(t.associations, criteria) then 'reach' end;
      if refusal is null then
        search := log.open_search(t.actor, reason, criteria || jsonb_build_object('token', t.name));
      end if;
      return next;
    end $$`.execute(db)
  await sql`
    create function log.token_search(token_sha256 bytea, search bigint) returns bigint
    language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
    begin
      perform from audit.entry e join house.api_token k on k.name = e.details->>'token'
      where e.id = search and e.action = 'logs.search' and k.sha256 = token_sha256
        and k.revoked_at is null and (k.ends_at is null or k.ends_at > now())
        and log.within_token(k.associations, e.details);
      if not found then
        raise exception 'there is no search % of this token', search using errcode = 'no_data_found';
      end if;
      return search;
    end $$`.execute(db)
  await sql`
    create function log.search_page_by_token(
      token_sha256 bytea, search bigint, after_start timestamptz, after_id uuid, page_rows integer
    ) returns table (
      id uuid, site text, gateway text, network text, mac macaddr, account text, ipv4 inet, ipv6 inet,
      public_ip inet, public_ports int4range, started_at timestamptz, stopped_at timestamptz,
      stop_cause text
    )
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
      select p.id, p.site, p.gateway, p.network, p.mac, p.account, p.ipv4, p.ipv6, p.public_ip,
             p.public_ports, p.started_at, p.stopped_at, p.stop_cause
      from log.search_page(
        log.token_search(token_sha256, search), after_start, after_id, page_rows) p
    $$`.execute(db)
}

/** Neither who asked, by whatever name they came in, nor who made the token by which a program asked, or one that it was made with, agrees. */
async function twoPeople(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table log.export_request
      -- By which a program asked, for whom it is made; null: somebody asked in person.
      add column token text,
      -- Who made it, and those that it was made with. Written by the trigger alone.
      add column token_makers text[],
      add check ((token is null) = (token_makers is null))`.execute(db)
  // By its row and not by its column: a token that is made with another names it from step 0088 on, which may run
  // after this one.
  await sql`
    create function log.makers_of_token(of_name text) returns text[]
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
      with recursive made as (
        select k.created_by, to_jsonb(k)->>'made_with' as made_with
        from house.api_token k where k.name = of_name
        union
        select k.created_by, to_jsonb(k)->>'made_with'
        from made join house.api_token k on k.name = made.made_with
      )
      select array_agg(distinct created_by) from made
    $$`.execute(db)
  // One name, however they came in, is one person: core/actor.ts.
  await sql`
    create function log.person_of(actor text) returns text language sql immutable
    set search_path = pg_catalog, pg_temp as $$
      select lower(substr(actor, position(':' in actor) + 1))
    $$`.execute(db)
  await sql`
    create function log.keep_two_people() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    declare
      t house.api_token;
      person text := log.person_of(new.approved_by);
    begin
      if tg_op = 'INSERT' then
        new.token_makers := null;
        if new.token is not null then
          select k.* into t from house.api_token k
          where k.name = new.token and k.actor = new.requested_by and 'logs.search' = any(k.scopes)
            and k.revoked_at is null and (k.ends_at is null or k.ends_at > now())
            and log.within_token(k.associations, new.criteria);
          if t.name is null then
            raise exception 'the token % may not ask for this pack', new.token
              using errcode = 'insufficient_privilege';
          end if;
          new.token_makers := log.makers_of_token(new.token);
        end if;
      end if;
      if person is not null and (
        new.approved_by = 'cli:root'
        or person = log.person_of(new.requested_by)
        or exists (select from unnest(new.token_makers) m where log.person_of(m) = person)
      ) then
        raise exception '% asked for the pack % or may have: it takes another person to approve it',
          new.approved_by, new.code using errcode = 'restrict_violation', constraint = 'two_people';
      end if;
      return new;
    end $$`.execute(db)
  await sql`
    create trigger keep_two_people before insert or update of approved_by on log.export_request
    for each row execute function log.keep_two_people()`.execute(db)
}
