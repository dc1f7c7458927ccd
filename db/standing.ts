import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { AppError } from '#core/error.ts'
import type { Database } from './connection.ts'

const OLDEST_SERVER = 150_000

/** How the database stands to this version. */
export interface Standing {
  /** The steps that this version has and the database has not. */
  readonly pending: readonly string[]
  /** Those of a newer version, beside which this one goes on. */
  readonly newer: readonly string[]
}

/** Those of this version, in order. A step is a file: who only asks for their names loads none of them. */
export function stepNames(): readonly string[] {
  return readdirSync(join(import.meta.dirname, 'migrations'))
    .flatMap((file) => /^(\d{4}-[a-z-]+)\.ts$/.exec(file)?.[1] ?? [])
    .toSorted()
}

/** Throws where a newer version took something away that this one stands on. */
export async function standing(
  database: Database,
  steps: readonly string[] = stepNames(),
): Promise<Standing> {
  const [table] = await database.sql<{ there: boolean }[]>`
    select to_regclass('public.kysely_migration') is not null as there`
  if (table?.there !== true) return { pending: steps, newer: [] }
  const done = await database.sql<{ name: string }[]>`select name from public.kysely_migration`
  const newer = await newerSteps(
    database,
    done.map(({ name }) => name).filter((name) => !steps.includes(name)),
  )
  for (const { name, breaks } of newer) {
    if (breaks === null) throw new AppError('migrate', newerVersion(name))
    if (breaks.length > 0) throw new AppError('migrate', newerVersion(`${name}: ${breaks[0]}`))
  }
  return {
    pending: steps.filter((name) => !done.some((row) => row.name === name)),
    newer: newer.map(({ name }) => name),
  }
}

export async function pendingMigrations(database: Database): Promise<readonly string[]> {
  return (await standing(database)).pending
}

export function newerVersion(sign: string): string {
  return `this database was brought up by a newer version of Accueil (${sign}); run that version or restore a backup`
}

interface NewerStep {
  readonly name: string
  /** What it took from the version before; null: nobody wrote that down. */
  readonly breaks: readonly string[] | null
}

/** What is known of steps that this version does not have. */
async function newerSteps(
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

export async function refuseOldServer(database: Database): Promise<void> {
  const [row] = await database.sql<{ version: string }[]>`
    select current_setting('server_version_num') as version`
  if (Number(row?.version) >= OLDEST_SERVER) return
  throw new AppError('postgres-version', 'this Postgres is older than 15; use 15 or newer')
}
