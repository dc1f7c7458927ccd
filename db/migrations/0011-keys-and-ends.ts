import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** A signing key that can be replaced, and an end for what had none. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table log.sealing_key
      add column retired_at timestamptz(3),
      alter column private_pem drop not null,
      -- A key that was replaced signs nothing more: it is not kept.
      add check ((retired_at is null) = (private_pem is not null))`.execute(db)
  await sql`
    create unique index one_sealing_key on log.sealing_key ((true)) where retired_at is null`.execute(
    db,
  )
  // A link of the chain like a seal: the next one carries its hash.
  await sql`
    create table log.key_change (
      n bigint generated always as identity primary key,
      old_id text not null references log.sealing_key,
      new_id text not null unique references log.sealing_key,
      at timestamptz(3) not null,
      reason text,
      -- The last day that was sealed before it; null: none was.
      after_day date,
      previous bytea not null,
      -- Null: the old key was lost or is not trusted any more.
      old_signature bytea,
      new_signature bytea not null
    )`.execute(db)
  await sql`
    create table house.retention (
      id smallint primary key default 1 check (id = 1),
      -- Six months, and the three years that need a justification.
      audit_days integer not null check (audit_days between 180 and 1095)
    )`.execute(db)
}
