import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** The one way to read the log: a search is written in the audit, and its pages read from there. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create index on log.connection (public_ip, started_at) where public_ip is not null`.execute(
    db,
  )
  await longDays(db)
  await sql`
    create function log.open_search(actor text, reason text, criteria jsonb) returns bigint
    language sql security definer set search_path = pg_catalog as $$
      insert into audit.entry (actor, action, subject, reason, details)
      values (actor, 'logs.search', 'log.connection', reason, criteria)
      returning id
    $$`.execute(db)
  await sql`
    create function log.search_page(
      search bigint, after_start timestamptz, after_id uuid, page_rows integer
    ) returns table (
      id uuid, site text, gateway text, network text, mac macaddr, account text, ipv4 inet, ipv6 inet,
      public_ip inet, public_ports int4range, started_at timestamptz, stopped_at timestamptz,
      stop_cause text
    )
    language plpgsql stable security definer set search_path = pg_catalog as $$
    declare
      -- What was written in the audit is what is searched: nothing else can be asked for.
      c jsonb := (select e.details from audit.entry e where e.id = search and e.action = 'logs.search');
      from_at timestamptz := c->>'from';
      to_at timestamptz := c->>'to';
      fixed text := '';
      columns text := 'c.id, c.site, c.gateway, c.network, c.mac, c.account, %s, c.public_ip,
                       c.public_ports, c.started_at, c.stopped_at, c.stop_cause';
      present text;
      former text;
    begin
      if c is null then
        raise exception 'there is no search % in the audit', search;
      end if;
      if c->>'mac' is not null then fixed := fixed || format(' and c.mac = %L', c->>'mac'); end if;
      if c->>'user' is not null then fixed := fixed || format(' and c.account = %L', c->>'user'); end if;
      if c->>'site' is not null then fixed := fixed || format(' and c.site = %L', c->>'site'); end if;
      if c->>'publicIp' is not null then
        fixed := fixed || format(' and c.public_ip = %L', c->>'publicIp');
      end if;
      if c->>'publicPort' is not null then
        fixed := fixed || format(' and c.public_ports @> %L::integer', c->>'publicPort');
      end if;
      if from_at is not null then
        fixed := fixed || format(' and (c.stopped_at is null or c.stopped_at >= %L)', from_at)
                       || format(' and (c.day >= %L or c.day = any(%L::date[]))',
                                 log.first_day(from_at), log.long_days(from_at));
      end if;
      if to_at is not null then
        fixed := fixed || format(' and c.started_at <= %L and c.day <= %L', to_at,
                                 (to_at at time zone 'UTC')::date + 1);
      end if;
      if after_id is not null then
        fixed := fixed || format(' and (c.started_at, c.id) > (%L, %L)', after_start, after_id);
      end if;

      present := 'select ' || format(columns, 'c.ipv4, c.ipv6') || ' from log.connection c where true' || fixed;
      if c->>'ip' is not null then
        -- Who has the address, and who had it before: each only for the time that it was theirs.
        former := 'select ' || format(columns, case when c->>'ip' like '%:%'
                    then 'c.ipv4, f.address' else 'f.address, c.ipv6' end)
          || ' from log.former_address f join log.connection c on c.day = f.day and c.id = f.id where true'
          || fixed || format(' and f.address = %L', c->>'ip');
        if c->>'ip' like '%:%' then
          present := present || format(' and c.ipv6 = %L', c->>'ip');
          if to_at is not null then
            present := present || format(' and coalesce(c.ipv6_at, c.started_at) <= %L', to_at);
          end if;
        else
          present := present || format(' and c.ipv4 = %L', c->>'ip');
          if to_at is not null then
            present := present || format(' and coalesce(c.ipv4_at, c.started_at) <= %L', to_at);
          end if;
        end if;
        if from_at is not null then former := former || format(' and f.until_at >= %L', from_at); end if;
        if to_at is not null then former := former || format(' and f.from_at <= %L', to_at); end if;
        present := 'select distinct on (started_at, id) * from ('
          || present || ' union all ' || former || ') found';
      end if;
      return query execute present || format(' order by started_at, id limit %s', page_rows);
    end $$`.execute(db)
}

/**
 * Few connections last more than a month. The days on which one of those began are kept, so that a
 * search for an instant reads a month of partitions and those, not the whole year.
 */
async function longDays(db: Kysely<unknown>): Promise<void> {
  await sql`create table log.long_day (day date primary key)`.execute(db)
  await sql`create index on log.session (day)`.execute(db)
  await sql`
    create function log.first_day(at timestamptz) returns date language sql immutable as $$
      select (at at time zone 'UTC')::date - 31
    $$`.execute(db)
  await sql`
    create function log.long_days(at timestamptz) returns date[] language sql stable
    security definer set search_path = pg_catalog as $$
      select array(
        select day from log.long_day where day < log.first_day(at)
        union select day from log.session where day < log.first_day(at)
      )
    $$`.execute(db)
  await sql`
    create function log.keep_long_days() returns trigger language plpgsql as $$
    begin
      insert into log.long_day
      select distinct day from gone
      where coalesce(stopped_at, last_at) - started_at > interval '30 days'
      on conflict do nothing;
      return null;
    end $$`.execute(db)
  await sql`
    create trigger keep_long_days after delete on log.session
    referencing old table as gone for each statement execute function log.keep_long_days()`.execute(
    db,
  )
}
