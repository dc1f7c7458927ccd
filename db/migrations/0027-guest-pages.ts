import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** What the guest pages say in the organisation's name, and what a device may read of itself. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table house.organisation
      add column controller text,
      add column privacy_contact text,
      add column dpo text,
      add column accessibility_contact text,
      add column audit_by text,
      add column audit_on date,
      add column audit_percent smallint check (audit_percent between 0 and 100),
      add column not_accessible text[] not null default '{}',
      add check (num_nulls(audit_by, audit_on, audit_percent) in (0, 3))`.execute(db)
  await sql`
    alter table house.network
      add column ssid text check (octet_length(ssid) between 1 and 32)`.execute(db)

  // The portal shows the basis in force, from memory.
  await sql`
    create trigger announce after insert or update or delete or truncate
    on house.legal_basis for each statement execute function house.announce()`.execute(db)

  // The portal has no right to read acceptances: through this, it reads those of one device.
  await sql`create index on guest.acceptance (mac, at desc)`.execute(db)
  await sql`
    create function guest.kept_about(device macaddr)
    returns table (at timestamptz, site text, terms_version text, language text)
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
      select a.at, a.site, a.terms_version, a.language
      from guest.acceptance a where a.mac = device order by a.at desc limit 50
    $$`.execute(db)
}
