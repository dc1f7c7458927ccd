import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Lists that are zones: the key to transfer them with, and how often their SOA says to look. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table house.list_source
      add column tsig_name text,
      add column tsig_algorithm text check (tsig_algorithm in ('hmac-sha256', 'hmac-sha512')),
      -- Sealed.
      add column tsig_secret text,
      add check (num_nulls(tsig_name, tsig_algorithm, tsig_secret) in (0, 3))`.execute(db)
  await sql`
    alter table house.list_state
      -- Null: once a day.
      add column refresh_seconds integer check (refresh_seconds > 0)`.execute(db)
}
