import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Who may administer what, and rows that the role of the administration's pages sees by association. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await roleGrants(db)
  await sql`
    alter table audit.entry
      -- Of the place or thing that it is about; null: of the whole house.
      add column association text`.execute(db)
  await sql`create index on audit.entry (subject, id)`.execute(db)
  await reach(db)
  await policies(db)
}

async function roleGrants(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table house.role_grant (
      subject text not null check (subject = lower(subject) and subject ~ '^(group|person):.{1,200}$'),
      role text not null check (role in ('national-admin', 'association-admin', 'list-editor',
        'place-helper', 'log-reader', 'log-approver', 'auditor')),
      -- Both null: everywhere.
      associations text[] check (cardinality(associations) > 0),
      sites text[] check (cardinality(sites) > 0),
      -- The last day, which counts, in UTC.
      until date,
      declared boolean not null default false,
      made_by text not null,
      made_at timestamptz(3) not null default now(),
      primary key (subject, role),
      check (role not in ('association-admin', 'place-helper')
        or num_nonnulls(associations, sites) > 0)
    )`.execute(db)
  // A pack of the log takes two people, so that no one may be both. Over or not: what ended is taken away first.
  await sql`
    create unique index log_reader_or_approver on house.role_grant (subject)
    where role in ('log-reader', 'log-approver')`.execute(db)
  await sql`
    create trigger announce after insert or update or delete or truncate
    on house.role_grant for each statement execute function house.announce()`.execute(db)
}

/** What a transaction of the administration was opened for: see db/admin/as-admin.ts. */
async function reach(db: Kysely<unknown>): Promise<void> {
  // No SET here, so that it is part of the query's plan; what it names cannot be another's.
  await sql`
    create function house.in_reach(association text, site text) returns boolean
    language sql stable as $$
      select coalesce(
        pg_catalog.current_setting('accueil.reach', true) operator(pg_catalog.=) 'everywhere'
        or association operator(pg_catalog.=) any
          (nullif(pg_catalog.current_setting('accueil.associations', true), '')::pg_catalog.text[])
        or site operator(pg_catalog.=) any
          (nullif(pg_catalog.current_setting('accueil.sites', true), '')::pg_catalog.text[]),
        false)
    $$`.execute(db)
}

const SEEN_SITE = 'site in (select code from house.site)'

/** Of each table what the administration sees, and what it may write. */
const ROWS: Readonly<Record<string, { readonly see: string; readonly write?: string }>> = {
  'house.site': {
    see: 'house.in_reach(association, code)',
    write: 'house.in_reach(association, code)',
  },
  'house.association': {
    see: 'house.in_reach(code, null) or code in (select association from house.site)',
  },
  'house.network': { see: SEEN_SITE },
  'house.gateway': { see: SEEN_SITE },
  'house.gateway_posture': { see: 'gateway in (select name from house.gateway)' },
  // What holds for the whole house holds for each of its places, whoever may change it.
  'house.rule': {
    see: `num_nonnulls(association, site) = 0 or house.in_reach(association, null) or ${SEEN_SITE}`,
    write: `house.in_reach(association, null) or ${SEEN_SITE}`,
  },
  'house.role_grant': {
    see: `house.in_reach(null, null) or associations && array(select code from house.association)
          or sites && array(select code from house.site)`,
  },
  'audit.entry': { see: 'house.in_reach(association, null)' },
}

async function policies(db: Kysely<unknown>): Promise<void> {
  for (const [name, { see, write }] of Object.entries(ROWS)) {
    const table = sql.raw(name)
    await sql`alter table ${table} enable row level security`.execute(db)
    // Any other role has what db/roles.ts gives it, in all rows.
    await sql`
      create policy others on ${table} to public
      using (current_user <> 'accueil_admin') with check (current_user <> 'accueil_admin')`.execute(
      db,
    )
    await sql`
      create policy seen on ${table} for select to accueil_admin using (${sql.raw(see)})`.execute(
      db,
    )
    if (write === undefined) continue
    await sql`
      create policy written on ${table} for all to accueil_admin
      using (${sql.raw(write)}) with check (${sql.raw(write)})`.execute(db)
  }
  // Nobody writes in another's name.
  await sql`
    create policy noted on audit.entry for insert to accueil_admin
    with check (actor = current_setting('accueil.actor', true))`.execute(db)
}
