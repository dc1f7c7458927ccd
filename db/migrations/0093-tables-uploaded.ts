import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** A table of places that somebody uploaded on a page: one at a time, read by the jobs, accepted by a person, carried out. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table house.site_import (
      one boolean primary key default true check (one),
      -- Of this upload: nobody accepts another one than they read.
      id uuid not null default gen_random_uuid(),
      made_at timestamptz(3) not null default now(),
      made_by text not null,
      file text not null check (char_length(file) between 1 and 200),
      -- Sealed, in pieces, for there may be secrets of gateways in it; null once it was carried out or failed.
      content text[],
      read_at timestamptz(3),
      places integer,
      -- Lines for people: mistakes, or the difference and what is to be said about it.
      problems text[],
      changes text[],
      notes text[],
      -- How many there are of each, shown or not.
      problem_count integer,
      change_count integer,
      changes_sha256 text,
      accepted_sha256 text,
      accepted_by text,
      reason text,
      done_at timestamptz(3),
      check ((accepted_sha256 is null) = (accepted_by is null))
    )`.execute(db)
  await sql`alter table house.site_import enable row level security`.execute(db)
  await sql`
    create policy others on house.site_import to public
    using (current_user <> 'accueil_admin') with check (current_user <> 'accueil_admin')`.execute(
    db,
  )
  // It may be about any place: for who reaches the whole house.
  await sql`
    create policy whole on house.site_import to accueil_admin
    using (house.in_reach(null, null)) with check (house.in_reach(null, null))`.execute(db)
}
