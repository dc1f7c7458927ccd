import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** What each step from here on took away of what processes of the version before stand on (db/schema-shape.ts). */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table house.upgrade (
      migration text primary key,
      at timestamptz not null default now(),
      -- In words. None: they go on beside the new version, and may be started again.
      breaks text[] not null
    )`.execute(db)
}
