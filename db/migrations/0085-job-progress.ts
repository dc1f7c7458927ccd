import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** How far a run has come, for who waits for it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table house.job
      -- Of the run that is under way; null: it does not say.
      add column percent smallint check (percent between 0 and 100)`.execute(db)
}
