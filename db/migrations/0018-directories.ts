import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Where the accounts of staff are when they are not in this database. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table staff.directory (
      name text primary key,
      urls text[] not null check (cardinality(urls) > 0),
      start_tls boolean not null,
      ca_pem text,
      base_dn text not null,
      bind_dn text not null,
      -- Sealed, context "directory:NAME".
      bind_password text not null,
      -- Null: the directory says itself what it is.
      kind text check (kind in ('openldap', 'active-directory')),
      realms text[] not null,
      user_filter text,
      groups_base_dn text,
      groups_from text not null check (groups_from in ('members', 'memberOf')),
      groups_nested boolean not null,
      last_good_seconds integer not null check (last_good_seconds >= 0),
      nt_hash_attribute text
    )`.execute(db)
  await sql`
    create trigger announce after insert or update or delete or truncate
    on staff.directory for each statement execute function house.announce()`.execute(db)
}
