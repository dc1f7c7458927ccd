import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** The search of 0007, a few days at a time: the rows are compact now, and so is what must be read. */
export async function search(db: Kysely<unknown>): Promise<void> {
  // A day that is open, or was changed since it was measured, may have any connection.
  await sql`
    create function log.days_to_read(
      from_at timestamptz, to_at timestamptz, after_start timestamptz, named integer[]
    ) returns table (day date, first_start timestamptz) language sql stable
    set search_path = pg_catalog as $$
      select p.day, coalesce(z.first_start, '-infinity')
      from (
        select to_date(right(c.relname, 10), 'YYYY_MM_DD') as day
        from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'log.connection_row'::regclass
      ) p
      left join log.closed_day z on z.day = p.day and z.latest_stop is not null
        and not exists (select from log.late_change l where l.day = z.day)
      where case when z.day is null
        -- No row is kept under a later one, wherever a clock stands.
        then p.day <= (now() at time zone 'UTC')::date + 1
        else z.first_start < 'infinity' and (to_at is null or z.first_start <= to_at)
         and (from_at is null or z.latest_stop >= from_at)
         and (after_start is null or z.last_start >= after_start)
         and (named = '{}' or (select bool_and(get_bit(
             substr(z.seen, ((n & (octet_length(z.seen) * 8 - 1)) >> 3) + 1, 1), n & 7) = 1)
           from unnest(named) n)) end
      order by 2, 1
    $$`.execute(db)
  await sql`
    create type log.found as (
      tail bigint, id uuid, site text, gateway text, network text, mac macaddr, account text, ipv4 inet,
      ipv6 inet, public_ip inet, public_ports int4range, started_at timestamptz, stopped_at timestamptz,
      stop_cause text
    )`.execute(db)
  // As db/sealing/closed-days.ts sets the bits.
  await sql`
    create function log.named_hashes(criteria jsonb) returns integer[] language sql stable
    set search_path = pg_catalog as $$
      select array_remove(array[
        hashmacaddr((criteria->>'mac')::macaddr),
        hashint4((select id from log.account where name = criteria->>'user'))], null)
    $$`.execute(db)
  await conditions(db)
  await page(db)
}

