import type postgres from 'postgres'
import { reasonOf } from '#core/error.ts'
import { closeGatewaySessions, mergeRecords } from './accounting.ts'
import type { Database } from './connection.ts'
import { isDatabaseTrouble } from './database-trouble.ts'
import type { LogEvent } from './log-event.ts'
import { openConnection } from './open-connection.ts'
import { eventOf, readQuarantine } from './quarantine-review.ts'
import type { QuarantinedEvent } from './quarantine-review.ts'
import { createSessionMemory } from './session-memory.ts'
import { LostRace } from './sessions.ts'

/** Others that write the same session are few. */
const ATTEMPTS = 10

export interface RetryOutcome {
  readonly id: string
  /** Why it stays; null: it is in the log now. */
  readonly refused: string | null
}

/**
 * Tries events again, oldest first, all of them or those named. One that passes is in the log and no
 * more in quarantine, both or neither; one that does not stays, with what is said of it now. Throws
 * when it is the database that is at fault.
 */
export async function* retryQuarantined(
  database: Database,
  ids: readonly string[] | null,
  actor: string,
): AsyncGenerator<RetryOutcome> {
  for await (const page of readQuarantine(database)) {
    for (const row of page) {
      if (ids !== null && !ids.includes(row.id)) continue
      const refused = await tryAgain(database, row, actor)
      if (refused !== null) await keep(database, row.id, refused, actor)
      yield { id: row.id, refused }
    }
  }
}

/** Null: it is in the log. */
async function tryAgain(
  { sql }: Database,
  row: QuarantinedEvent,
  actor: string,
): Promise<string | null> {
  const event = eventOf(row)
  if (event === null) return 'a line of an unknown version'
  for (let attempt = 1; ; attempt += 1) {
    try {
      await sql.begin(async (sql) => {
        await writeEvent(sql, event)
        await sql`delete from log.quarantine where id = ${row.id}`
        await noteRetry(sql, { id: row.id, passed: true, actor })
      })
      return null
    } catch (thrown) {
      if (thrown instanceof LostRace && attempt < ATTEMPTS) continue
      if (thrown instanceof LostRace || isDatabaseTrouble(thrown)) throw thrown
      return reasonOf(thrown).replaceAll('\0', '')
    }
  }
}

/** As the fold does it. */
async function writeEvent(sql: postgres.TransactionSql, event: LogEvent): Promise<void> {
  const memory = createSessionMemory()
  if (event.kind === 'record') await mergeRecords(sql, [event.record], memory)
  else if (event.kind === 'restart') await closeGatewaySessions(sql, event.restart, memory)
  else await openConnection(sql, event.acceptance, memory)
}

async function keep({ sql }: Database, id: string, refused: string, actor: string): Promise<void> {
  await sql.begin(async (sql) => {
    await sql`update log.quarantine set reason = ${refused} where id = ${id}`
    await noteRetry(sql, { id, passed: false, actor })
  })
}

/** Without what the database said: that may quote what is in the event, and the audit lives longer. */
async function noteRetry(
  sql: postgres.TransactionSql,
  { id, passed, actor }: { id: string; passed: boolean; actor: string },
): Promise<void> {
  await sql`
    insert into audit.entry (actor, action, subject, details)
    values (${actor}, 'logs.quarantine-retry', ${id}, ${sql.json({ passed })})`
}
