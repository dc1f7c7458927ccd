import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/**
 * What was acknowledged and is not in the log yet. Whoever hears of a connection appends here and has no
 * other right on the log; one process of the fleet brings it into the log and removes it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table log.journal (
      id bigint generated always as identity primary key,
      made_at timestamptz(3) not null default now(),
      events integer not null,
      -- A line an event.
      content text not null
    ) with (
      -- It fills and empties all day: what is dead must go before it is read over.
      autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 2000,
      toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 20000
    )`.execute(db)
  // Compressing would cost more than the disk does, for rows that live a second.
  await sql`alter table log.journal alter column content set storage external`.execute(db)
}
