import { randomBytes } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { readConfig } from '#core/config.ts'
import type { Config } from '#core/config.ts'
import { withCredentials } from '#core/credentials.ts'
import { AppError, reasonOf } from '#core/error.ts'
import { within } from '#core/lifecycle.ts'
import { createSeal } from '#core/seal.ts'
import type { Seal } from '#core/seal.ts'
import { openDatabase } from '#db/connection.ts'
import type { Database } from '#db/connection.ts'
import { startEmbedded } from '#db/embedded.ts'
import type { EmbeddedPostgres } from '#db/embedded.ts'
import { pendingMigrations } from '#db/standing.ts'
import { mayActAs, ownsHouse, whoAmI } from '#db/login.ts'
import type { DatabaseRole } from '#db/roles.ts'
import { roleName } from '#db/roles.ts'

const COMMAND_POOL = 4
/** For whoever can do without it, a database that takes longer is away. */
const AWAY_MS = 1_000

/** What every command stands on: the database, and the key to its secrets. */
export interface House {
  readonly config: Config
  /** As the login of the environment, or as the role that was asked for. */
  readonly database: Database
  /** Of the database, with what is needed to be let in. */
  readonly url: string
  readonly seal: Seal
  /** Null where DATABASE_URL names a Postgres of the operator's own. */
  readonly embedded: EmbeddedPostgres | null
  /** Why the database did not answer when this was opened; null where it did. */
  readonly away: string | null
  /** The same database as that role sees it, with connections of its own; closed with the house. */
  as(role: DatabaseRole, max: number): Promise<Database>
  /** Whether the login may. */
  can(role: DatabaseRole): Promise<boolean>
  close(): Promise<void>
}

/** The environment, checked; throws one sentence a mistake. */
export function requireConfig(): Config {
  const read = readConfig(withCredentials(process.env))
  if (read.ok) return read.config
  throw new AppError('config', read.problems.join('\naccueil: '))
}

/** What opens sealed values of a file, without the database; null: there is no key yet. */
export function knownSeal(config: Config): Seal | null {
  const key = knownMasterKey(config)
  return key === null ? null : createSeal(key)
}

/** 32 bytes, of the environment or the data folder; null: there is none yet. */
export function knownMasterKey({ masterKey, dataDir }: Config): Uint8Array | null {
  if (masterKey !== null) return masterKey
  return existsSync(keyFile(dataDir)) ? keyOfDataDir(dataDir) : null
}

/** Opens the database of the environment: DATABASE_URL, else the one of the data folder. */
export async function openHouse(
  config: Config,
  options: {
    applicationName: string
    max?: number
    onProgress?: (step: string) => void
    /** A database that does not answer is no error: what is asked of it fails until it does. */
    mayBeAway?: boolean
  },
): Promise<House> {
  const { databaseUrl, dataDir } = config
  const embedded =
    databaseUrl === null
      ? await startEmbedded({
          dataDir,
          ...(options.onProgress === undefined ? {} : { onProgress: options.onProgress }),
        })
      : null
  try {
    const seal = createSeal(config.masterKey ?? keyOfDataDir(dataDir))
    const url = databaseUrl ?? embedded?.url ?? ''
    const database = openDatabase(url, options)
    const patienceMs = options.mayBeAway === true ? AWAY_MS : null
    const away = await silenceOf(database, databaseUrl, patienceMs)
    if (away !== null && options.mayBeAway !== true) {
      await database.close()
      throw away
    }
    const pools = [database]
    return {
      config,
      database,
      url,
      seal,
      embedded,
      away: away === null ? null : away.message,
      async as(role, max) {
        if (away === null) await requireRole(database, role)
        const pool = openDatabase(url, { ...options, max, role })
        pools.push(pool)
        return pool
      },
      can: (role) => mayActAs(database, role),
      async close() {
        await Promise.all(pools.map((pool) => pool.close()))
        await embedded?.release()
      },
    }
  } catch (thrown) {
    await embedded?.release()
    throw thrown
  }
}

/** Opens the house for one command and closes it whatever happens. */
export async function withHouse<T>(name: string, use: (house: House) => Promise<T>): Promise<T> {
  const house = await openHouse(requireConfig(), {
    applicationName: `accueil ${name}`,
    max: COMMAND_POOL,
  })
  try {
    return await use(house)
  } finally {
    await house.close()
  }
}

/** The same with the rights of one role, for a command that needs no more; the house is of this version. */
export function withHouseAs<T>(
  role: DatabaseRole,
  name: string,
  use: (house: House) => Promise<T>,
): Promise<T> {
  return withHouse(name, async (house) => {
    await requireMigrated(house.database)
    return use({ ...house, database: await house.as(role, COMMAND_POOL) })
  })
}

/** A command that reads or writes the house needs it to be of this version. */
export async function requireMigrated(database: Database): Promise<void> {
  const pending = await pendingMigrations(database)
  if (pending.length === 0) return
  throw new AppError(
    'migrate',
    `the database is not of this version yet (missing: ${pending.join(', ')}); run: npx accueil migrate, as the login that owns it`,
  )
}

/** What is declared belongs to the owner: no part changes it. */
export async function requireOwner(database: Database): Promise<void> {
  if (await ownsHouse(database)) return
  throw new AppError(
    'role',
    `the login "${await whoAmI(database)}" of DATABASE_URL does not own the database; use the one that does`,
  )
}

async function requireRole(database: Database, role: DatabaseRole): Promise<void> {
  if (await mayActAs(database, role)) return
  const login = await whoAmI(database)
  const name = roleName(role)
  throw new AppError(
    'role',
    `the login "${login}" of DATABASE_URL may not act as ${name}; use one that may, or let the owner of the database run: grant ${name} to "${login}"`,
  )
}

/** The sentence about a database that does not answer. */
async function silenceOf(
  database: Database,
  url: string | null,
  patienceMs: number | null,
): Promise<AppError | null> {
  const answer = database.sql`select 1`.execute()
  try {
    await (patienceMs === null ? answer : within(patienceMs, answer))
    return null
  } catch (thrown) {
    const where = url === null ? 'the embedded Postgres' : `DATABASE_URL (${new URL(url).host})`
    return new AppError(
      'database',
      `${where} does not answer: ${reasonOf(thrown)}; check that it runs and lets this user in`,
      { cause: thrown },
    )
  }
}

function keyFile(dataDir: string): string {
  return join(dataDir, 'master.key')
}

function keyOfDataDir(dataDir: string): Uint8Array {
  const file = keyFile(dataDir)
  if (!existsSync(file)) {
    // Exclusive: of two first starts at once, one makes the key and the other reads it.
    try {
      writeFileSync(file, `${randomBytes(32).toString('hex')}\n`, { mode: 0o600, flag: 'wx' })
    } catch (thrown) {
      if (!existsSync(file)) throw thrown
    }
  }
  const key = Buffer.from(readFileSync(file, 'utf8').trim(), 'hex')
  if (key.length === 32) return new Uint8Array(key)
  throw new AppError(
    'master-key',
    `${file} does not hold 32 bytes in hex; restore it from a backup, or begin with an empty data folder`,
  )
}
