import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** What 802.1X needs beside accounts: NT hashes, certificate authorities of devices, TLS sessions. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // Sealed. Only for accounts that are declared to need MS-CHAPv2: it stands for the password there.
  await sql`alter table staff.account add column nt_hash text`.execute(db)
  await sql`
    create table staff.device_ca (
      name text primary key,
      chain_pem text not null,
      -- Which part of a certificate is the name.
      name_from text not null check (name_from in ('cn', 'email', 'dns', 'upn')),
      -- Whether that is an account's, or the device's own with these groups.
      names text not null check (names in ('account', 'device')),
      groups text[] not null default '{}'
    )`.execute(db)
  await sql`
    create table staff.revoked_certificate (
      device_ca text not null references staff.device_ca on delete cascade,
      -- Upper-case hexadecimal digits, without zeros in front.
      serial text not null check (serial ~ '^(0|[1-9A-F][0-9A-F]*)$'),
      primary key (device_ca, serial)
    )`.execute(db)
  for (const table of ['device_ca', 'revoked_certificate']) {
    await sql`
      create trigger announce after insert or update or delete or truncate
      on ${sql.id('staff', table)} for each statement execute function house.announce()`.execute(db)
  }
  // No trigger: who resumes asks for the one row.
  await sql`
    create table staff.eap_session (
      id bytea primary key,
      sealed text not null,
      expires_at timestamptz not null
    )`.execute(db)
  await sql`create index eap_session_expiry on staff.eap_session (expires_at)`.execute(db)
}
