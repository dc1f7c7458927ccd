import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Pre-shared keys of their own for things without 802.1X, and the devices that use them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table staff.device_key (
      name text primary key,
      -- Whose name the log shows.
      owner text not null,
      -- Of device: till, printer.
      kind text not null,
      groups text[] not null,
      -- Where it is valid; both null: everywhere.
      site text references house.site on delete cascade,
      association text references house.association on delete cascade,
      ssid text not null check (octet_length(ssid) between 1 and 32),
      -- The one device that may use it, if that is known beforehand.
      mac macaddr,
      -- How many may use it else: the first that do.
      devices integer not null check (devices between 1 and 1000),
      -- The last day, in UTC.
      until date,
      -- Sealed, contexts "device-key:NAME" and "device-pmk:NAME". The master key is worked out once, here.
      passphrase text not null,
      pmk text not null,
      -- False: a command made it, and no declaration removes it.
      declared boolean not null,
      made_at timestamptz(3) not null default now(),
      check (site is null or association is null),
      check (mac is null or devices = 1),
      unique (ssid, mac) deferrable initially deferred
    )`.execute(db)
  await sql`create index on staff.device_key (site)`.execute(db)
  await sql`create index on staff.device_key (association)`.execute(db)
  await sql`
    create table staff.device_key_mac (
      ssid text not null,
      mac macaddr not null,
      device_key text not null references staff.device_key on delete cascade,
      bound_at timestamptz(3) not null default now(),
      primary key (ssid, mac)
    )`.execute(db)
  await sql`create index on staff.device_key_mac (device_key)`.execute(db)
  // A channel of its own: a device that is bound must not make every process read the whole house again.
  await sql`
    create function staff.announce_device_key() returns trigger language plpgsql as $$
    begin
      perform pg_notify('device_key', '');
      return null;
    end $$`.execute(db)
  for (const table of ['device_key', 'device_key_mac']) {
    await sql`
      create trigger announce after insert or update or delete or truncate
      on ${sql.id('staff', table)} for each statement
      execute function staff.announce_device_key()`.execute(db)
  }
}
