import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** What makes the log evidence: seals, amendments of sealed days, holds, and requests for a pack. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await amendments(db)
  await seals(db)
  await holds(db)
  await sql`
    create table log.export_request (
      code text primary key,
      case_ref text not null,
      reason text not null,
      criteria jsonb not null,
      requested_by text not null,
      requested_at timestamptz(3) not null default now(),
      approved_by text check (approved_by <> requested_by),
      approved_at timestamptz(3),
      check ((approved_by is null) = (approved_at is null))
    )`.execute(db)
  await sql`create index on log.export_request (case_ref, requested_at)`.execute(db)
}

/** From the moment a day is closed, what is done to its rows is noted, before and after. */
async function amendments(db: Kysely<unknown>): Promise<void> {
  // The canonical form of a row: jsonb sorts its keys, and without nulls a column that a later
  // version adds does not change what was sealed before it. Times follow the session's TimeZone,
  // so whoever calls this must have set it to UTC.
  await sql`
    create function log.row_hash(canonical jsonb) returns bytea language sql stable parallel safe
    return sha256(convert_to(jsonb_strip_nulls(canonical)::text, 'UTF8'))`.execute(db)
  await sql`
    create table log.closed_day (
      day date primary key,
      closed_at timestamptz not null default now()
    )`.execute(db)
  await sql`create sequence log.amendment_n`.execute(db)
  await sql`
    create table log.amendment (
      n bigint primary key,
      part text not null check (part in ('connection', 'former_address')),
      -- Of the row.
      day date not null,
      id uuid not null,
      at timestamptz(3) not null,
      -- The UTC day of "at": the amendment is sealed with that day.
      made_on date not null,
      -- Both become null when the row's own day is dropped; the hash stays, so that the seal of
      -- made_on still fits.
      before jsonb,
      after jsonb,
      hash bytea not null
    )`.execute(db)
  await sql`create index on log.amendment (day, id, n)`.execute(db)
  await sql`create index on log.amendment (made_on, n)`.execute(db)
  await sql`
    create function log.note_amendment() returns trigger language plpgsql
    security definer set search_path = pg_catalog, pg_temp set timezone = 'UTC' as $$
    declare
      a log.amendment;
    begin
      if tg_op = 'UPDATE' and old is not distinct from new then return null; end if;
      if tg_op = 'INSERT' then a.day := new.day; a.id := new.id;
      else a.day := old.day; a.id := old.id; end if;
      -- Who closes the day holds this lock alone: either this change is committed before the day is
      -- read for its seal, or the next statement sees that the day is closed.
      perform pg_advisory_xact_lock_shared(hashtextextended('close ' || to_char(a.day, 'YYYY-MM-DD'), 0));
      if not exists (select from log.closed_day c where c.day = a.day) then return null; end if;
      a.n := nextval('log.amendment_n');
      a.part := tg_argv[0];
      a.at := date_trunc('milliseconds', clock_timestamp());
      a.made_on := a.at::date;
      if tg_op <> 'INSERT' then a.before := jsonb_strip_nulls(to_jsonb(old)); end if;
      if tg_op <> 'DELETE' then a.after := jsonb_strip_nulls(to_jsonb(new)); end if;
      a.hash := log.row_hash(to_jsonb(a) - 'hash');
      insert into log.amendment select a.*;
      return null;
    end $$`.execute(db)
  for (const part of ['connection', 'former_address']) {
    for (const [deed, row] of [
      ['insert', 'new'],
      ['update', 'old'],
      ['delete', 'old'],
    ] as const) {
      // The condition spares nearly every row the call. A day is closed when it is three days old;
      // one day less lets the clock that closes it be ahead of this one.
      await sql`
        create trigger ${sql.raw(`note_${deed}`)} after ${sql.raw(deed)} on ${sql.id('log', part)}
        for each row when (${sql.raw(row)}.day <= (now() at time zone 'UTC')::date - 2)
        execute function log.note_amendment(${sql.lit(part)})`.execute(db)
    }
  }
}

async function seals(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table log.sealing_key (
      -- The first half of the SHA-256 of the public key, in hex.
      id text primary key,
      public_pem text not null,
      -- Sealed, context "sealing-key:ID".
      private_pem text not null,
      made_at timestamptz not null default now()
    )`.execute(db)
  await sql`
    create table log.seal (
      day date primary key,
      connections bigint not null,
      former_addresses bigint not null,
      amendments bigint not null,
      digest bytea not null,
      leaves bytea not null,
      previous bytea not null,
      key_id text not null references log.sealing_key,
      sealed_at timestamptz(3) not null,
      signature bytea not null,
      -- The seal outlives its rows.
      dropped_at timestamptz(3)
    )`.execute(db)
  // 24 bytes a row: the identifier and the beginning of its hash, to name the row that was touched.
  await sql`
    create table log.seal_leaf (
      day date not null,
      part text not null,
      chunk integer not null,
      leaves bytea not null,
      primary key (day, part, chunk)
    )`.execute(db)
  // Hashes do not compress.
  await sql`alter table log.seal_leaf alter column leaves set storage external`.execute(db)
  await sql`
    create table log.seal_published (
      day date not null references log.seal,
      target text not null,
      at timestamptz not null default now(),
      primary key (target, day)
    )`.execute(db)
  await sql`
    create table house.publish_target (
      target text primary key,
      kind text not null check (kind in ('file', 'url'))
    )`.execute(db)
}

async function holds(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table log.hold (
      id bigint generated always as identity primary key,
      case_ref text not null,
      reason text not null,
      criteria jsonb not null,
      -- Its last day, in UTC.
      until date not null,
      made_by text not null,
      made_at timestamptz(3) not null default now(),
      ended_by text,
      ended_at timestamptz(3),
      check ((ended_by is null) = (ended_at is null))
    )`.execute(db)
  // The rows that it names.
  await sql`
    create table log.hold_row (
      hold bigint not null references log.hold,
      day date not null,
      id uuid not null,
      primary key (hold, day, id)
    )`.execute(db)
  await sql`create index on log.hold_row (day, id)`.execute(db)
  // Their copies, once their day is dropped.
  await sql`
    create table log.held (
      hold bigint not null references log.hold,
      day date not null,
      id uuid not null,
      connection jsonb not null,
      former_addresses jsonb not null,
      kept_at timestamptz(3) not null default now(),
      primary key (hold, day, id)
    )`.execute(db)
}
