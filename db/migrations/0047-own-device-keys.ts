import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Pre-shared keys that their owners make for their tills and printers at the staff pages. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table staff.device_key
      -- What its owner calls it; null: a file or a command made it, and it does not end with its owner.
      add column label text check (length(label) between 1 and 64),
      -- Who vouches for the owner.
      add column owner_how text check (owner_how in ('oidc', 'ldap', 'local')),
      add check ((label is null) = (owner_how is null)),
      add check (label is null or not declared)`.execute(db)
  await sql`
    create index on staff.device_key (owner) where label is not null`.execute(db)
  // The name of the network for them; null: nobody makes any.
  await sql`
    alter table house.enrolment
      add column things text check (octet_length(things) between 1 and 32)`.execute(db)
}
