import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { search } from './search-of-0009.ts'

/**
 * The log's rows in 180 bytes with all their indexes. Texts are written once, in small tables; times
 * are milliseconds from the start; `log.connection` is the view that shows what is meant.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await dropSearch(db)
  await names(db)
  await identifiers(db)
  await sql`alter table log.connection rename to connection_before`.execute(db)
  await rows(db)
  await view(db)
  await sql.raw(CARRY_OVER).execute(db)
  await indexes(db)
  await sql`drop table log.connection_before`.execute(db)
  await amendments(db)
  await zones(db)
  await search(db)
}

async function dropSearch(db: Kysely<unknown>): Promise<void> {
  await sql`drop function log.search_page`.execute(db)
  await sql`drop trigger keep_long_days on log.session`.execute(db)
  await sql`drop function log.keep_long_days, log.long_days, log.first_day`.execute(db)
  await sql`drop table log.long_day`.execute(db)
}

/** By value, not by reference to house.*: a row outlives the place, the terms and the decree. */
async function names(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table log.origin (
      id integer generated always as identity primary key,
      site text not null,
      gateway text not null,
      network text not null,
      unique (site, gateway, network)
    )`.execute(db)
  await sql`
    create table log.account (
      id integer generated always as identity primary key,
      name text not null unique,
      -- The last closed day on which it is named.
      last_day date,
      -- No row names it since: no new one may, and soon it is deleted.
      leaving_at timestamptz
    )`.execute(db)
  await sql`
    create table log.cause (
      id integer generated always as identity primary key,
      name text not null unique
    )`.execute(db)
  for (const table of ['terms', 'basis']) {
    await sql`
      create table ${sql.id('log', table)} (
        id smallint generated always as identity primary key,
        name text not null unique
      )`.execute(db)
  }
}

/**
 * A UUID as two halves. Those that the program makes share the first (db/connection-id.ts), and a row
 * holds none of it; any other UUID is held whole.
 */
async function identifiers(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function log.id_tail(id uuid) returns bigint language sql immutable strict parallel safe
    return ('x' || encode(substr(uuid_send(id), 9), 'hex'))::bit(64)::bigint`.execute(db)
  await sql`
    create function log.id_head(id uuid) returns bigint language sql immutable strict parallel safe
    return nullif(('x' || encode(substr(uuid_send(id), 1, 8), 'hex'))::bit(64)::bigint, 32768)`.execute(
    db,
  )
  await sql`
    create function log.connection_id(head bigint, tail bigint) returns uuid
    language sql immutable parallel safe
    return encode(int8send(coalesce(head, 32768)) || int8send(tail), 'hex')::uuid`.execute(db)
}

async function rows(db: Kysely<unknown>): Promise<void> {
  // Wide columns first, so that nothing is lost to alignment; what is null takes no room.
  await sql`
    create table log.connection_row (
      started_at timestamptz(3) not null,
      id_tail bigint not null,
      day date not null,
      origin integer not null,
      -- Milliseconds from started_at.
      stopped_ms integer,
      nas_started_ms integer,
      nas_stopped_ms integer,
      ipv4_ms integer,
      ipv6_ms integer,
      cause integer,
      account integer,
      mac macaddr,
      -- Less 32768.
      first_port smallint,
      last_port smallint,
      terms smallint,
      basis smallint,
      ipv4 inet,
      ipv6 inet,
      public_ip inet,
      -- Stop, start and stop by the gateway, since when IPv4 and IPv6: where one of them lies more
      -- than 24 days from the start, all are here and none is in milliseconds.
      far timestamptz(3)[],
      id_head bigint
    ) partition by range (day)`.execute(db)
  await sql`
    create function log.ms_between(a timestamptz, b timestamptz) returns bigint
    language sql immutable strict parallel safe
    return (extract(epoch from b - a) * 1000)::bigint`.execute(db)
  await sql`
    create function log.times_of(c log.connection_row) returns timestamptz[]
    language sql immutable parallel safe
    return coalesce(c.far, array[
      c.started_at + c.stopped_ms * interval '1 ms',
      c.started_at + c.nas_started_ms * interval '1 ms',
      c.started_at + c.nas_stopped_ms * interval '1 ms',
      c.started_at + c.ipv4_ms * interval '1 ms',
      c.started_at + c.ipv6_ms * interval '1 ms'])`.execute(db)
}

