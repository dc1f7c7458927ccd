import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Networks of places are changed and taken away by the administration as well. */
export async function up(db: Kysely<unknown>): Promise<void> {
  // Which of its tokens a place has outlives it: one that was replaced must not count again when the network comes back.
  await sql`
    alter table house.dns_token
      drop constraint dns_token_site_network_fkey`.execute(db)
  await used(db)
  // Of a place, what was changed of its gateways, also of those that are gone.
  await sql`
    create index gateway_changes on audit.entry
      ((coalesce(details->'after'->>'site', details->'before'->>'site')), id)
    where details ? 'before' and starts_with(subject, 'gateway ')`.execute(db)
}

/** What would go with a network, or stay behind without it: the administration does not see all of it. */
async function used(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function house.network_is_used(of_site text, of_kind text) returns boolean
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
      select exists (
        select from house.site s where s.code = of_site and house.in_reach(s.association, s.code)
          and (exists (select from house.filter_device d where d.site = of_site and d.network = of_kind)
            or exists (select from house.filter_window w
                       where w.site = of_site and w.network = of_kind and w.ends_at > now())
            or exists (select from house.filter f where f.site = of_site and f.network = of_kind)
            or exists (select from house.rule r where r.site = of_site and r.network = of_kind)))
    $$`.execute(db)
}