/** The criteria as the audit has them, as conditions on a row `c`; null: nothing can fit. */
async function conditions(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function log.search_conditions(criteria jsonb, after_start timestamptz, after_id uuid)
    returns text language plpgsql stable set search_path = pg_catalog as $$
    declare
      from_at timestamptz := criteria->>'from';
      to_at timestamptz := criteria->>'to';
      stop text := 'case when c.far is null then c.started_at + c.stopped_ms * interval ''1 ms'' else c.far[1] end';
      keys integer[];
      fixed text := '';
    begin
      if criteria->>'mac' is not null then
        fixed := fixed || format(' and c.mac = %L', criteria->>'mac');
      end if;
      if criteria->>'user' is not null then
        keys := array(select id from log.account where name = criteria->>'user');
        if keys = '{}' then return null; end if;
        fixed := fixed || format(' and c.account = %s', keys[1]);
      end if;
      if criteria->>'site' is not null then
        keys := array(select id from log.origin where site = criteria->>'site');
        if keys = '{}' then return null; end if;
        fixed := fixed || format(' and c.origin = any(%L)', keys);
      end if;
      if from_at is not null then
        fixed := fixed || format(' and coalesce(%s >= %L, true)', stop, from_at);
      end if;
      if to_at is not null then fixed := fixed || format(' and c.started_at <= %L', to_at); end if;
      if after_id is not null then
        fixed := fixed || format(' and (c.started_at, c.id_tail) > (%L, %s)', after_start, log.id_tail(after_id));
      end if;
      return fixed;
    end $$`.execute(db)
}

async function page(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function log.search_statement(criteria jsonb, fixed text, days date[], page_rows integer)
    returns text language plpgsql stable set search_path = pg_catalog as $$
    declare
      from_at timestamptz := criteria->>'from';
      to_at timestamptz := criteria->>'to';
      ip inet := criteria->>'ip';
      public_ip inet := criteria->>'publicIp';
      port integer := criteria->>'publicPort';
      present text;
      former text;
    begin
      fixed := format('c.day = any(%L)', days) || fixed;
      present := 'select c.*, null::inet as was, null::inet as was_public, null::int4range as was_ports
        from log.connection_row c where ' || fixed;
      if ip is not null or public_ip is not null then
        -- Who has the address, and who had it before: each only for the time that it was theirs.
        former := format('select c.*, f.address, f.public_ip, f.public_ports from log.former_address f
            join log.connection_row c on c.day = f.day and c.id_tail = log.id_tail(f.id)
            where f.day = any(%L) and ', days) || fixed;
        if ip is not null then
          former := former || format(' and f.address = %L', ip);
          if family(ip) = 6 then
            present := present || format(' and hashinet(c.ipv6) = %s and c.ipv6 = %L', hashinet(ip), ip);
          else
            present := present || format(' and c.ipv4 = %L', ip);
          end if;
        end if;
        if public_ip is not null then
          present := present || format(' and c.public_ip = %L', public_ip);
          former := former || format(' and f.public_ip = %L', public_ip);
        end if;
        if port is not null then
          present := present || format(' and c.first_port <= %s and c.last_port >= %1$s', port - 32768);
          former := former || format(' and f.public_ports @> %s', port);
        end if;
        if to_at is not null then
          present := present || format(' and coalesce((log.times_of(c))[%s], c.started_at) <= %L',
                                       case family(coalesce(ip, public_ip)) when 6 then 5 else 4 end, to_at);
          former := former || format(' and f.from_at <= %L', to_at);
        end if;
        if from_at is not null then former := former || format(' and f.until_at >= %L', from_at); end if;
        present := 'select distinct on (started_at, id_tail) * from ('
          || present || ' union all ' || former || ') either';
      end if;
      return format('
        select array_agg(row(
          c.id_tail, log.connection_id(c.id_head, c.id_tail), o.site, o.gateway, o.network, c.mac, a.name,
          case family(c.was) when 4 then c.was else c.ipv4 end,
          case family(c.was) when 6 then c.was else c.ipv6 end,
          case when c.was is null then c.public_ip else c.was_public end,
          case when c.was is not null then c.was_ports when c.first_port is not null
            then int4range(c.first_port + 32768, c.last_port + 32769) end,
          c.started_at,
          case when c.far is null then c.started_at + c.stopped_ms * interval ''1 ms'' else c.far[1] end,
          s.name)::log.found)
        from (%s order by started_at, id_tail limit %s) c
        join log.origin o on o.id = c.origin
        left join log.account a on a.id = c.account
        left join log.cause s on s.id = c.cause', present, page_rows);
    end $$`.execute(db)
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
      criteria jsonb := (select e.details from audit.entry e where e.id = search and e.action = 'logs.search');
      fixed text;
      days date[];
      starts timestamptz[];
      -- More days at a time as long as little is found: a plan for many costs more than one for few.
      width integer := 4;
      next_day integer := 1;
      found log.found[] := '{}';
      more log.found[];
    begin
      if criteria is null then
        raise exception 'there is no search % in the audit', search;
      end if;
      fixed := log.search_conditions(criteria, after_start, after_id);
      if fixed is null then return; end if;
      select array_agg(d.day), array_agg(d.first_start) into days, starts
      from log.days_to_read((criteria->>'from')::timestamptz, (criteria->>'to')::timestamptz, after_start,
                            log.named_hashes(criteria)) d;
      while next_day <= coalesce(cardinality(days), 0) loop
        -- In the order of their first starts: what lies before that of the next is complete.
        exit when cardinality(found) >= page_rows and page_rows <= (
          select count(*) from unnest(found) f where f.started_at < starts[next_day]);
        execute log.search_statement(criteria, fixed, days[next_day:next_day + width - 1], page_rows)
          into more;
        found := found || more;
        next_day := next_day + width;
        width := least(width * 2, 32);
      end loop;
      return query
        select f.id, f.site, f.gateway, f.network, f.mac, f.account, f.ipv4, f.ipv6, f.public_ip,
               f.public_ports, f.started_at, f.stopped_at, f.stop_cause
        from unnest(found) f order by f.started_at, f.tail limit page_rows;
    end $$`.execute(db)
}
