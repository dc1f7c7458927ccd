import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Owners of devices whose time is nearly over are told by mail. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table house.enrolment
      -- The alert channel by whose mail server they are told; null: nobody is.
      add column reminders text`.execute(db)
  await sql`
    create table staff.device_reminder (
      device text not null references staff.device on delete cascade,
      -- Of the credential that it was about: a renewed one has another end, and is told of again.
      ends_at timestamptz(3) not null,
      -- How long before: a month, and a week.
      days smallint not null check (days in (30, 7)),
      told_at timestamptz(3) not null default now(),
      -- What the mail server said for good; null: it took the message.
      refusal text,
      primary key (device, ends_at, days)
    )`.execute(db)
}
