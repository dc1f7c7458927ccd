import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** The administration sees what filters hold where it looks after places, and how much they blocked there. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // What holds for the whole house holds for each of its places, whoever may change it.
  const ofLevel = `num_nonnulls(association, site) = 0 or house.in_reach(association, null)
    or site in (select code from house.site)`
  for (const [name, see] of [
    ['house.filter', ofLevel],
    ['house.filter_lift', ofLevel],
    ['house.filter_count', 'house.in_reach(null, null) or site in (select code from house.site)'],
  ] as const) {
    const table = sql.raw(name)
    await sql`alter table ${table} enable row level security`.execute(db)
    await sql`
      create policy others on ${table} to public
      using (current_user <> 'accueil_admin') with check (current_user <> 'accueil_admin')`.execute(
      db,
    )
    await sql`
      create policy seen on ${table} for select to accueil_admin using (${sql.raw(see)})`.execute(
      db,
    )
  }
}
