import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Lines of the audit become links of a chain: each link's hash covers the one before. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table audit.entry
      -- The place in the chain, without a gap; null until it is linked.
      add column n bigint unique,
      add column hash bytea check (octet_length(hash) = 32),
      add check ((n is null) = (hash is null))`.execute(db)
  await sql`create index on audit.entry (id) where n is null`.execute(db)
  // Where the chain stood: signed with a key that the database has only sealed.
  await sql`
    create table audit.anchor (
      n bigint primary key,
      hash bytea not null check (octet_length(hash) = 32),
      made_at timestamptz(3) not null default now(),
      -- True: lines up to this one have lived their time and were let go.
      is_cut boolean not null default false,
      key_id text references log.sealing_key,
      -- Ed25519, base64.
      signature text,
      check ((key_id is null) = (signature is null))
    )`.execute(db)
  await digest(db)
  await link(db)
  await check(db)
  await endOfTheAudit(db)
}

/** Of all that a line says; jsonb writes itself in one way only. */
async function digest(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function audit.digest_of(e audit.entry) returns bytea language sql stable
    set search_path = pg_catalog, pg_temp as $$
      select sha256(convert_to(jsonb_build_array(
        e.id, extract(epoch from e.at)::text, e.actor, e.action, e.subject, e.reason, e.details,
        e.association)::text, 'UTF8'))
    $$`.execute(db)
}

/**
 * Links what is not linked yet, in order. A line is linked after its commit and not while it is written: whoever
 * writes one would else make all others wait for the end of his transaction.
 */
async function link(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function audit.link_new_lines(most integer) returns integer language plpgsql
    security definer set search_path = pg_catalog, pg_temp as $$
    declare
      line audit.entry;
      last_n bigint;
      last_hash bytea;
      linked integer := 0;
    begin
      perform pg_advisory_xact_lock(hashtextextended('audit chain', 0));
      select h.n, h.hash into last_n, last_hash from (
        (select e.n, e.hash from audit.entry e where e.n is not null order by e.n desc limit 1)
        union all
        (select a.n, a.hash from audit.anchor a order by a.n desc limit 1)
      ) h order by h.n desc limit 1;
      if last_n is null then
        last_n := 0;
        last_hash := decode(repeat('00', 32), 'hex');
      end if;
      for line in
        select * from audit.entry e where e.n is null order by e.id limit most
      loop
        last_n := last_n + 1;
        last_hash := sha256(last_hash || audit.digest_of(line));
        update audit.entry e set n = last_n, hash = last_hash where e.id = line.id;
        linked := linked + 1;
      end loop;
      return linked;
    end $$`.execute(db)
}

/** Who checks sees digests, never lines. */
async function check(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function audit.chain_page(after_n bigint, most integer) returns table (
      n bigint, id bigint, at timestamptz, hash bytea, digest bytea
    )
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
      select e.n, e.id, e.at, e.hash, audit.digest_of(e) from audit.entry e
      where e.n > after_n order by e.n limit most
    $$`.execute(db)
  await sql`
    create function audit.unlinked() returns table (lines bigint, oldest timestamptz)
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
      select count(*), min(e.at) from audit.entry e where e.n is null
    $$`.execute(db)
  await sql`
    create function audit.head() returns table (n bigint, hash bytea)
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
      select e.n, e.hash from audit.entry e where e.n is not null order by e.n desc limit 1
    $$`.execute(db)
}

/**
 * What is old goes from the front of the chain only, and an anchor stays that says where the rest begins. The
 * line before the first that is not old yet is the last to go.
 */
async function endOfTheAudit(db: Kysely<unknown>): Promise<void> {
  await sql`drop function audit.end_old_lines()`.execute(db)
  await sql`
    create function audit.end_old_lines() returns table (count integer, first bigint, last bigint)
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    declare
      cut_n bigint;
    begin
      while audit.link_new_lines(10000) = 10000 loop end loop;
      select coalesce(
        (select min(e.n) - 1 from audit.entry e where e.at >= audit.old_before()),
        (select max(e.n) from audit.entry e)) into cut_n;
      insert into audit.anchor (n, hash, is_cut)
        select e.n, e.hash, true from audit.entry e where e.n = cut_n
        on conflict (n) do update set is_cut = true, key_id = null, signature = null
        where not audit.anchor.is_cut;
      -- What is before a cut cannot be checked any more.
      delete from audit.anchor a where a.n < cut_n
        and exists (select from audit.anchor c where c.n = cut_n);
      return query
        with gone as (delete from audit.entry e where e.n <= cut_n returning e.id)
        select count(*)::integer, min(g.id), max(g.id) from gone g;
    end $$`.execute(db)
}
