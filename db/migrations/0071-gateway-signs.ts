import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** What of a gateway has answered when, so that who sets one up sees what works: RADIUS, RadSec, the portal, names. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table house.gateway_posture
      add column access_at timestamptz(3),
      add column accounting_at timestamptz(3),
      -- By RadSec, and until when the certificate counts that it showed.
      add column connected_at timestamptz(3),
      add column certificate_ends_at timestamptz(3)`.execute(db)
  await sql`
    create table house.gateway_arrival (
      gateway text primary key references house.gateway on delete cascade,
      -- When it last sent a phone to the portal.
      at timestamptz(3) not null,
      -- What it says that it is, as openNDS does.
      software text check (software ~ '^[\\w.+-]{1,40}$')
    )`.execute(db)
  await sql`alter table house.gateway_arrival enable row level security`.execute(db)
  await sql`
    create policy others on house.gateway_arrival to public
    using (current_user <> 'accueil_admin') with check (current_user <> 'accueil_admin')`.execute(
    db,
  )
  await sql`
    create policy seen on house.gateway_arrival for select to accueil_admin
    using (gateway in (select name from house.gateway))`.execute(db)
  // When names were last asked for at one place, without a look at 400 days of all of them.
  await sql`create index on house.filter_count (site, hour)`.execute(db)
}
