import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Devices that were shown the terms and have not accepted, for minutes: a helper may let one in. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table guest.waiting (
      site text not null,
      mac macaddr not null,
      gateway text not null,
      -- What its gateway is opened with, sealed.
      device text not null,
      seen_at timestamptz not null,
      primary key (site, mac)
    )`.execute(db)
  await sql`create index on guest.waiting (seen_at)`.execute(db)
}
