import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** A place is set up on a page: its networks and its gateway, found as one types. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await search(db)
  for (const table of ['house.network', 'house.gateway']) {
    // Whoever may write the place, which the code asks; the rows of no other are in reach.
    await sql`
      create policy written on ${sql.raw(table)} for all to accueil_admin
      using (site in (select code from house.site))
      with check (site in (select code from house.site))`.execute(db)
  }
}

/** Without a SET, so that it becomes part of the query: a call for each of 2,333 places takes longer than their search. */
async function search(db: Kysely<unknown>): Promise<void> {
  await sql`
    create or replace function house.folded(t text) returns text
    language sql immutable as $$
      select pg_catalog.lower(pg_catalog.regexp_replace(
        pg_catalog.normalize(t, 'NFD'), '[\u0300-\u036f]', '', 'g'))
    $$`.execute(db)
  // By gateway first: 20,000 sessions are 2,333 rows before anything else is asked of them.
  await sql`
    create or replace function log.live_counts() returns table (
      site text, guests bigint, staff bigint
    )
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
      select g.site, sum(c.guests)::bigint, sum(c.staff)::bigint
      from (
        select s.gateway, count(*) filter (where s.network = 'guest') as guests,
               count(*) filter (where s.network = 'staff') as staff
        from log.session s where s.stopped_at is null group by s.gateway
      ) c join house.gateway g on g.name = c.gateway join house.site h on h.code = g.site
      where house.in_reach(h.association, h.code)
      group by g.site
    $$`.execute(db)
}
