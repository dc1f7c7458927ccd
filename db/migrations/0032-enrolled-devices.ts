import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** The certificate authority of the house, and the devices of staff that have a credential of their own. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await authority(db)
  await device(db)
  await sql`
    create table house.enrolment (
      id smallint primary key default 1 check (id = 1),
      -- After the @ of the name that a device shows outside the tunnel.
      realm text,
      -- Beside those of the places.
      ssids text[] not null,
      days integer not null check (days between 1 and 825),
      passwords boolean not null
    )`.execute(db)
  await sql`
    create trigger announce after insert or update or delete or truncate
    on house.enrolment for each statement execute function house.announce()`.execute(db)
}

async function authority(db: Kysely<unknown>): Promise<void> {
  // One row a generation. The newest that is whole signs devices; the server goes over to it at server_from.
  await sql`
    create table staff.authority (
      generation integer primary key check (generation > 0),
      -- What devices trust; null while an authority above has yet to sign.
      root_pem text,
      -- Sealed, context "authority-root:GENERATION"; null: the root is somebody else's.
      root_key text,
      -- What signs devices, and what stands between it and the root.
      issuing_pem text,
      -- Sealed, context "authority-issuing:GENERATION".
      issuing_key text not null,
      server_from timestamptz(3),
      made_at timestamptz(3) not null default now(),
      check ((root_pem is null) = (issuing_pem is null)),
      check ((root_pem is null) = (server_from is null)),
      check (root_key is null or root_pem is not null)
    )`.execute(db)
  // Of those that wait for a signature there is one.
  await sql`
    create unique index authority_waiting on staff.authority ((root_pem is null))
    where root_pem is null`.execute(db)
  await sql`
    create trigger announce after insert or update or delete or truncate
    on staff.authority for each statement execute function house.announce()`.execute(db)
}

async function device(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table staff.device (
      -- Random: what its certificate, or its user name, shows of it.
      id text primary key check (id ~ '^[a-z2-9]{16}$'),
      account text not null check (account = lower(account)),
      -- What its owner calls it.
      name text not null check (length(name) between 1 and 64),
      -- For the policies: laptop, phone.
      kind text not null,
      -- As at the last enrolment, for whom only an identity provider knows.
      how text not null check (how in ('oidc', 'ldap', 'local')),
      groups text[] not null,
      credential text not null check (credential in ('certificate', 'password')),
      -- Of a password of 128 random bits, SHA-256.
      secret bytea check (octet_length(secret) = 32),
      -- The newest root that its profile has.
      generation integer not null references staff.authority,
      ends_at timestamptz(3) not null,
      created_at timestamptz(3) not null default now(),
      last_seen_on date,
      revoked_at timestamptz(3),
      revoked_by text,
      revoked_why text,
      changed_at timestamptz(3) not null default clock_timestamp(),
      check ((secret is null) = (credential = 'certificate')),
      check (num_nulls(revoked_at, revoked_by, revoked_why) in (0, 3))
    )`.execute(db)
  await sql`create index on staff.device (account)`.execute(db)
  await sql`create index on staff.device (changed_at)`.execute(db)
  await sql`create index on staff.device (ends_at)`.execute(db)
  await sql`
    create index on staff.device (revoked_at) where revoked_at is not null`.execute(db)
  await sql`
    create table staff.device_certificate (
      -- Upper-case hexadecimal digits, without zeros in front.
      serial text primary key check (serial ~ '^[1-9A-F][0-9A-F]*$'),
      device text not null references staff.device on delete cascade,
      generation integer not null references staff.authority,
      ends_at timestamptz(3) not null,
      issued_at timestamptz(3) not null default now()
    )`.execute(db)
  await sql`create index on staff.device_certificate (device)`.execute(db)

  // Whoever follows is told which one. That a device was seen changes nothing for them.
  await sql`
    create function staff.announce_device() returns trigger language plpgsql as $$
    begin
      new.changed_at := clock_timestamp();
      perform pg_notify('device', new.id);
      return new;
    end $$`.execute(db)
  await sql`
    create trigger announce before insert or update of
      account, name, kind, how, groups, secret, generation, ends_at, revoked_at
    on staff.device for each row execute function staff.announce_device()`.execute(db)
}
