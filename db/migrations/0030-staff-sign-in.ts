import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Who signed in to the staff pages, from which browsers, and by which identity providers one may. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table staff.sign_in_provider (
      name text primary key,
      label text not null,
      issuer text not null,
      client_id text not null,
      client_secret text,
      scopes text[] not null,
      account_claim text not null,
      name_claim text not null,
      mail_claim text not null,
      groups_claim text not null,
      position integer not null
    )`.execute(db)
  await sql`
    create trigger announce after insert or update or delete or truncate
    on staff.sign_in_provider for each statement execute function house.announce()`.execute(db)
  // What guests reach before they have accepted, beside the providers themselves.
  await sql`
    create table staff.walled_garden_name (
      name text primary key
    )`.execute(db)
  await sql`
    create trigger announce after insert or update or delete or truncate
    on staff.walled_garden_name for each statement execute function house.announce()`.execute(db)

  await people(db)
  await secondFactors(db)
}

async function people(db: Kysely<unknown>): Promise<void> {
  // Whoever signed in once, or whom the directory or the identity provider told us of.
  await sql`
    create table staff.person (
      id bigint generated always as identity primary key,
      issuer text not null,
      subject text not null,
      -- What the log calls this person; the same from every issuer is the same person.
      account text not null check (account = lower(account)),
      name text not null,
      mail text,
      groups text[] not null,
      state text not null default 'active' check (state in ('active', 'disabled')),
      state_reason text,
      state_since timestamptz(3) not null default now(),
      signed_in_at timestamptz(3),
      unique (issuer, subject),
      check (state = 'active' or state_reason is not null)
    )`.execute(db)
  await sql`create index on staff.person (account)`.execute(db)

  await sql`
    create table staff.session (
      -- Of what the browser has: nobody who reads this table can be somebody else.
      sha256 bytea primary key check (octet_length(sha256) = 32),
      -- By which its owner ends it.
      id uuid not null unique default gen_random_uuid(),
      issuer text not null,
      subject text not null,
      account text not null,
      name text not null,
      mail text,
      groups text[] not null,
      how text not null check (how in ('oidc', 'ldap', 'local')),
      second_factor boolean not null,
      -- Of the identity provider: its name here, and what it calls this sign-in.
      provider text,
      provider_session text,
      id_token text,
      browser text not null,
      opened_at timestamptz(3) not null,
      signed_in_at timestamptz(3) not null,
      seen_at timestamptz(3) not null,
      ends_at timestamptz(3) not null,
      check ((provider is null) = (how <> 'oidc'))
    )`.execute(db)
  await sql`create index on staff.session (issuer, subject)`.execute(db)
  await sql`create index on staff.session (account)`.execute(db)
  await sql`create index on staff.session (ends_at)`.execute(db)
}

async function secondFactors(db: Kysely<unknown>): Promise<void> {
  // The portal has no right to the accounts: through this, it checks the password of the one that is named.
  await sql`
    create function staff.sign_in_account(of_username text)
    returns table (password_hash text, groups text[])
    language sql stable security definer set search_path = pg_catalog, pg_temp as $$
      select a.password_hash, a.groups from staff.account a where a.username = of_username
    $$`.execute(db)
  await sql`
    create table staff.second_factor (
      username text primary key references staff.account on delete cascade,
      secret text not null,
      -- The time step of the last code that was taken: none counts twice (RFC 6238 §5.2).
      last_step bigint not null,
      enrolled_at timestamptz(3) not null
    )`.execute(db)
  await sql`
    create table staff.recovery_code (
      username text not null references staff.second_factor on delete cascade,
      digest bytea not null,
      primary key (username, digest)
    )`.execute(db)
}
