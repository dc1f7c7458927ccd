import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** What people ask to have unblocked, for the administrator of the place: the name, and nothing of who asked. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table house.unblock_request (
      id bigint generated always as identity primary key,
      at timestamptz not null default now(),
      domain text not null check (domain = lower(domain) and octet_length(domain) between 1 and 253),
      -- Null: the portal could not tell the place.
      site text references house.site on delete cascade,
      network text check (network in ('guest', 'staff')),
      cause text not null check (cause in ('category', 'rule', 'other')),
      category text check (octet_length(category) <= 64),
      -- By which the filter names the rule or the list.
      reference text check (octet_length(reference) <= 64),
      note text check (char_length(note) between 1 and 300),
      check ((cause = 'category') = (category is not null))
    )`.execute(db)
  await sql`create index on house.unblock_request (site, domain)`.execute(db)
  await sql`create index on house.unblock_request (at)`.execute(db)
  // The portal adds and cannot read. False: as many wait already as anybody will read.
  await sql`
    create function house.ask_unblock(
      its_domain text, its_site text, its_network text, its_cause text, its_category text,
      its_reference text, its_note text, most_alike integer, most_of_place integer
    ) returns boolean
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    begin
      perform pg_advisory_xact_lock(hashtextextended('unblock ' || coalesce(its_site, ''), 0));
      if (select count(*) from house.unblock_request r
          where r.site is not distinct from its_site) >= most_of_place
        or (select count(*) from house.unblock_request r
            where r.site is not distinct from its_site and r.domain = its_domain) >= most_alike
      then return false; end if;
      insert into house.unblock_request (domain, site, network, cause, category, reference, note)
      values (its_domain, its_site, its_network, its_cause, its_category, its_reference, its_note);
      return true;
    end $$`.execute(db)
}
