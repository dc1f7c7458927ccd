import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Whom the house tells of its alerts, and what became of it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table house.alert_channel (
      name text primary key check (name ~ '^[a-z0-9][a-z0-9-]{0,31}$'),
      kind text not null check (kind in ('slack', 'teams', 'webhook', 'mail', 'syslog')),
      -- Sealed, context alert-channel:NAME.
      settings text not null,
      -- Of where it goes what may be seen: the host.
      host text not null,
      -- Empty: all.
      kinds text[] not null,
      associations text[] not null,
      quiet_hours text[] not null,
      timezone text not null,
      language text not null check (language in ('fr', 'en')),
      position integer not null,
      -- What happened before is not its news.
      since timestamptz(3) not null default now()
    )`.execute(db)
  await sql`
    create table house.alert_delivery (
      alert bigint not null references house.alert on delete cascade,
      channel text not null references house.alert_channel on delete cascade,
      next_at timestamptz(3) not null,
      attempts integer not null default 0,
      -- How many times it had happened when it was told last.
      told bigint,
      sent_at timestamptz(3),
      gave_up_at timestamptz(3),
      failure text check (char_length(failure) <= 300),
      primary key (alert, channel),
      check (sent_at is null or gave_up_at is null)
    )`.execute(db)
  await sql`
    create index alert_waiting on house.alert_delivery (next_at)
    where sent_at is null and gave_up_at is null`.execute(db)
  await sql`
    create index alert_told on house.alert_delivery (channel, sent_at)`.execute(db)
  // Who sees an alert sees what became of it; channels are the whole house's.
  await sql`alter table house.alert_delivery enable row level security`.execute(db)
  await sql`
    create policy others on house.alert_delivery to public
    using (current_user <> 'accueil_admin') with check (current_user <> 'accueil_admin')`.execute(
    db,
  )
  await sql`
    create policy seen on house.alert_delivery for select to accueil_admin
    using (alert in (select id from house.alert))`.execute(db)
  await sql`alter table house.alert_channel enable row level security`.execute(db)
  await sql`
    create policy others on house.alert_channel to public
    using (current_user <> 'accueil_admin') with check (current_user <> 'accueil_admin')`.execute(
    db,
  )
  await sql`
    create policy seen on house.alert_channel for select to accueil_admin
    using (house.in_reach(null, null) or associations && array(select code from house.association)::text[]
      or exists (select from house.alert_delivery d where d.channel = name))`.execute(db)
}
