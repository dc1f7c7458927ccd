import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Lists are changed by the administration as well. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await lists(db)
}

/** What is filtered by lists is the whole house's. */
async function lists(db: Kysely<unknown>): Promise<void> {
  for (const name of ['house.list', 'house.list_source', 'house.list_state']) {
    const table = sql.raw(name)
    await sql`alter table ${table} enable row level security`.execute(db)
    await others(db, name)
    await sql`
      create policy seen on ${table} for select to accueil_admin using (true)`.execute(db)
    await sql`
      create policy written on ${table} for all to accueil_admin
      using (house.in_reach(null, null)) with check (house.in_reach(null, null))`.execute(db)
  }
}

/** Any other role has what db/roles.ts gives it, in all rows. */
async function others(db: Kysely<unknown>, name: string): Promise<void> {
  await sql`
    create policy others on ${sql.raw(name)} to public
    using (current_user <> 'accueil_admin') with check (current_user <> 'accueil_admin')`.execute(
    db,
  )
}
