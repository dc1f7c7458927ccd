import { sql } from 'kysely'
import type { Kysely } from 'kysely'

/** Whether there is a table yet that steps are told to. */
export async function isRecorded(db: Kysely<unknown>): Promise<boolean> {
  const { rows } = await sql<{ there: boolean }>`
    select to_regclass('house.upgrade') is not null as there`.execute(db)
  return rows[0]?.there === true
}

export async function recordStep(
  db: Kysely<unknown>,
  migration: string,
  breaks: readonly string[],
): Promise<void> {
  await sql`
    insert into house.upgrade (migration, breaks)
    values (${migration}, array(select jsonb_array_elements_text(${JSON.stringify(breaks)}::text::jsonb)))
    on conflict (migration) do update set at = excluded.at, breaks = excluded.breaks`.execute(db)
}
