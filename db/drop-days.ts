import { setTimeout as pause } from 'node:timers/promises'
import { sql } from 'kysely'
import type { Transaction } from 'kysely'
import { AppError, codeOf } from '#core/error.ts'
import { writeAudit } from './audit.ts'
import type { Database } from './connection.ts'
import { countHeldOf, keepHeldRows } from './holds.ts'
import { PARENTS, dayTables, goneFrom, partitionName } from './partitions.ts'
import type { DayTable } from './partitions.ts'
import type { Tables } from './tables.ts'

/** A day of the log that goes, or went. */
export interface GoneDay {
  readonly day: string
  readonly rows: number
  /** Of its seal; null when it never had one. */
  readonly digest: string | null
  /** Rows that a hold keeps. */
  readonly held: number
}

export interface DropOutcome {
  readonly dropped: readonly GoneDay[]
  /** The day that still waits for a reader to end; it is no longer found by any search. */
  readonly waiting: string | null
}

const LOCK_WAIT_MS = 2000
const RETRY_AFTER_MS = 200

/** The days whose last instant is a year old: 365 days, 366 where a 29 February lies between. */
export async function goneDays(database: Database, now: number): Promise<readonly GoneDay[]> {
  const days = new Set((await dayTables(database)).map(({ day }) => day))
  const gone: GoneDay[] = []
  for (const day of days) {
    if (goneFrom(day) <= now) gone.push(await lookAt(database, day, now))
  }
  return gone
}

/**
 * Drops those days. A day is first detached, which blocks neither readers nor writers and waits for
 * those who were reading it; `patienceMs` is how long.
 */
export async function dropOldDays(
  database: Database,
  now: number,
  options: { actor: string; patienceMs: number },
): Promise<DropOutcome> {
  const connection = await database.sql.reserve()
  const dropped: GoneDay[] = []
  try {
    const [lock] = await connection<{ mine: boolean }[]>`
      select pg_try_advisory_lock(hashtextextended('log drop', 0)) as mine`
    if (lock?.mine !== true) {
      throw new AppError('busy', 'another process is dropping days of the log at this moment')
    }
    try {
      await connection.unsafe(`set lock_timeout = ${LOCK_WAIT_MS}`)
      const until = performance.now() + options.patienceMs
      for (const gone of await goneDays(database, now)) {
        await keepHeldRows(database, gone.day, now)
        if (!(await detachDay(connection, gone.day, until))) return { dropped, waiting: gone.day }
        await dropDay(database, gone, new Date(now), options.actor)
        dropped.push(gone)
      }
      return { dropped, waiting: null }
    } finally {
      await connection`reset lock_timeout`
      await connection`select pg_advisory_unlock(hashtextextended('log drop', 0))`
    }
  } finally {
    connection.release()
  }
}

async function lookAt(database: Database, day: string, now: number): Promise<GoneDay> {
  const { sql } = database
  const name = partitionName('connection_row', day)
  const [count] = await sql<{ rows: string }[]>`select count(*) as rows from log.${sql(name)}`
  const [seal] = await sql<{ digest: string }[]>`
    select encode(digest, 'hex') as digest from log.seal where day = ${day}`
  return {
    day,
    rows: Number(count?.rows ?? 0),
    digest: seal?.digest ?? null,
    held: await countHeldOf(database, day, now),
  }
}

/** False when readers of the day were still at it when the time was over. */
async function detachDay(
  connection: Database['sql'],
  day: string,
  until: number,
): Promise<boolean> {
  for (;;) {
    const tables = await dayTables({ sql: connection })
    const next = tables.find((table) => table.day === day && table.state !== 'detached')
    if (next === undefined) return true
    const waited = await detach(connection, next)
    if (!waited) {
      if (performance.now() > until) return false
      await pause(RETRY_AFTER_MS)
    }
  }
}

/** False when it has to wait longer for someone. */
async function detach(connection: Database['sql'], table: DayTable): Promise<boolean> {
  const name = partitionName(table.parent, table.day)
  // What was begun and had to give way is not begun again but brought to its end.
  const how = table.state === 'leaving' ? 'finalize' : 'concurrently'
  try {
    await connection.unsafe(`alter table log.${table.parent} detach partition log."${name}" ${how}`)
    return true
  } catch (thrown) {
    if (isLockTimeout(thrown)) return false
    throw thrown
  }
}

function isLockTimeout(thrown: unknown): boolean {
  return codeOf(thrown) === '55P03'
}

/** The tables, what was kept beside them, and the line in the audit: all of it or nothing. */
async function dropDay(database: Database, gone: GoneDay, at: Date, actor: string): Promise<void> {
  const { day, rows, digest, held } = gone
  await database.kysely.transaction().execute(async (kysely) => {
    for (const parent of PARENTS) {
      await kysely.schema
        .withSchema('log')
        .dropTable(partitionName(parent, day))
        .ifExists()
        .execute()
    }
    await forget(kysely, day, at)
    await writeAudit(kysely, {
      actor,
      action: 'logs.drop-day',
      subject: day,
      reason: 'a year has passed',
      details: { rows, digest, held },
    })
  })
}

/** The seal stays. An amendment keeps its hash, which the seal of the day it was made on covers. */
async function forget(kysely: Transaction<Tables>, day: string, at: Date): Promise<void> {
  const date = sql`${day}::date`
  await sql`update log.seal set dropped_at = ${at} where day = ${date}`.execute(kysely)
  await sql`update log.amendment set before = null, after = null where day = ${date}`.execute(
    kysely,
  )
  await sql`delete from log.amendment where made_on = ${date}`.execute(kysely)
  for (const table of ['seal_leaf', 'closed_day', 'late_change', 'hold_row']) {
    await sql`delete from ${sql.id('log', table)} where day = ${date}`.execute(kysely)
  }
}
