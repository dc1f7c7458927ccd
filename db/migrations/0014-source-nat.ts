import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** How a place's gateway translates a network's private addresses; all null where nobody said it. */
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
}
