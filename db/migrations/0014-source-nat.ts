import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/**
 * How a place's gateway translates a network's private addresses, all null where nobody said it; and
 * what the fold does not need.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table house.network
      add column nat_address inet,
      add column nat_first_port integer check (nat_first_port between 1 and 65535),
      add column nat_last_port integer check (nat_last_port between 1 and 65535),
      add column nat_ports_each integer check (nat_ports_each > 0),
      add check (nat_first_port <= nat_last_port),
      add check ((nat_first_port is null) = (nat_last_port is null)
             and (nat_first_port is null) = (nat_ports_each is null)
             and (nat_address is null or nat_first_port is not null))`.execute(db)
  // With which a former address went out.
  await sql`
    alter table log.former_address add column public_ip inet, add column public_ports int4range`.execute(
    db,
  )
  await sql`
    create index on log.former_address (public_ip) where public_ip is not null`.execute(db)
  await leanSessions(db)
}

/** What the fold writes for every session costs less: no index of what has ended, no parsed form. */
async function leanSessions(db: Kysely<unknown>): Promise<void> {
  await sql`drop index log.session_day_idx`.execute(db)
  await sql`create index on log.session (day) where stopped_at is null`.execute(db)
  await sql`
    alter table log.session
      alter column trail drop default, alter column trail type text using trail::text`.execute(db)
}
