import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** NetBox as the source of places: where it is, which places are its, and how it went. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table house.inventory (
      id integer primary key default 1 check (id = 1),
      url text not null,
      -- Sealed, contexts inventory-token and inventory-webhook.
      token text not null,
      webhook_secret text,
      ca_pem text,
      -- Only what has this tag; null: all.
      tag text,
      code_from text not null check (code_from in ('slug', 'facility', 'name')),
      gateway_role text not null,
      guest_role text not null,
      staff_role text not null,
      -- Percent of its places: when more of them are gone at once, nothing is done until somebody accepts it.
      most_missing smallint not null check (most_missing between 0 and 100)
    )`.execute(db)
  await sql`
    create table house.inventory_site (
      site text primary key references house.site on delete cascade
    )`.execute(db)
  await sql`
    create table house.inventory_state (
      id integer primary key default 1 check (id = 1),
      checked_at timestamptz(3) not null,
      places integer not null,
      -- What is wrong; null: it went well.
      error text,
      -- The difference that waits for somebody, and of which places that are gone it is.
      held jsonb,
      held_sha256 text,
      accepted_sha256 text,
      accepted_by text
    )`.execute(db)
  // By what was looked at: when other places are gone meanwhile, it is held again.
  await sql`
    create function house.accept_inventory(sha256 text, actor text, why text) returns boolean
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    begin
      update house.inventory_state s set accepted_sha256 = sha256, accepted_by = actor
      where s.held_sha256 = sha256;
      if not found then return false; end if;
      insert into audit.entry (actor, action, subject, reason, details)
      values (accept_inventory.actor, 'inventory.accept', 'inventory', why,
              jsonb_build_object('sha256', sha256));
      return true;
    end $$`.execute(db)
}
