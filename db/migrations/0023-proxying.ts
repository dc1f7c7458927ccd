import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Whose logins are answered elsewhere, and by which servers. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table staff.home_server (
      name text primary key,
      address text not null,
      port integer not null check (port between 1 and 65535),
      accounting_port integer check (accounting_port between 1 and 65535),
      -- Sealed, context "home-server:NAME"; null over RadSec, where it is everyone's.
      secret text,
      signs_replies boolean not null,
      status_server boolean not null,
      tls_name text,
      ca_pem text,
      certificate_pem text,
      -- Sealed, context "home-server-key:NAME".
      key_pem text,
      check ((tls_name is null) = (secret is not null)),
      check ((tls_name is null) = (accounting_port is not null)),
      check ((tls_name is null) = (certificate_pem is null)),
      check ((tls_name is null) = (key_pem is null))
    )`.execute(db)
  await sql`
    create table staff.realm (
      realm text primary key,
      -- In the order in which they are asked; none: it is answered here.
      servers text[] not null,
      strip boolean not null,
      accounting boolean not null,
      vlan integer check (vlan between 1 and 4094),
      groups text[] not null,
      gives text[] not null
        check (gives <@ array['vlan', 'filter', 'bandwidth', 'tunnel-password']),
      operator text
    )`.execute(db)
  for (const table of ['staff.home_server', 'staff.realm']) {
    await sql`
      create trigger announce after insert or update or delete or truncate
      on ${sql.table(table)} for each statement execute function house.announce()`.execute(db)
  }
  // By this, every process of a fleet knows a request that the fleet has sent before.
  await sql`
    create table staff.proxy_identity (
      only_one boolean primary key default true check (only_one),
      tag uuid not null default gen_random_uuid()
    )`.execute(db)
  await sql`insert into staff.proxy_identity default values`.execute(db)
}
