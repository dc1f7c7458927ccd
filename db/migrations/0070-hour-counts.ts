import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** How much there was of what in each hour: of the house, of each association, and for days of each place. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table house.hour_count (
      hour timestamptz not null,
      -- Both null: of the whole house. No reference: what was counted stays when the place goes.
      association text,
      site text,
      kind text not null check (kind in ('join', 'failure', 'blocked', 'connected')),
      -- The network of a join and of who is connected, the reason of a failure, the category of what was blocked.
      name text not null,
      n bigint not null,
      check (site is null or association is not null),
      unique nulls not distinct (association, site, hour, kind, name)
    )`.execute(db)
  await sql`create index on house.hour_count (hour)`.execute(db)
  await sql`alter table house.hour_count enable row level security`.execute(db)
  await sql`
    create policy others on house.hour_count to public
    using (current_user <> 'accueil_admin') with check (current_user <> 'accueil_admin')`.execute(
    db,
  )
  // What is of an association is for who has all of it: who helps at one place of it sees that place.
  await sql`
    create policy seen on house.hour_count for select to accueil_admin using (
      (association is null and (select house.in_reach(null, null)))
      or (site is null and house.in_reach(association, null))
      or site in (select code from house.site))`.execute(db)
}
