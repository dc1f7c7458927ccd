import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** What guests accepted, and until when their devices are let in. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema guest`.execute(db)
  // The text's digest and the version are kept by value: the proof must outlive the declaration.
  await sql`
    create table guest.acceptance (
      id bigint generated always as identity primary key,
      code text not null unique,
      at timestamptz not null,
      mac macaddr not null,
      ip inet,
      gateway text not null,
      site text not null,
      network text not null,
      terms_version text not null,
      language text not null,
      text_sha256 text not null,
      method text not null
    )`.execute(db)
  await sql`create index on guest.acceptance (site, ip, at desc)`.execute(db)
  await sql`create index on guest.acceptance (at)`.execute(db)
  await sql`
    create table guest.access (
      mac macaddr primary key,
      until timestamptz not null,
      site text not null,
      terms_version text not null,
      changed_at timestamptz not null default now()
    )`.execute(db)
  await sql`create index on guest.access (until)`.execute(db)
  await sql`create index on guest.access (changed_at)`.execute(db)
  await sql`
    create function guest.announce() returns trigger language plpgsql as $$
    begin
      perform pg_notify('grant', case when tg_op = 'DELETE' then old.mac else new.mac end::text);
      return null;
    end $$`.execute(db)
  await sql`
    create trigger announce after insert or update or delete
    on guest.access for each row execute function guest.announce()`.execute(db)
}
