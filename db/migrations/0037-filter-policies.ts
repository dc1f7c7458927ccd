import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** What is filtered for whom, from the organisation down to one device; rules that end; tokens of places. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table house.filter_device (
      site text not null,
      network text not null,
      name text not null,
      -- aa:bb:cc:dd:ee:ff, as the place's own resolver says it; null: known by its token alone.
      mac text,
      primary key (site, network, name),
      foreign key (site, network) references house.network on delete cascade,
      unique (site, network, mac)
    )`.execute(db)
  await sql`
    create table house.filter (
      id bigint generated always as identity primary key,
      -- None of the three: the organisation.
      association text references house.association on delete cascade,
      site text references house.site on delete cascade,
      device text,
      network text check (network in ('guest', 'staff')),
      -- 0 holds always, the others in their hours.
      position smallint not null check (position between 0 and 64),
      hours text[] not null,
      -- A category, list:NAME or service:NAME.
      block text[] not null,
      allow text[] not null,
      trust text[] not null,
      imposed text[] not null,
      answer text check (answer in ('nxdomain', 'nodata', 'zero', 'page')),
      -- CATEGORY=ANSWER
      answers text[] not null,
      page text[] not null,
      safe_search boolean,
      bypass text check (bypass in ('closed', 'open')),
      asked boolean not null,
      addresses text[] not null,
      private_names text[] not null,
      internal text[] not null,
      always text[] not null,
      unique nulls not distinct (association, site, network, device, position),
      check (num_nonnulls(association, site) < 2),
      check (device is null or num_nonnulls(site, network) = 2),
      check ((position = 0) = (hours = '{}')),
      check (num_nonnulls(association, site, network) = 0
        or (imposed = '{}' and internal = '{}' and always = '{}')),
      foreign key (site, network, device) references house.filter_device on delete cascade
    )`.execute(db)
  await sql`
    create table house.filter_lift (
      id bigint generated always as identity primary key,
      association text references house.association on delete cascade,
      site text references house.site on delete cascade,
      network text check (network in ('guest', 'staff')),
      -- Null: all that is not imposed.
      subject text,
      starts_at timestamptz not null default now(),
      ends_at timestamptz not null,
      made_by text not null,
      reason text not null,
      check (num_nonnulls(association, site) < 2),
      check (starts_at <= ends_at)
    )`.execute(db)
  await sql`
    create table house.dns_token (
      site text not null,
      network text not null,
      -- '': the network's own.
      device text not null,
      version integer not null check (version > 0),
      -- Until when the one before is valid too.
      former_until timestamptz not null,
      primary key (site, network, device),
      foreign key (site, network) references house.network on delete cascade
    )`.execute(db)
  await sql`
    alter table house.rule
      -- From then on it is as if it were not there.
      add until timestamptz(3),
      add note text,
      -- False: made by a command, and none of what apply holds complete.
      add declared boolean not null default true,
      add made_by text`.execute(db)
  // Those that are there were declared; whoever adds one says so if it is.
  await sql`alter table house.rule alter declared set default false`.execute(db)
  for (const table of ['filter_device', 'filter', 'filter_lift', 'dns_token']) {
    await sql`
      create trigger announce after insert or update or delete or truncate
      on ${sql.id('house', table)} for each statement execute function house.announce()`.execute(db)
  }
}
