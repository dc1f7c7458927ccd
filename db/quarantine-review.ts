import { reasonOf } from '#core/error.ts'
import type { Database } from './connection.ts'
import { isDatabaseTrouble } from './database-trouble.ts'

/** An event that waits for a person. */
export interface QuarantinedEvent {
  readonly id: string
  readonly at: Date
  readonly gateway: string
  readonly reason: string
  /** As it was kept; it comes from the network. */
  readonly content: string
}

const PAGE_ROWS = 500

/** All of them, oldest first, a page at a time. The look is in the audit before the first is read. */
export async function* listQuarantined(
  database: Database,
  look: { actor: string; reason: string | null },
): AsyncGenerator<readonly QuarantinedEvent[]> {
  const { sql } = database
  await sql`
    insert into audit.entry (actor, action, subject, reason)
    values (${look.actor}, 'logs.quarantine-list', 'log.quarantine', ${look.reason})`
  yield* pages(database)
}

async function* pages({ sql }: Database): AsyncGenerator<readonly QuarantinedEvent[]> {
  let after: QuarantinedEvent | null = null
  for (;;) {
    const page: readonly QuarantinedEvent[] = await sql<QuarantinedEvent[]>`
      select id, at, gateway, reason, content from log.quarantine
      where ${after === null} or (at, id) > (${after?.at ?? null}, ${after?.id ?? null}::uuid)
      order by at, id limit ${PAGE_ROWS}`
    if (page.length > 0) yield page
    if (page.length < PAGE_ROWS) return
    after = page.at(-1) ?? null
  }
}

/** False: it is not there. What was in it is gone; who dropped it and why stays in the audit. */
export async function dropQuarantined(
  database: Database,
  id: string,
  deed: { actor: string; reason: string },
): Promise<boolean> {
  return database.sql.begin(async (sql) => {
    const [gone] = await sql<Omit<QuarantinedEvent, 'id' | 'content'>[]>`
      delete from log.quarantine where id = ${id} returning at, gateway, reason`
    if (gone === undefined) return false
    const { gateway, reason, at } = gone
    await sql`
      insert into audit.entry (actor, action, subject, reason, details)
      values (${deed.actor}, 'logs.quarantine-drop', ${id}, ${deed.reason},
              ${sql.json({ gateway, refused: reason, at: at.toISOString() })})`
    return true
  })
}

export interface RetryOutcome {
  readonly id: string
  /** Why it stays; null: it is in the log now. */
  readonly refused: string | null
}

/**
 * Tries events again, oldest first, all of them or those named. One that passes is removed; one that
 * does not stays with what is said of it now. Throws when it is the database that is at fault.
 */
export async function* retryQuarantined(
  database: Database,
  options: {
    ids: readonly string[] | null
    actor: string
    /** Resolves after the commit; to write an event again is harmless. */
    write: (content: string) => Promise<void>
  },
): AsyncGenerator<RetryOutcome> {
  const { ids, actor, write } = options
  for await (const page of pages(database)) {
    for (const { id, content } of page) {
      if (ids !== null && !ids.includes(id)) continue
      const refused = await attempt(write, content)
      await settle(database, { id, refused }, actor)
      yield { id, refused }
    }
  }
}

async function attempt(
  write: (content: string) => Promise<void>,
  content: string,
): Promise<string | null> {
  try {
    await write(content)
    return null
  } catch (thrown) {
    if (isDatabaseTrouble(thrown)) throw thrown
    return reasonOf(thrown).replaceAll('\0', '')
  }
}

async function settle(
  database: Database,
  { id, refused }: RetryOutcome,
  actor: string,
): Promise<void> {
  await database.sql.begin(async (sql) => {
    if (refused === null) await sql`delete from log.quarantine where id = ${id}`
    else await sql`update log.quarantine set reason = ${refused} where id = ${id}`
    await sql`
      insert into audit.entry (actor, action, subject, details)
      values (${actor}, 'logs.quarantine-retry', ${id}, ${sql.json({ refused })})`
  })
}
