import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Where lists come from, and how it went. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table house.list
      -- What a command added, no declaration takes away.
      add column made_by text not null default 'declaration' check (made_by in ('declaration', 'command'))`.execute(
    db,
  )
  await sql`
    create table house.list_source (
      list text primary key references house.list on delete cascade,
      url text not null,
      -- The folder of an archive in which the list is; null: the only one, or that of the category.
      folder text,
      -- Addresses of the house's own network are fetched only where that is said.
      allow_private boolean not null default false
    )`.execute(db)
  await sql`
    create table house.list_state (
      list text primary key references house.list on delete cascade,
      -- Of which text of the list the counts are.
      sha256 text,
      syntax text,
      lines bigint,
      names bigint,
      unusable bigint,
      -- How many unusable lines there are of each kind, and the first of them.
      kinds jsonb not null default '{}',
      faults jsonb not null default '[]',
      tried_at timestamptz,
      fetched_at timestamptz,
      changed_at timestamptz,
      -- Of which address the answer was that these came with.
      url text,
      etag text,
      last_modified text,
      error text,
      -- A text that lost half of its names: it waits for somebody to say that this is right.
      held_sha256 text,
      held_names bigint,
      held_at timestamptz,
      held_content bytea,
      check (num_nulls(held_sha256, held_names, held_at, held_content) in (0, 4))
    )`.execute(db)
}
