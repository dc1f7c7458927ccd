import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** What administrators declare: the organisation, its places, gateways, terms, lists, accounts. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`create schema house`.execute(db)
  await sql`
    create table house.organisation (
      id smallint primary key default 1 check (id = 1),
      name text not null,
      contact text not null,
      colour text not null check (colour ~ '^#[0-9a-f]{6}$'),
      logo bytea,
      logo_type text,
      check ((logo is null) = (logo_type is null))
    )`.execute(db)
  await sql`
    create table house.association (
      code text primary key,
      name text not null
    )`.execute(db)
  await sql`
    create table house.site (
      code text primary key,
      name text not null,
      association text not null references house.association,
      timezone text not null,
      -- Shown until an administrator declares the real places: the first declaration replaces it.
      provisional boolean not null default false
    )`.execute(db)
  await sql`
    create table house.network (
      site text not null references house.site on delete cascade,
      kind text not null check (kind in ('guest', 'staff')),
      vlan integer check (vlan between 1 and 4094),
      grant_seconds integer not null check (grant_seconds > 0),
      subnets cidr[] not null,
      primary key (site, kind)
    )`.execute(db)
  await sql`
    create table house.gateway (
      name text primary key,
      site text not null references house.site on delete cascade,
      address cidr not null unique deferrable initially deferred,
      secret text not null,
      kind text not null check (kind in ('generic', 'opennds')),
      fas_level smallint check (fas_level between 0 and 4),
      fas_key text
    )`.execute(db)
  await sql`
    create table house.terms (
      version text primary key,
      effective date not null
    )`.execute(db)
  await sql`
    create table house.terms_text (
      version text not null references house.terms on delete cascade,
      language text not null,
      markdown text not null,
      sha256 text not null,
      primary key (version, language)
    )`.execute(db)
  await sql`
    create table house.list (
      name text primary key,
      category text not null,
      blocks text[] not null check (blocks <@ array['guest', 'staff']),
      sha256 text not null,
      content bytea not null
    )`.execute(db)
  await sql`
    create table house.rule (
      id bigint generated always as identity primary key,
      action text not null check (action in ('block', 'allow')),
      domain text not null,
      network text check (network in ('guest', 'staff')),
      site text references house.site on delete cascade,
      association text references house.association on delete cascade,
      unique nulls not distinct (domain, network, site, association)
    )`.execute(db)
  await sql`
    create table house.account (
      username text primary key check (username = lower(username)),
      password_hash text not null,
      groups text[] not null
    )`.execute(db)
  await sql`
    create table house.certificate (
      name text primary key,
      chain_pem text not null,
      ca_pem text not null,
      key_pem text not null,
      created_at timestamptz not null default now()
    )`.execute(db)
  await sql`
    create table house.job (
      name text primary key,
      started_at timestamptz not null,
      finished_at timestamptz,
      result text,
      failure text
    )`.execute(db)
  await announceChanges(db)
}

/** Each part holds these tables in memory and listens: one notification a statement, the table's name. */
async function announceChanges(db: Kysely<unknown>): Promise<void> {
  await sql`
    create function house.announce() returns trigger language plpgsql as $$
    begin
      perform pg_notify('house', tg_table_name);
      return null;
    end $$`.execute(db)
  const tables = ['organisation', 'association', 'site', 'network', 'gateway', 'terms']
  for (const table of [...tables, 'terms_text', 'list', 'rule', 'account', 'certificate']) {
    await sql`
      create trigger announce after insert or update or delete or truncate
      on ${sql.id('house', table)} for each statement execute function house.announce()`.execute(db)
  }
}
