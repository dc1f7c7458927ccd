import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** What became of requests to unblock: whoever looks after the place answers, and the answer is kept. */
export async function up(db: Kysely<unknown>): Promise<void> {
  await sql`
    create table house.unblock_answer (
      id bigint generated always as identity primary key,
      at timestamptz(3) not null default now(),
      domain text not null,
      -- Null: the portal could not tell the place.
      site text references house.site on delete cascade,
      network text check (network in ('guest', 'staff')),
      -- How many had asked for it.
      times integer not null check (times > 0),
      decision text not null check (decision in ('allow', 'refuse')),
      -- The rule that lets it through; null once that is taken away.
      rule bigint references house.rule on delete set null,
      until timestamptz,
      actor text not null,
      reason text not null,
      check (decision = 'allow' or (rule is null and until is null))
    )`.execute(db)
  await sql`create index on house.unblock_answer (site, domain)`.execute(db)
  await sql`create index on house.unblock_answer (at)`.execute(db)
  await sql`create index on house.unblock_answer (rule) where rule is not null`.execute(db)
  for (const table of [sql.raw('house.unblock_request'), sql.raw('house.unblock_answer')]) {
    await sql`alter table ${table} enable row level security`.execute(db)
    await sql`
      create policy others on ${table} to public
      using (current_user <> 'accueil_admin') with check (current_user <> 'accueil_admin')`.execute(
      db,
    )
    // Of no known place: for who looks after all of them.
    await sql`
      create policy seen on ${table} for all to accueil_admin
      using (house.in_reach(null, null) or site in (select code from house.site))
      with check (house.in_reach(null, null) or site in (select code from house.site))`.execute(db)
  }
}
