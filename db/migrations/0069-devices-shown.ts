import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Devices of staff and the certificate authority, for whoever administers the whole house; never a secret of them. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await shown(db)
  await ended(db)
  await authority(db)
}

/** One row for what somebody has: a certificate, a password of a device, a key of a thing. */
async function shown(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function staff.devices_shown(
      q text, of_id text, after_account text, after_id text, most integer
    ) returns table (
      id text, what text, account text, name text, kind text, site text, created_at timestamptz,
      ends_at timestamptz, last_seen_on date, revoked_at timestamptz, revoked_by text, revoked_why text,
      serials text[]
    )
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
      select * from (
        select d.id, d.credential, d.account, d.name, d.kind, null, d.created_at, d.ends_at,
          d.last_seen_on, d.revoked_at, d.revoked_by, d.revoked_why,
          array(select c.serial from staff.device_certificate c where c.device = d.id
            order by c.issued_at desc limit 5)
        from staff.device d
        union all
        select k.name, 'key', k.owner, k.label, k.kind, k.site, k.made_at,
          (k.until + 1)::timestamp at time zone 'UTC', null, null, null, null, '{}'
        from staff.device_key k where k.label is not null
      ) a(id, what, account, name, kind, site, created_at, ends_at, last_seen_on, revoked_at,
          revoked_by, revoked_why, serials)
      where house.in_reach(null, null)
        and (of_id is null or a.id = of_id)
        and (q is null or position(lower(q) in a.account) > 0 or position(lower(q) in lower(a.name)) > 0)
        and (after_account is null or (a.account, a.id) > (after_account, after_id))
      order by a.account, a.id limit most
    $$`.execute(db)
}

/** As its owner ends one: the RADIUS servers hear of it with the row, and gateways are asked. */
async function ended(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function staff.end_device(of_id text, by_actor text, why text) returns boolean
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    declare
      its_owner text;
      is_key boolean := false;
    begin
      if not house.in_reach(null, null) then return false; end if;
      update staff.device d set revoked_at = now(), revoked_by = by_actor, revoked_why = why
      where d.id = of_id and d.revoked_at is null returning d.account into its_owner;
      if found then
        perform house.ask_disconnect(
          gen_random_uuid(), null, its_owner, null, by_actor, 'device revoked: ' || why);
      else
        -- As apply takes it: the two never compare with what the other is about to change.
        perform pg_advisory_xact_lock(hashtextextended('apply', 0));
        select k.owner into its_owner from staff.device_key k
        where k.name = of_id and k.label is not null for update;
        if not found then return false; end if;
        is_key := true;
        perform house.ask_disconnect(gen_random_uuid(), m.mac, null, null, by_actor,
          'device key revoked: ' || why)
        from (select k.mac from staff.device_key k where k.name = of_id and k.mac is not null
          union select x.mac from staff.device_key_mac x where x.device_key = of_id) m;
        delete from staff.device_key k where k.name = of_id;
      end if;
      insert into audit.entry (actor, action, subject, reason, details)
      values (by_actor, case when is_key then 'device-key.revoke' else 'device.revoke' end, of_id, why,
        jsonb_build_object('account', its_owner));
      return true;
    end $$`.execute(db)
}

async function authority(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function staff.generations_shown() returns table (
      generation integer, root_pem text, issuing_pem text, is_ours boolean, server_from timestamptz,
      made_at timestamptz, devices bigint
    )
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
      select a.generation, a.root_pem, a.issuing_pem, a.root_key is not null, a.server_from, a.made_at,
        (select count(*) from staff.device d where d.generation = a.generation
          and d.credential = 'certificate' and d.revoked_at is null and d.ends_at > now())
      from staff.authority a where house.in_reach(null, null) order by a.generation
    $$`.execute(db)
  await sql`
    create function staff.server_certificates_shown() returns table (name text, chain_pem text)
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
      select c.name, c.chain_pem from staff.certificate c
      where house.in_reach(null, null) and c.chain_pem <> '' order by c.name
    $$`.execute(db)
}
