import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Gateways that prove who they are by TLS instead of their address (RadSec), and how each is told to disconnect. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table house.authority (
      name text primary key,
      pem text not null,
      -- Serial numbers in lower-case hex, of certificates that no longer count.
      revoked text[] not null
    )`.execute(db)
  await sql`
    create trigger announce after insert or update or delete or truncate
    on house.authority for each statement execute function house.announce()`.execute(db)
  await sql`
    alter table house.gateway
      alter column address drop not null,
      add radsec_certificate text,
      add radsec_name text,
      add radsec_authority text references house.authority deferrable initially deferred,
      add radsec_psk text,
      add coa_port integer check (coa_port between 1 and 65535),
      add coa_secret text,
      add coa_vendor text,
      add unique (radsec_certificate) deferrable initially deferred,
      add unique (radsec_authority, radsec_name) deferrable initially deferred,
      add check ((radsec_name is null) = (radsec_authority is null)),
      add check (num_nonnulls(radsec_certificate, radsec_name, radsec_psk) <= 1),
      add check (num_nonnulls(address, radsec_certificate, radsec_name, radsec_psk) > 0),
      add check ((coa_port is null) = (coa_vendor is null)),
      add check (coa_secret is null or coa_port is not null)`.execute(db)
  await disconnects(db)
}

/** Who asked for which session to end, and what came of it. */
async function disconnects(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table house.disconnect (
      id bigint generated always as identity primary key,
      -- Of all that was asked for at once.
      request uuid not null,
      asked_at timestamptz(3) not null default now(),
      asked_by text not null,
      reason text not null,
      gateway text not null,
      mac macaddr,
      account text,
      taken_by text,
      taken_at timestamptz(3),
      -- Of the last answer: an Error-Cause (RFC 5176 §3.5), and the form that was answered.
      outcome text check (outcome in
        ('disconnected', 'no-session', 'refused', 'no-answer', 'unreachable', 'no-way')),
      error_cause integer,
      form text,
      ended_at timestamptz(3),
      check ((outcome is null) = (ended_at is null)),
      check (mac is not null or account is not null)
    )`.execute(db)
  await sql`create index on house.disconnect (gateway, asked_at) where outcome is null`.execute(db)
  await sql`create index on house.disconnect (asked_at)`.execute(db)
  await sql`create index on house.disconnect (request)`.execute(db)
  await sql`
    create table house.disconnect_form (
      gateway text primary key references house.gateway on delete cascade,
      form text not null,
      worked_at timestamptz(3) not null default now()
    )`.execute(db)
  await sql`
    create function house.announce_disconnect() returns trigger language plpgsql as $$
    begin
      perform pg_notify('disconnect', '');
      return null;
    end $$`.execute(db)
  await sql`
    create trigger announce after insert on house.disconnect
    for each statement execute function house.announce_disconnect()`.execute(db)
  // Who serves may not read the log: this tells no more than where a request must go.
  await sql`
    create function house.ask_disconnect(
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
      asked as (
        insert into house.disconnect
          (request, asked_by, reason, gateway, mac, account, outcome, ended_at)
        select as_request, by_actor, for_reason, o.gateway, o.mac, o.account,
               case when g.coa_port is null then 'no-way' end,
               case when g.coa_port is null then now() end
        from open_session o left join house.gateway g on g.name = o.gateway
        returning 1
      )
      insert into audit.entry (actor, action, subject, reason, details)
      values (by_actor, 'radius.disconnect', 'log.session', for_reason, jsonb_build_object(
        'mac', of_mac, 'user', of_account, 'site', at_site,
        'requests', (select count(*) from asked)))
    $$`.execute(db)
  // Asking tells where somebody is. It tells so only when its line in the audit is there to stay.
  await sql`
    create function house.disconnect_outcomes(of_request uuid) returns table (
      id bigint, gateway text, mac macaddr, account text, outcome text, error_cause integer, form text,
      is_taken boolean
    )
    language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
    begin
      if pg_current_xact_id_if_assigned() is not null then
        raise exception 'outcomes are read after the transaction that asked'
          using errcode = 'invalid_transaction_state';
      end if;
      return query
        select d.id, d.gateway, d.mac, d.account, d.outcome, d.error_cause, d.form,
               d.taken_at is not null
        from house.disconnect d where d.request = of_request order by d.id;
    end $$`.execute(db)
}
