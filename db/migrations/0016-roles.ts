import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/**
 * What the roles of db/roles.ts stand on: staff identities in a schema of their own, and narrow ways to
 * what an administrator's commands need of the log without reading it.
 */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema staff`.execute(db)
  for (const table of ['account', 'certificate']) {
    await sql`alter table ${sql.id('house', table)} set schema staff`.execute(db)
  }
  await hashes(db)
  await holds(db)
  await endOfTheAudit(db)
  await noSearchRolledBack(db)
  await temporaryNamesLast(db)
}

/**
 * A search could be opened, read and rolled back in one transaction, its line in the audit with it. So a
 * page is read only where nothing was written: the line that it goes by is there to stay.
 */
async function noSearchRolledBack(db: Kysely<unknown>): Promise<void> {
  await sql`
    do $do$ begin
      execute regexp_replace(pg_get_functiondef('log.search_page'::regproc), '\\sbegin\\s', $check$\\&
      if pg_current_xact_id_if_assigned() is not null then
        raise exception 'a search is read after the transaction that opened it'
          using errcode = 'invalid_transaction_state';
      end if;
$check$);
    end $do$`.execute(db)
}

/**
 * Where the path does not name it, the caller's temporary schema comes first, and a domain made there, of
 * the name of a type that the function uses, would run its check with the rights of the owner.
 */
async function temporaryNamesLast(db: Kysely<unknown>): Promise<void> {
  await sql`
    do $do$
    declare
      f regprocedure;
    begin
      for f in
        select oid from pg_proc
        where pronamespace = 'log'::regnamespace and 'search_path=pg_catalog' = any(proconfig)
      loop
        execute format('alter function %s set search_path = pg_catalog, pg_temp', f);
      end loop;
    end $do$`.execute(db)
}

/** The jobs may end lines that are old, by what was declared and the database's clock, and no others. */
async function endOfTheAudit(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function audit.old_before() returns timestamptz language sql stable
    set search_path = pg_catalog, pg_temp as $$
      select date_trunc('day', now() at time zone 'UTC') at time zone 'UTC'
        - coalesce((select audit_days from house.retention), 365) * interval '1 day'
    $$`.execute(db)
  await sql`
    create function audit.end_old_lines() returns table (count integer, first bigint, last bigint)
    language sql security definer set search_path = pg_catalog, pg_temp as $$
      with gone as (delete from audit.entry where at < audit.old_before() returning id)
      select count(*)::integer, min(id), max(id) from gone
    $$`.execute(db)
}

/** Whoever checks a seal reads these. Times in the hash of a row follow the session's TimeZone. */
async function hashes(db: Kysely<unknown>): Promise<void> {
  for (const table of ['connection', 'former_address']) {
    await sql`
      create view ${sql.id('log', `${table}_hash`)} as
      select day, id, log.row_hash(to_jsonb(r)) as hash from ${sql.id('log', table)} r`.execute(db)
  }
  await sql`
    create view log.amendment_hash as
    select n, part, day, id, made_on, hash,
           log.row_hash(before) as before_hash, log.row_hash(after) as after_hash,
           -- Null once the row's day is dropped: nothing is left to compare.
           case when before is not null or after is not null
             then log.row_hash(to_jsonb(a) - 'hash') end as text_hash
    from log.amendment a`.execute(db)
}

async function holds(db: Kysely<unknown>): Promise<void> {
  // A row's day is its start's, or later where that was too long ago when it was first heard of.
  await sql`
    create function log.name_held_rows(hold bigint, first_day date, ids uuid[]) returns integer
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    declare
      named integer;
    begin
      insert into log.hold_row (hold, day, id)
      select name_held_rows.hold, c.day, wanted.id from unnest(ids) as wanted(id)
      join log.connection_row c on c.id_tail = log.id_tail(wanted.id)
       and c.id_head is not distinct from log.id_head(wanted.id)
      where c.day >= first_day;
      get diagnostics named = row_count;
      return named;
    end $$`.execute(db)
  // A row copied already whose day is not dropped yet is found by the search.
  await sql`
    create view log.held_alone as
    select k.hold, k.day, k.id, k.connection, k.former_addresses from log.held k
    where not exists (
      select from log.connection_row c where c.day = k.day and c.id_tail = log.id_tail(k.id))`.execute(
    db,
  )
}
