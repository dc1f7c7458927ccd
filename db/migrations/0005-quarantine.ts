import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Where an accounting event goes that the log refuses: nothing is lost, and the queue moves on. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // As text, not jsonb, which refuses U+0000: this table must take what the log did not.
  await sql`
    create table log.quarantine (
      id uuid primary key,
      at timestamptz(3) not null default now(),
      gateway text not null,
      content text not null,
      reason text not null
    )`.execute(db)
  await sql`create index on log.quarantine (at)`.execute(db)
}
