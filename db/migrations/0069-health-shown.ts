import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** What each process of the fleet says of itself, and how the database is: for a page. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table house.process (
      id uuid primary key,
      host text not null check (length(host) <= 253),
      roles text[] not null,
      version text not null check (length(version) <= 64),
      started_at timestamptz(3) not null,
      seen_at timestamptz(3) not null default now(),
      -- As /readyz says: which role cannot do its work, and why.
      problems jsonb not null,
      -- Events on the local disk that Postgres has not taken yet.
      spooled bigint not null check (spooled >= 0)
    )`.execute(db)
  await sql`alter table house.process enable row level security`.execute(db)
  await sql`
    create policy others on house.process to public
    using (current_user <> 'accueil_admin') with check (current_user <> 'accueil_admin')`.execute(
    db,
  )
  await sql`
    create policy seen on house.process for select to accueil_admin
    using (house.in_reach(null, null))`.execute(db)
  // The only way to a row: a process tells of itself, and who was not seen for a day is forgotten.
  await sql`
    create function house.note_process(
      its_id uuid, its_host text, its_roles text[], its_version text, since timestamptz,
      its_problems jsonb, its_spooled bigint
    ) returns void
    language sql security definer set search_path = pg_catalog, pg_temp as $$
      delete from house.process p where p.seen_at < now() - interval '1 day';
      insert into house.process as p (id, host, roles, version, started_at, problems, spooled)
      values (its_id, left(its_host, 253), its_roles, its_version, since, its_problems, its_spooled)
      on conflict (id) do update set seen_at = now(), problems = excluded.problems,
        spooled = excluded.spooled
    $$`.execute(db)
  await sql`
    create function house.end_process(its_id uuid) returns void
    language sql security definer set search_path = pg_catalog, pg_temp as $$
      delete from house.process p where p.id = its_id
    $$`.execute(db)
  await sql`
    create function house.database_health() returns table (
      bytes bigint, waiting bigint, oldest_at timestamptz, quarantined bigint, first_day date,
      last_day date
    )
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
      select pg_database_size(current_database()),
        (select coalesce(sum(j.events), 0) from log.journal j),
        (select min(j.made_at) from log.journal j),
        (select count(*) from log.quarantine),
        min(d.day), max(d.day)
      from (
        select to_date(substring(c.relname from '\\d{4}_\\d{2}_\\d{2}$'), 'YYYY_MM_DD') as day
        from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'log.connection_row'::regclass) d
      where house.in_reach(null, null)
      having house.in_reach(null, null)
    $$`.execute(db)
}
