import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Of hours that are over, what all places together came to: the week of the house is 5,000 rows, not 800,000. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table house.filter_hour (
      hour timestamptz(0) not null,
      network text not null check (network in ('guest', 'staff')),
      category text,
      queries bigint not null,
      passed bigint not null,
      unique nulls not distinct (hour, network, category)
    )`.execute(db)
  await sql`alter table house.filter_hour enable row level security`.execute(db)
  // Any other role has what db/roles.ts gives it, in all rows.
  await sql`
    create policy others on house.filter_hour to public
    using (current_user <> 'accueil_admin') with check (current_user <> 'accueil_admin')`.execute(
    db,
  )
  await sql`
    create policy whole on house.filter_hour for select to accueil_admin
    using ((select house.in_reach(null, null)))`.execute(db)
}
