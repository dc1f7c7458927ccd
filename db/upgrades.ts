import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Database } from './connection.ts'

export interface NewerStep {
  readonly name: string
  /** What it took from the version before; null: nobody wrote that down. */
  readonly breaks: readonly string[] | null
}

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

/** What is known of steps that this version does not have. */
export async function newerSteps(
  { sql }: Database,
  names: readonly string[],
): Promise<readonly NewerStep[]> {
  if (names.length === 0) return []
  const [table] = await sql<{ there: boolean }[]>`
    select to_regclass('house.upgrade') is not null as there`
  const known =
    table?.there === true
      ? await sql<{ name: string; breaks: string[] }[]>`
          select migration as name, breaks from house.upgrade where migration = any(${[...names]})`
      : []
  return names.map((name) => ({
    name,
    breaks: known.find((row) => row.name === name)?.breaks ?? null,
  }))
}
