import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** What the law names and the first version lacked, and what is needed to merge packets in any order. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await legalBasis(db)
  await sql`
    alter table log.connection
      add column legal_basis text,
      add column ipv4_at timestamptz(3),
      add column ipv6_at timestamptz(3),
      add column nas_started_at timestamptz(3),
      add column nas_stopped_at timestamptz(3)`.execute(db)
  // No foreign key to log.connection: both lose a day at once, and a key would check row by row.
  await sql`
    create table log.former_address (
      day date not null,
      id uuid not null,
      address inet not null,
      from_at timestamptz(3) not null,
      -- When the device was first seen with the next one.
      until_at timestamptz(3) not null,
      primary key (day, id, address, from_at)
    ) partition by range (day)`.execute(db)
  await sql`create index on log.former_address (address, from_at)`.execute(db)
  // Sessions that began before a restart may be heard of after it.
  await sql`
    create table log.gateway_restart (
      gateway text not null,
      at timestamptz(3) not null,
      cause text not null,
      primary key (gateway, at)
    )`.execute(db)
  await sessions(db)
}

async function legalBasis(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table house.legal_basis (
      id text primary key,
      text text not null,
      -- Null: both.
      network text check (network in ('guest', 'staff')),
      starts_on date not null,
      -- The last day, which counts; null: no end is known.
      ends_on date,
      check (ends_on >= starts_on)
    )`.execute(db)
  for (const network of ['guest', 'staff']) {
    await sql`
      alter table house.legal_basis add constraint ${sql.id(`one_basis_${network}`)}
      exclude using gist (daterange(starts_on, ends_on, '[]') with &&)
      where (network is null or network = ${sql.lit(network)})
      deferrable initially deferred`.execute(db)
  }
}

async function sessions(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table log.session
      add column site text,
      add column network text,
      add column generation smallint not null default 0,
      add column version integer not null default 1,
      add column account_at timestamptz(3),
      -- 0: an upper bound, 1: worked out from Acct-Session-Time, 2: a Start said it.
      add column start_rank smallint not null default 0,
      add column nas_started_at timestamptz(3),
      add column stop_cause text,
      add column stop_by text check (stop_by in ('packet', 'restart', 'silence', 'grant')),
      add column nas_stopped_at timestamptz(3),
      add column accounted boolean not null default true,
      add column grant_until timestamptz(3),
      add column interval_seconds integer not null default 600,
      -- Addresses and 32-bit counters in the order of time, as runs.
      add column trail jsonb not null default '{}'`.execute(db)
  await sql`
    update log.session s set site = c.site, network = c.network
    from log.connection c where c.day = s.day and c.id = s.id`.execute(db)
  await sql`delete from log.session where site is null`.execute(db)
  await sql`
    update log.session set
      account_at = started_at,
      start_rank = case when start_seen then 2 when seconds > 0 then 1 else 0 end,
      stop_by = case when stopped_at is not null then 'packet' end,
      accounted = seconds is not null or start_seen,
      trail = jsonb_strip_nulls(jsonb_build_object(
        'ipv4', case when ipv4 is not null then jsonb_build_array(jsonb_build_array(
          jsonb_build_array(extract(epoch from ipv4_at) * 1000, host(ipv4)),
          jsonb_build_array(extract(epoch from ipv4_at) * 1000, host(ipv4)))) end,
        'ipv6', case when ipv6 is not null then jsonb_build_array(jsonb_build_array(
          jsonb_build_array(extract(epoch from ipv6_at) * 1000, host(ipv6)),
          jsonb_build_array(extract(epoch from ipv6_at) * 1000, host(ipv6)))) end))`.execute(db)
  await sql`
    alter table log.session
      alter column site set not null,
      alter column network set not null,
      drop constraint session_pkey,
      add primary key (key, generation),
      add check ((stopped_at is null) = (stop_by is null)),
      drop column ipv4, drop column ipv4_at, drop column ipv6, drop column ipv6_at,
      drop column start_seen`.execute(db)
  // Each packet moves last_at: with an index on it no update could stay on its page (HOT).
  await sql`drop index log.session_last_at_idx`.execute(db)
  await sql`create index on log.session (gateway, stopped_at) where stop_by = 'restart'`.execute(db)
}
