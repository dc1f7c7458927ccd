import type { Database } from './connection.ts'
import { decodeEvent } from './event-line.ts'
import type { LogEvent } from './log-event.ts'

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
  yield* readQuarantine(database)
}

/** Null: a line of another version, or one that was altered. */
export function eventOf({ content }: Pick<QuarantinedEvent, 'content'>): LogEvent | null {
  try {
    return decodeEvent(content)
  } catch {
    return null
  }
}

/** Without a trace in the audit: the caller leaves one. */
export async function* readQuarantine({
  sql,
}: Database): AsyncGenerator<readonly QuarantinedEvent[]> {
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
    const [gone] = await sql<Pick<QuarantinedEvent, 'at' | 'gateway'>[]>`
      delete from log.quarantine where id = ${id} returning at, gateway`
    if (gone === undefined) return false
    // Not what the database said of it: that may quote what was in it.
    const { gateway, at } = gone
    await sql`
      insert into audit.entry (actor, action, subject, reason, details)
      values (${deed.actor}, 'logs.quarantine-drop', ${id}, ${deed.reason},
              ${sql.json({ gateway, at: at.toISOString() })})`
    return true
  })
}
