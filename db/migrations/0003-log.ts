import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** The connection log that the law asks for, the live sessions that feed it, and who looked. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema log`.execute(db)
  // Milliseconds, as everywhere in the program: a search that goes on from a row must not meet it again.
  // No foreign key to house.*: a row must outlive the place and the gateway that it names.
  await sql`
    create table log.connection (
      day date not null,
      id uuid not null,
      site text not null,
      gateway text not null,
      network text not null,
      mac macaddr,
      mac_local boolean generated always as
        ((('x' || lpad(substr(mac::text, 1, 2), 8, '0'))::bit(32)::int & 2) <> 0) stored,
      account text,
      ipv4 inet,
      ipv6 inet,
      public_ip inet,
      public_ports int4range,
      started_at timestamptz(3) not null,
      stopped_at timestamptz(3),
      stop_cause text,
      terms_version text,
      primary key (day, id)
    ) partition by range (day)`.execute(db)
  await sql`create index on log.connection (mac, started_at)`.execute(db)
  await sql`create index on log.connection (ipv4, started_at)`.execute(db)
  await sql`create index on log.connection (ipv6, started_at) where ipv6 is not null`.execute(db)
  await sql`create index on log.connection (account, started_at) where account is not null`.execute(
    db,
  )
  await sql`create index on log.connection (site, started_at)`.execute(db)
  // One row a session while it can still change: which row of the log it is, and its volumes.
  await sql`
    create table log.session (
      key uuid primary key,
      day date not null,
      id uuid not null,
      gateway text not null,
      mac macaddr,
      account text,
      ipv4 inet,
      ipv4_at timestamptz(3),
      ipv6 inet,
      ipv6_at timestamptz(3),
      started_at timestamptz(3) not null,
      start_seen boolean not null,
      last_at timestamptz(3) not null,
      stopped_at timestamptz(3),
      seconds bigint,
      octets_in numeric(20),
      octets_out numeric(20)
    ) with (fillfactor = 70)`.execute(db)
  await sql`create index on log.session (gateway, mac) where stopped_at is null`.execute(db)
  await sql`create index on log.session (last_at)`.execute(db)

  await sql`create schema audit`.execute(db)
  await sql`
    create table audit.entry (
      id bigint generated always as identity primary key,
      at timestamptz not null default now(),
      actor text not null,
      action text not null,
      subject text not null,
      reason text,
      details jsonb not null default '{}'
    )`.execute(db)
  await sql`create index on audit.entry (at)`.execute(db)
}