/** What is read of a row, by the names and types that seals were made with (db/sealing/row-hashes.ts). */
const SHOWN = `
  c.day, log.connection_id(c.id_head, c.id_tail) as id, o.site, o.gateway, o.network, c.mac,
  (c.mac & '02:00:00:00:00:00'::macaddr) <> '00:00:00:00:00:00'::macaddr as mac_local,
  a.name as account, c.ipv4, c.ipv6, c.public_ip,
  case when c.first_port is not null then int4range(c.first_port + 32768, c.last_port + 32769) end
    as public_ports, c.started_at,
  ${shownTime(1, 'stopped')}, s.name as stop_cause, t.name as terms_version,
  b.name as legal_basis, ${shownTime(4, 'ipv4')}, ${shownTime(5, 'ipv6')},
  ${shownTime(2, 'nas_started')}, ${shownTime(3, 'nas_stopped')}`
const NAMES = `
  join log.origin o on o.id = c.origin
  left join log.account a on a.id = c.account
  left join log.cause s on s.id = c.cause
  left join log.terms t on t.id = c.terms
  left join log.basis b on b.id = c.basis`

function shownTime(far: number, name: string): string {
  return `case when c.far is null then c.started_at + c.${name}_ms * interval '1 ms'
    else c.far[${far}] end as ${name}_at`
}

async function view(db: Kysely<unknown>): Promise<void> {
  await sql
    .raw(`create view log.connection as select ${SHOWN} from log.connection_row c ${NAMES}`)
    .execute(db)
  await sql
    .raw(`
      create function log.connection_of(r log.connection_row) returns log.connection
      language sql stable set search_path = pg_catalog as $$
        select ${SHOWN} from (select (r).*) c ${NAMES}
      $$`)
    .execute(db)
}

/** The columns of log.connection_row and, in their order, what they are for a row of the view `n`. */
export const ROW_COLUMNS = `started_at, id_tail, id_head, day, origin, account, cause, terms, basis, mac,
  ipv4, ipv6, public_ip, first_port, last_port, stopped_ms, nas_started_ms, nas_stopped_ms, ipv4_ms,
  ipv6_ms, far`
export const ROW_VALUES = `n.started_at, log.id_tail(n.id), log.id_head(n.id), n.day,
  (select id from log.origin o where (o.site, o.gateway, o.network) = (n.site, n.gateway, n.network)),
  (select id from log.account where name = n.account), (select id from log.cause where name = n.stop_cause),
  (select id from log.terms where name = n.terms_version),
  (select id from log.basis where name = n.legal_basis), n.mac, n.ipv4, n.ipv6, n.public_ip,
  lower(n.public_ports) - 32768, upper(n.public_ports) - 32769, d.stopped, d.nas_started, d.nas_stopped,
  d.ipv4, d.ipv6,
  case when d.is_far then array[n.stopped_at, n.nas_started_at, n.nas_stopped_at, n.ipv4_at, n.ipv6_at] end`
/** Beside `n`: its times as milliseconds from the start, if all of them fit. */
export const ROW_TIMES = `
  cross join lateral (
    select greatest(abs(log.ms_between(n.started_at, n.stopped_at)),
                    abs(log.ms_between(n.started_at, n.nas_started_at)),
                    abs(log.ms_between(n.started_at, n.nas_stopped_at)),
                    abs(log.ms_between(n.started_at, n.ipv4_at)),
                    abs(log.ms_between(n.started_at, n.ipv6_at))) > 2147483647 as is_far) f
  cross join lateral (
    select f.is_far,
           case when f.is_far is not true then log.ms_between(n.started_at, n.stopped_at) end as stopped,
           case when f.is_far is not true then log.ms_between(n.started_at, n.nas_started_at) end as nas_started,
           case when f.is_far is not true then log.ms_between(n.started_at, n.nas_stopped_at) end as nas_stopped,
           case when f.is_far is not true then log.ms_between(n.started_at, n.ipv4_at) end as ipv4,
           case when f.is_far is not true then log.ms_between(n.started_at, n.ipv6_at) end as ipv6) d`

// Before there are triggers: nothing is amended by being written another way.
const CARRY_OVER = `
  do $$
  declare
    old record;
  begin
    insert into log.origin (site, gateway, network)
      select distinct site, gateway, network from log.connection_before;
    insert into log.account (name)
      select distinct account from log.connection_before where account is not null;
    insert into log.cause (name)
      select distinct stop_cause from log.connection_before where stop_cause is not null;
    insert into log.terms (name)
      select distinct terms_version from log.connection_before where terms_version is not null;
    insert into log.basis (name)
      select distinct legal_basis from log.connection_before where legal_basis is not null;
    for old in
      select to_date(right(c.relname, 10), 'YYYY_MM_DD') as day, right(c.relname, 10) as name
      from pg_inherits i join pg_class c on c.oid = i.inhrelid
      where i.inhparent = 'log.connection_before'::regclass
    loop
      execute format('create table log.%I partition of log.connection_row
                      for values from (%L) to (%L) with (fillfactor = 95)',
                     'connection_row_' || old.name, old.day, old.day + 1);
      insert into log.connection_row (${ROW_COLUMNS})
        select ${ROW_VALUES} from log.connection_before n ${ROW_TIMES} where n.day = old.day;
    end loop;
  end $$`

