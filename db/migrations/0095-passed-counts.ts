import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** How many questions were let through although a list names them: what it would be to block the category. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table house.filter_count
      -- They are also in the row of the hour without a category, as questions that were let through.
      add column passed bigint not null default 0`.execute(db)
}
