import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** The portal tells the security desk of links that a gateway's secret did not make, and can raise nothing else. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function house.tell_forged_links(its_gateway text, times bigint) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    declare
      place text;
    begin
      -- As many as of packets: fewer are a mistyped secret, or a link that somebody kept.
      if times < 20 then return; end if;
      select g.site into place from house.gateway g where g.name = its_gateway;
      if not found then return; end if;
      perform house.raise_alert('gateway-impersonated', its_gateway || ' /guest', place, its_gateway,
        null, null, '/guest', times);
    end $$`.execute(db)
}
