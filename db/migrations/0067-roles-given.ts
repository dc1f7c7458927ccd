import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Roles are given on pages too: by whom, to whom, and what no way of giving may bring about. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await manyPlaces(db)
  await reach(db)
  await twoHalves(db)
  await lastAdministrator(db)
  await holders(db)
}

/** The same role for somebody in two associations is two rows: neither association sees or ends the other's. */
async function manyPlaces(db: Kysely<unknown>): Promise<void> {
  await sql`alter table house.role_grant drop constraint role_grant_pkey`.execute(db)
  await sql`
    alter table house.role_grant
      add column id bigint generated always as identity primary key`.execute(db)
  await sql`
    create unique index declared_role on house.role_grant (subject, role) where declared`.execute(
    db,
  )
  await sql`
    create unique index given_role on house.role_grant (subject, role, associations, sites)
    nulls not distinct where not declared`.execute(db)
  await sql`create index on house.role_grant (subject, role, id)`.execute(db)
}

/** Who administers some associations gives what is theirs, there alone, and nothing above what they have. */
async function reach(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function house.grant_in_reach(associations text[], sites text[]) returns boolean
    language sql stable set search_path = pg_catalog, pg_temp as $$
      select house.in_reach(null, null) or num_nonnulls(associations, sites) > 0
        and not exists (select from unnest(associations) a where not house.in_reach(a, null))
        and not exists (
          select from unnest(sites) s where not exists (
            select from house.site h where h.code = s and house.in_reach(h.association, h.code)))
    $$`.execute(db)
  const mayGive = `house.grant_in_reach(associations, sites) and (house.in_reach(null, null)
    or role in ('association-admin', 'list-editor', 'place-helper', 'auditor'))`
  await sql`
    create policy written on house.role_grant for all to accueil_admin
    using (${sql.raw(mayGive)}) with check (${sql.raw(mayGive)})`.execute(db)
}

/** A pack of the log takes two people: nobody reads the log and approves packs, by name or by any two groups. */
async function twoHalves(db: Kysely<unknown>): Promise<void> {
  // Of whom we know the groups: who signed in, whom a provider told of, accounts of the house.
  await sql`
    create function house.with_both_halves(readers text[], approvers text[]) returns setof text
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
      select s from unnest(readers) s where s = any(approvers)
      union
      select names[1] from (
        select array_prepend('person:' || lower(a.account),
          array(select 'group:' || lower(g) from unnest(a.groups) g)) as names
        from (
          select p.account, p.groups from staff.person p where p.state = 'active'
          union all select u.username, u.groups from staff.account u) a) known
      where names && readers and names && approvers
      order by 1
    $$`.execute(db)
  await sql`
    create function house.keep_apart() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    declare
      today date := (now() at time zone 'UTC')::date;
      who text;
    begin
      -- Two who give one half each at the same moment would not see each other's.
      perform pg_advisory_xact_lock(hashtextextended('roles', 0));
      select b into who from house.with_both_halves(
        array(select g.subject from house.role_grant g
          where g.role = 'log-reader' and (g.until is null or g.until >= today)),
        array(select g.subject from house.role_grant g
          where g.role = 'log-approver' and (g.until is null or g.until >= today))) b limit 1;
      if found then
        raise exception '% would both read the log and approve packs of it: a pack takes two people', who
          using errcode = 'restrict_violation', constraint = 'roles_apart';
      end if;
      return null;
    end $$`.execute(db)
  await sql`drop index house.log_reader_or_approver`.execute(db)
  await sql`
    create trigger keep_apart after insert or update on house.role_grant for each row
    when (new.role in ('log-reader', 'log-approver'))
    execute function house.keep_apart()`.execute(db)
  await sql`
    create function house.role_conflicts() returns setof text
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
      select b from house.with_both_halves(
        array(select g.subject from house.role_grant g where g.role = 'log-reader'
          and (g.until is null or g.until >= (now() at time zone 'UTC')::date)),
        array(select g.subject from house.role_grant g where g.role = 'log-approver'
          and (g.until is null or g.until >= (now() at time zone 'UTC')::date))) b
      where house.in_reach(null, null)
    $$`.execute(db)
}

/** At the end of the transaction, so that one may be put in another's place. */
async function lastAdministrator(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function house.keep_national() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    declare
      today date := (now() at time zone 'UTC')::date;
      longest date;
    begin
      if old.until < today then return null; end if;
      -- Two who take each other's role away at the same moment would leave nobody.
      perform pg_advisory_xact_lock(hashtextextended('roles', 0));
      select max(coalesce(g.until, 'infinity')) into longest from house.role_grant g
      where g.role = 'national-admin' and g.associations is null and g.sites is null;
      if longest is null or longest < today or old.until is null and longest < 'infinity' then
        raise exception 'nobody would administer the whole house any more: give somebody else the role national-admin, without an end, first'
          using errcode = 'restrict_violation', constraint = 'last_national_admin';
      end if;
      return null;
    end $$`.execute(db)
  await sql`
    create constraint trigger keep_national after update or delete on house.role_grant
    deferrable initially deferred for each row
    when (old.role = 'national-admin' and old.associations is null and old.sites is null)
    execute function house.keep_national()`.execute(db)
}

/** Who is behind a group, as far as somebody may give and end its role. */
async function holders(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function house.role_holders(of_grant bigint, most integer)
    returns table (account text, name text, seen_at timestamptz)
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
      -- Whoever has an account of the house and has signed in is both.
      select distinct on (lower(a.account)) a.account, a.name, a.seen_at
      from house.role_grant g join (
        select p.account, p.name, p.signed_in_at as seen_at, p.groups from staff.person p
        where p.state = 'active'
        union all select u.username, u.username, null, u.groups from staff.account u) a
      on g.subject = 'person:' || lower(a.account)
        or g.subject in (select 'group:' || lower(n) from unnest(a.groups) n)
      where g.id = of_grant and house.grant_in_reach(g.associations, g.sites)
      order by lower(a.account), a.seen_at desc nulls last limit most
    $$`.execute(db)
}
