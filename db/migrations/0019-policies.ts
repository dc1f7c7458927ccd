import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** What who was let in gets, and who is not let in although the password is right; kinds of devices. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table house.policy (
      name text primary key,
      -- The first that fits decides.
      position integer not null unique deferrable initially deferred,
      -- Null or empty: whatever it is.
      network text check (network in ('guest', 'staff')),
      groups text[] not null,
      associations text[] not null,
      sites text[] not null,
      hours text[] not null,
      proofs text[] not null,
      devices text[] not null,
      vlan integer check (vlan between 1 and 4094),
      session_seconds integer check (session_seconds > 0),
      down_kbit integer check (down_kbit > 0),
      up_kbit integer check (up_kbit > 0),
      filter text,
      redirect text,
      -- Not null: who fits is refused, with this sentence.
      refusal text,
      check (refusal is null
        or num_nonnulls(vlan, session_seconds, down_kbit, up_kbit, filter, redirect) = 0)
    )`.execute(db)
  await sql`
    create trigger announce after insert or update or delete or truncate
    on house.policy for each statement execute function house.announce()`.execute(db)
  await sql`alter table staff.device_ca add column device text`.execute(db)
  await gateways(db)
}

/**
 * Whose gateway it is decides more than how it is asked to end a session. And the secret that it had before
 * the present one, which is still taken until then: gateways are not all changed in the same minute.
 */
async function gateways(db: Kysely<unknown>): Promise<void> {
  await sql`
    do $do$
    declare
      old name;
    begin
      for old in
        select conname from pg_constraint
        where conrelid = 'house.gateway'::regclass and contype = 'c'
          and pg_get_constraintdef(oid) like '%coa_vendor%'
      loop
        execute format('alter table house.gateway drop constraint %I', old);
      end loop;
    end $do$`.execute(db)
  await sql`alter table house.gateway rename coa_vendor to vendor`.execute(db)
  await sql`update house.gateway set vendor = 'standard' where vendor is null`.execute(db)
  await sql`
    alter table house.gateway
      alter vendor set not null,
      alter vendor set default 'standard',
      -- Sealed, context "former:NAME".
      add former_secret text,
      add former_secret_until timestamptz(3),
      add check ((former_secret is null) = (former_secret_until is null))`.execute(db)
}
