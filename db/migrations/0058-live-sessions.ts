import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Who is connected now, for the administration of the place: it may not read the log, and sees no more than this. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function log.live_sessions(
      of_site text, of_mac macaddr, before_at timestamptz, before_key uuid, most integer
    ) returns table (
      key uuid, site text, gateway text, network text, mac macaddr, account text,
      started_at timestamptz, last_at timestamptz, octets_in numeric, octets_out numeric
    )
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
      select s.key, s.site, s.gateway, s.network, s.mac, s.account, s.started_at, s.last_at,
             s.octets_in, s.octets_out
      from log.session s join house.site h on h.code = s.site
      where s.stopped_at is null and house.in_reach(h.association, h.code)
        -- Of a place or a device: nobody lists who is where in all of them.
        and (of_site is not null or of_mac is not null)
        and (of_site is null or s.site = of_site
          and s.gateway in (select g.name from house.gateway g where g.site = of_site))
        and (of_mac is null or s.mac = of_mac)
        and (before_key is null or (s.started_at, s.key) < (before_at, before_key))
      order by s.started_at desc, s.key desc limit most
    $$`.execute(db)
  await sql`
    create function log.live_counts() returns table (
      site text, guests bigint, staff bigint
    )
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
      select g.site, count(*) filter (where s.network = 'guest'), count(*) filter (where s.network = 'staff')
      from log.session s join house.gateway g on g.name = s.gateway join house.site h on h.code = g.site
      where s.stopped_at is null and house.in_reach(h.association, h.code)
      group by g.site
    $$`.execute(db)
}
