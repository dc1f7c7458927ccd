import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Where a place is, and by whose clock pages tell what is of no place. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table house.site
      -- As on a letter, in one line; null: nobody said it.
      add column postal_address text check (length(postal_address) between 1 and 300)`.execute(db)
  await sql`
    alter table house.organisation
      add column timezone text not null default 'Europe/Paris'`.execute(db)
  // Of each place that a page lists, its gateways are asked for.
  await sql`create index on house.gateway (site)`.execute(db)
  await folded(db)
}

/** Most names need no expression to be looked through: 2,333 of them as somebody types. */
async function folded(db: Kysely<unknown>): Promise<void> {
  await sql`
    create or replace function house.folded(t text) returns text
    language sql immutable as $$
      select pg_catalog.lower(case
        when pg_catalog.octet_length(t) operator(pg_catalog.=) pg_catalog.length(t) then t
        else pg_catalog.regexp_replace(
          pg_catalog.normalize(t, 'NFD'), '[\u0300-\u036f]', '', 'g') end)
    $$`.execute(db)
}
