import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** A job that somebody wants done now: whoever runs jobs hears of it, and one of them does it. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    alter table house.job
      add column asked_at timestamptz(3),
      add column asked_by text check (length(asked_by) between 1 and 400)`.execute(db)
  // False: there is no such job. Asked for again before it began, it is done once.
  await sql`
    create function house.ask_job(job text, asker text, why text) returns boolean
    language plpgsql security definer set search_path = pg_catalog, pg_temp as $$
    begin
      update house.job j set asked_at = clock_timestamp(), asked_by = asker 
      where j.name = job and (j.asked_at is null or j.asked_at <= j.started_at);
      if not found then return exists (select from house.job j where j.name = job); end if;
      insert into audit.entry (actor, action, subject, reason, details)
      values (asker, 'job.run', 'job ' || job, why, '{}');
      perform pg_notify('job', job);
      return true;
    end $$`.execute(db)
}
