import { sql } from 'kysely'
import type { Kysely } from 'kysely'

const KINDS = [
  ...['sign-in-outside-hours', 'role-granted', 'log-export', 'log-export-approved'],
  ...['chain-broken', 'gateway-impersonated', 'break-glass'],
]

/** What the security desk is told of: rows that are written with what they tell of. */
export async function up(db: Kysely<unknown>): Promise<void> {
  const kinds = sql.join(KINDS.map((kind) => sql.lit(kind)))
  await sql`
    create table house.alert (
      id bigint generated always as identity primary key,
      kind text not null check (kind in (${kinds})),
      -- Of what: the same within an hour is counted and not told again.
      key text not null check (char_length(key) between 1 and 300),
      first_at timestamptz(3) not null default now(),
      last_at timestamptz(3) not null default now(),
      count bigint not null check (count > 0),
      -- No foreign keys: what happened stays when a place goes.
      association text,
      site text,
      gateway text,
      account text,
      -- Who did it, as the audit names them.
      actor text,
      -- The role that was given, the case, the line of the chain.
      subject text,
      check (first_at <= last_at)
    )`.execute(db)
  await sql`create index on house.alert (kind, key, id)`.execute(db)
  await sql`create index on house.alert (first_at)`.execute(db)
  await sql`
    create table house.opening (
      id bigint generated always as identity primary key,
      -- Null: of every place that has none of its own, and of the pages.
      site text unique nulls not distinct references house.site on delete cascade,
      -- As they were written, and in minutes from Monday 00:00.
      hours text[] not null check (cardinality(hours) > 0),
      minutes int4multirange not null check (not isempty(minutes)),
      -- Of the pages, which are at no place.
      timezone text not null
    )`.execute(db)
  await raise(db)
  await hours(db)
  await sources(db)
  await seenByAssociation(db)
}

