import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Devices without 802.1X that somebody of the staff let into the internal network by signing in. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table house.network
      -- How it is told from the others: the name of the network, or the gateways that serve no other.
      add column captive_ssid text check (octet_length(captive_ssid) between 1 and 32),
      add column captive_gateways text[] not null default '{}',
      add column captive_vlan integer check (captive_vlan between 1 and 4094),
      -- Null: no device comes in that way.
      add column captive_grant_seconds integer check (captive_grant_seconds > 0),
      add column captive_random_mac_seconds integer check (captive_random_mac_seconds > 0),
      add check ((captive_grant_seconds is null) = (captive_random_mac_seconds is null)),
      add check (kind = 'staff' or captive_grant_seconds is null)`.execute(db)
  await grants(db)
  await arrivals(db)
  await leaving(db)
}

async function grants(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table staff.internal_grant (
      mac macaddr primary key,
      -- Whose it is: with them it ends.
      account text not null check (account = lower(account)),
      how text not null check (how in ('oidc', 'ldap', 'local')),
      site text not null,
      gateway text not null,
      granted_at timestamptz(3) not null,
      until timestamptz(3) not null check (until > granted_at)
    )`.execute(db)
  await sql`create index on staff.internal_grant (account)`.execute(db)
  await sql`create index on staff.internal_grant (until)`.execute(db)
  await sql`
    create function staff.announce_internal_grant() returns trigger language plpgsql as $$
    begin
      perform pg_notify('internal_grant', '');
      return null;
    end $$`.execute(db)
  await sql`
    create trigger announce after insert or update or delete or truncate
    on staff.internal_grant for each statement
    execute function staff.announce_internal_grant()`.execute(db)
}

/** Devices that were shown the page, by the code that is in the address which their owner opens. */
async function arrivals(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table staff.internal_arrival (
      code text primary key check (code ~ '^[2-9A-Z]{10}$'),
      gateway text not null,
      mac macaddr not null,
      -- Sealed, context "internal arrival GATEWAY MAC": its address, and what opens the gateway.
      device text not null,
      seen_at timestamptz(3) not null,
      unique (gateway, mac)
    )`.execute(db)
  await sql`create index on staff.internal_arrival (seen_at)`.execute(db)
}

/**
 * What ends them is done with the row: by its owner, or because they leave. A gateway that tells the account is
 * asked by it; one that tells only the device, by that.
 */
async function leaving(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function staff.end_internal_grants(
      of_account text, of_mac macaddr, by_actor text, for_reason text
    ) returns integer
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    declare
      ended macaddr;
      count integer := 0;
    begin
      for ended in
        delete from staff.internal_grant g
        where g.account = of_account and (of_mac is null or g.mac = of_mac)
        returning g.mac
      loop
        count := count + 1;
        insert into audit.entry (actor, action, subject, reason, details)
        values (by_actor, 'internal.end', 'device ' || ended, for_reason,
          jsonb_build_object('account', of_account));
        if exists (select from log.session s where s.mac = ended and s.stopped_at is null
                     and (of_mac is not null or s.account is distinct from of_account)) then
          perform house.ask_disconnect(
            gen_random_uuid(), ended, null, null, by_actor, for_reason);
        end if;
      end loop;
      return count;
    end $$`.execute(db)
  await sql`
    create or replace function staff.send_away(of_account text, by_actor text, for_reason text)
    returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    begin
      perform staff.end_internal_grants(of_account, null, by_actor, for_reason);
      if exists (select from log.session s where s.account = of_account and s.stopped_at is null) then
        perform house.ask_disconnect(
          gen_random_uuid(), null, of_account, null, by_actor, for_reason);
      end if;
    end $$`.execute(db)
}