/**
 * One column each: among the rows of a day many share it, and the b-tree keeps a shared key once. Full,
 * because they are built again when the day is closed.
 */
async function indexes(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table log.connection_row add primary key (day, id_tail) with (fillfactor = 100)`.execute(
    db,
  )
  await sql`
    create index on log.connection_row (origin) with (fillfactor = 100)`.execute(db)
  for (const column of ['mac', 'ipv4', 'account', 'public_ip']) {
    await sql`
      create index on log.connection_row (${sql.id(column)}) with (fillfactor = 100)
      where ${sql.id(column)} is not null`.execute(db)
  }
  // The hash: half the size.
  await sql`
    create index on log.connection_row (hashinet(ipv6)) with (fillfactor = 100)
    where ipv6 is not null`.execute(db)
}

/** As before, of the row as the view shows it: an amendment must be readable by itself. */
async function amendments(db: Kysely<unknown>): Promise<void> {
  // Days with changes since they were closed, a line a change; see log.closed_day.
  await sql`create table log.late_change (day date not null)`.execute(db)
  await sql`create index on log.late_change (day)`.execute(db)
  await sql`
    create function log.canonical(part text, r jsonb) returns jsonb language plpgsql stable
    set search_path = pg_catalog as $$
    begin
      if part = 'former_address' then return jsonb_strip_nulls(r); end if;
      return jsonb_strip_nulls(to_jsonb(log.connection_of(jsonb_populate_record(null::log.connection_row, r))));
    end $$`.execute(db)
  await sql`
    create or replace function log.note_amendment() returns trigger language plpgsql
    security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
    declare
      a log.amendment;
      was jsonb;
      is_now jsonb;
    begin
      if tg_op = 'UPDATE' and old is not distinct from new then return null; end if;
      a.part := tg_argv[0];
      if tg_op = 'INSERT' then a.day := new.day; else a.day := old.day; end if;
      -- Who closes the day holds this lock alone: either this change is committed before the day is
      -- read for its seal, or the next statement sees that the day is closed.
      perform pg_advisory_xact_lock_shared(hashtextextended('close ' || to_char(a.day, 'YYYY-MM-DD'), 0));
      if not exists (select from log.closed_day c where c.day = a.day) then return null; end if;
      if tg_op <> 'INSERT' then a.before := log.canonical(a.part, to_jsonb(old)); end if;
      if tg_op <> 'DELETE' then a.after := log.canonical(a.part, to_jsonb(new)); end if;
      a.id := coalesce(a.before, a.after)->>'id';
      a.n := nextval('log.amendment_n');
      a.at := date_trunc('milliseconds', clock_timestamp());
      a.made_on := a.at::date;
      a.hash := log.row_hash(to_jsonb(a) - 'hash');
      insert into log.amendment select a.*;
      insert into log.late_change select a.day where a.part = 'connection';
      return null;
    end $$`.execute(db)
  for (const [deed, row] of [
    ['insert', 'new'],
    ['update', 'old'],
    ['delete', 'old'],
  ] as const) {
    // See 0006-sealing.ts.
    await sql`
      create trigger ${sql.raw(`note_${deed}`)} after ${sql.raw(deed)} on log.connection_row
      for each row when (${sql.raw(row)}.day <= (now() at time zone 'UTC')::date - 2)
      execute function log.note_amendment('connection')`.execute(db)
  }
}

/** From when until when the connections of a closed day were: a search reads those that can fit. */
async function zones(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table log.closed_day
      add column first_start timestamptz(3),
      add column last_start timestamptz(3),
      -- Infinity: one is still open. Null: not measured yet.
      add column latest_stop timestamptz(3),
      -- A set bit for the hash of each device and account of the day, and for few others: an absent
      -- one spares a search the day. A power of two of bytes.
      add column seen bytea,
      -- Since when its indexes are full.
      add column packed_at timestamptz`.execute(db)
  // So that one byte of it can be read alone.
  await sql`alter table log.closed_day alter column seen set storage external`.execute(db)
}
