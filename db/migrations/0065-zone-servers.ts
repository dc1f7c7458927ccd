import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Zones of the house that have servers of their own to be asked. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table house.filter
      -- ZONE=UPSTREAM, in the order in which they are asked.
      add forward text[] not null default '{}',
      add check (num_nonnulls(association, site, network) = 0 or forward = '{}')`.execute(db)
}
