import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** How much was filtered, and the names of one device while somebody looks into a fault there. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table house.filter_count (
      hour timestamptz not null,
      -- No reference: what was counted stays when the place goes.
      site text,
      network text not null check (network in ('guest', 'staff')),
      -- Null: let through.
      category text,
      queries bigint not null,
      unique nulls not distinct (hour, site, network, category)
    )`.execute(db)
  await sql`
    create table house.filter_window (
      id bigint generated always as identity primary key,
      site text not null,
      network text not null,
      address text,
      device text,
      reason text not null,
      made_by text not null,
      starts_at timestamptz not null default now(),
      ends_at timestamptz not null,
      foreign key (site, network) references house.network on delete cascade,
      check (num_nonnulls(address, device) = 1),
      check (ends_at <= starts_at + interval '1 hour')
    )`.execute(db)
  await sql`
    create table house.filter_window_name (
      id bigint generated always as identity primary key,
      -- The names go with it.
      window_id bigint not null references house.filter_window on delete cascade,
      at timestamptz not null,
      name text not null,
      type integer not null,
      category text
    )`.execute(db)
  await sql`create index on house.filter_window_name (window_id)`.execute(db)
  await sql`
    create trigger announce after insert or update or delete or truncate
    on house.filter_window for each statement execute function house.announce()`.execute(db)
}
