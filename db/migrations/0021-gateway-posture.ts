import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/**
 * How each gateway signs its requests, what is asked of it, and what was seen of it; and from which devices
 * accounts came in, which failures elsewhere are not held against.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  // Who was here before anybody asked for signatures is learned, not turned away.
  await sql`
    alter table house.gateway
      add message_authenticator text not null default 'auto'
        check (message_authenticator in ('required', 'auto', 'optional', 'trusted'))`.execute(db)
  await sql`
    alter table house.gateway alter message_authenticator set default 'required'`.execute(db)
  await sql`
    create table house.gateway_posture (
      gateway text primary key references house.gateway on delete cascade,
      -- Of the counters.
      since timestamptz(3) not null default now(),
      heard_at timestamptz(3),
      transport text not null check (transport in ('udp', 'radsec')),
      -- Access-Requests over UDP: with Message-Authenticator, without, and with Proxy-State but without.
      signed_from timestamptz(3),
      signed_at timestamptz(3),
      unsigned_from timestamptz(3),
      unsigned_at timestamptz(3),
      proxied_from timestamptz(3),
      proxied_at timestamptz(3),
      -- Since when it must sign because it was seen to: with the rule auto.
      enforced_at timestamptz(3),
      -- By how much its clock is ahead.
      clock_skew_ms bigint,
      requests bigint not null,
      unsigned bigint not null,
      refused bigint not null,
      over_limit bigint not null
    )`.execute(db)
  // Last heard is written every few minutes and concerns nobody; what is enforced concerns every process.
  await sql`
    create trigger announce after update on house.gateway_posture for each row
    when (old.enforced_at is distinct from new.enforced_at)
    execute function house.announce()`.execute(db)
  await sql`
    create trigger announce_new after insert on house.gateway_posture for each row
    when (new.enforced_at is not null)
    execute function house.announce()`.execute(db)
  await knownDevices(db)
}

async function knownDevices(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table staff.known_device (
      -- Keyed digests: of the account, and of account and device.
      account bytea not null check (length(account) = 16),
      device bytea not null check (length(device) = 16),
      seen_on date not null,
      primary key (account, device)
    )`.execute(db)
  await sql`create index on staff.known_device (seen_on)`.execute(db)
}