/** The only way to a row, for the triggers below and for whoever is granted it. */
async function raise(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function house.raise_alert(
      its_kind text, its_key text, its_site text, its_gateway text, its_account text, its_actor text,
      its_subject text, times bigint
    ) returns void
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    declare
      -- Whoever makes up accounts by the thousand is one line.
      most_an_hour constant integer := 100;
      short_key text := left(its_key, 300);
    begin
      perform pg_advisory_xact_lock(hashtextextended('alert ' || its_kind, 0));
      if not exists (
        select from house.alert a where a.kind = its_kind and a.key = short_key
        and a.first_at > now() - interval '1 hour'
      ) and most_an_hour <= (
        select count(*) from house.alert a
        where a.kind = its_kind and a.first_at > now() - interval '1 hour'
      ) then
        short_key := '*';
        its_site := null;
        its_gateway := null;
        its_account := null;
        its_actor := null;
        its_subject := null;
      end if;
      update house.alert a set count = a.count + times, last_at = greatest(a.last_at, now())
      where a.id = (
        select b.id from house.alert b where b.kind = its_kind and b.key = short_key
        and b.first_at > now() - interval '1 hour' order by b.id desc limit 1);
      if found then return; end if;
      insert into house.alert (kind, key, count, association, site, gateway, account, actor, subject)
      values (its_kind, short_key, times, (select s.association from house.site s where s.code = its_site),
        its_site, its_gateway, left(its_account, 300), left(its_actor, 300), left(its_subject, 300));
    end $$`.execute(db)
}

async function hours(db: Kysely<unknown>): Promise<void> {
  // Null: nobody has said when it is open. What cannot be worked out costs no sign-in and no trace of one.
  await sql`
    create function house.is_open(its_site text, at timestamptz) returns boolean
    language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
    declare
      clock timestamp;
      open int4multirange;
    begin
      select at at time zone coalesce(s.timezone, o.timezone), o.minutes into clock, open
      from house.opening o left join house.site s on s.code = its_site
      where o.site is null or o.site = its_site order by o.site nulls last limit 1;
      return open @> ((extract(isodow from clock) - 1) * 1440 + extract(hour from clock) * 60
        + extract(minute from clock))::integer;
    exception when invalid_parameter_value then return null;
    end $$`.execute(db)
}

async function sources(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function house.alert_of_audit() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    begin
      if new.action = 'logs.export' then
        perform house.raise_alert('log-export', new.actor || ' ' || new.subject, null, null, null,
          new.actor, new.subject, 1);
      elsif new.action = 'logs.export-approve' then
        perform house.raise_alert('log-export-approved', new.actor || ' ' || new.subject, null, null,
          null, new.actor, new.subject, 1);
      elsif new.action = 'staff.recovery-code.used' or new.details ->> 'how' = 'local' then
        perform house.raise_alert('break-glass', new.actor, null, null, null, new.actor, null, 1);
      end if;
      if new.action = 'staff.sign-in' and not house.is_open(null, new.at) then
        perform house.raise_alert('sign-in-outside-hours', 'pages ' || new.actor, null, null, null,
          new.actor, null, 1);
      end if;
      return null;
    end $$`.execute(db)
  await sql`
    create trigger alert after insert on audit.entry for each row
    when (new.action in
      ('logs.export', 'logs.export-approve', 'staff.sign-in', 'staff.recovery-code.used'))
    execute function house.alert_of_audit()`.execute(db)
  // Whoever writes the row: apply, a page, the API.
  await sql`
    create function house.alert_of_role() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    begin
      perform house.raise_alert('role-granted', new.subject || ' ' || new.role, null, null, null,
        new.made_by, new.subject || ', ' || new.role, 1);
      return null;
    end $$`.execute(db)
  await sql`
    create trigger alert after insert on house.role_grant for each row
    execute function house.alert_of_role()`.execute(db)
  await sql`
    create trigger alert_wider after update on house.role_grant for each row
    when ((old.associations, old.sites, old.until) is distinct from
          (new.associations, new.sites, new.until))
    execute function house.alert_of_role()`.execute(db)
  await sql`
    create function house.alert_of_logins() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    declare
      late record;
    begin
      if not exists (select from house.opening) then return null; end if;
      for late in
        select n.site, n.account, sum(n.count) as times, min(n.gateway) as gateway from written n
        where n.outcome = 'accept' and n.network = 'staff' and n.account is not null
          and not house.is_open(n.site, n.last_at)
        group by n.site, n.account order by n.site, n.account
      loop
        perform house.raise_alert('sign-in-outside-hours', late.site || ' ' || late.account, late.site,
          late.gateway, late.account, null, null, late.times);
      end loop;
      return null;
    end $$`.execute(db)
  await sql`
    create trigger alert after insert on log.login referencing new table as written
    for each statement execute function house.alert_of_logins()`.execute(db)
  // What is seen of a gateway is written every three minutes: so much in them is no mistyped secret of a day.
  await sql`
    alter table house.gateway_posture
      add column forged bigint not null default 0`.execute(db)
  await sql`
    create function house.alert_of_gateway() returns trigger
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    declare
      before bigint := 0;
    begin
      if tg_op = 'UPDATE' then
        before := old.forged + case when new.enforced_at is null then 0 else old.refused end;
      end if;
      perform house.raise_alert('gateway-impersonated', new.gateway,
        (select g.site from house.gateway g where g.name = new.gateway), new.gateway, null, null, null,
        new.forged + case when new.enforced_at is null then 0 else new.refused end - before);
      return null;
    end $$`.execute(db)
  await sql`
    create trigger alert after update on house.gateway_posture for each row
    when (new.forged - old.forged >= 20
      or (old.enforced_at is not null and new.refused - old.refused >= 20))
    execute function house.alert_of_gateway()`.execute(db)
  await sql`
    create trigger alert_new after insert on house.gateway_posture for each row
    when (new.forged >= 20) execute function house.alert_of_gateway()`.execute(db)
}

async function seenByAssociation(db: Kysely<unknown>): Promise<void> {
  await sql`alter table house.alert enable row level security`.execute(db)
  await sql`
    create policy others on house.alert to public
    using (current_user <> 'accueil_admin') with check (current_user <> 'accueil_admin')`.execute(
    db,
  )
  await sql`
    create policy seen on house.alert for select to accueil_admin
    using (house.in_reach(association, site))`.execute(db)
}
