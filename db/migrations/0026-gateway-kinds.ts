import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** More kinds of gateways: what each is told, what waits for those that poll, passwords for one use. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // Which kinds there are is known to `apply`: another one needs no migration.
  await sql`alter table house.gateway drop constraint gateway_kind_check`.execute(db)
  await sql`
    create table house.gateway_settings (
      gateway text primary key references house.gateway on delete cascade,
      -- Sealed JSON, context "settings:GATEWAY".
      settings text not null,
      captive text,
      -- Its controller can be told by the portal to end a session.
      revokes boolean not null
    )`.execute(db)
  await sql`
    create trigger announce after insert or update or delete or truncate
    on house.gateway_settings for each statement execute function house.announce()`.execute(db)
  await openings(db)
  await credentials(db)
  await disconnects(db)
}

/** Devices that a gateway lets in when it asks the next time. */
async function openings(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table guest.opening (
      id uuid primary key,
      gateway text not null,
      -- By which the gateway knows the device, and what it is told of it.
      key text not null,
      line text not null,
      made_at timestamptz(3) not null default now(),
      done_at timestamptz(3),
      expires_at timestamptz(3) not null
    )`.execute(db)
  await sql`create index on guest.opening (gateway, made_at) where done_at is null`.execute(db)
  await sql`create index on guest.opening (expires_at)`.execute(db)
  await sql`
    create function guest.announce_opening() returns trigger language plpgsql as $$
    begin
      perform pg_notify('opening', '');
      return null;
    end $$`.execute(db)
  await sql`
    create trigger announce after insert or update or delete
    on guest.opening for each statement execute function guest.announce_opening()`.execute(db)
}

async function credentials(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table guest.credential (
      name text primary key,
      gateway text not null,
      mac macaddr not null,
      -- Sealed, context "credential:NAME".
      password text not null,
      session_until timestamptz(3) not null,
      expires_at timestamptz(3) not null
    )`.execute(db)
  await sql`create index on guest.credential (expires_at)`.execute(db)
  // To be taken is to be used: what takes it deletes it.
  await sql`
    create function guest.take_credential(of_name text, at_gateway text, of_mac macaddr)
    returns table (password text, session_until timestamptz)
    language sql security definer set search_path = pg_catalog, pg_temp as $$
      delete from guest.credential
      where name = of_name and gateway = at_gateway and mac = of_mac and expires_at > now()
      returning password, session_until
    $$`.execute(db)
}

/** A gateway whose controller the portal can tell is asked too; and a device is asked again who it is. */
async function disconnects(db: Kysely<unknown>): Promise<void> {
  await sql`
    create or replace function house.ask_disconnect(
      as_request uuid, of_mac macaddr, of_account text, at_site text, by_actor text, for_reason text
    ) returns void
    language sql security definer set search_path = pg_catalog, pg_temp as $$
      with open_session as (
        select distinct s.gateway, s.mac, s.account
        from log.session s
        where s.stopped_at is null
          and (of_mac is not null or of_account is not null)
          and (of_mac is null or s.mac = of_mac)
          and (of_account is null or s.account = of_account)
          and (at_site is null or s.site = at_site)
        limit 1000
      ),
      way as (
        select o.*, g.coa_port is null and not coalesce(k.revokes, false) as has_none
        from open_session o
        left join house.gateway g on g.name = o.gateway
        left join house.gateway_settings k on k.gateway = o.gateway
      ),
      asked as (
        insert into house.disconnect
          (request, asked_by, reason, gateway, mac, account, outcome, ended_at)
        select as_request, by_actor, for_reason, w.gateway, w.mac, w.account,
               case when w.has_none then 'no-way' end,
               case when w.has_none then now() end
        from way w
        returning 1
      )
      insert into audit.entry (actor, action, subject, reason, details)
      values (by_actor, 'radius.disconnect', 'log.session', for_reason, jsonb_build_object(
        'mac', of_mac, 'user', of_account, 'site', at_site,
        'requests', (select count(*) from asked)))
    $$`.execute(db)
  // The portal may have one device asked again at the gateway that it came from, and nothing more.
  await sql`
    create function house.ask_again(as_request uuid, at_gateway text, of_mac macaddr, by_form text)
    returns void
    language sql security definer set search_path = pg_catalog, pg_temp as $$
      insert into house.disconnect (request, asked_by, reason, gateway, mac, form)
      select as_request, 'portal', 'accepted the terms', g.name, of_mac, by_form
      from house.gateway g where g.name = at_gateway and g.coa_port is not null
    $$`.execute(db)
}
