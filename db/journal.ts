import { within } from '#core/lifecycle.ts'
import type postgres from 'postgres'
import type { Database } from './connection.ts'
import { encodeEvent } from './event-line.ts'
import type { LogEvent } from './log-event.ts'

/** Where events are durable before they are acknowledged. The log does not mind their order. */
export interface Journal {
  /** Resolves after the commit; rejects when the database did not do it in time. */
  append(lines: readonly string[]): Promise<void>
  close(): Promise<void>
}

/**
 * A journal with connections of its own. When one fails or is late all are cut and others opened: a
 * machine that vanished without a word would otherwise hold them until TCP gives up, a quarter of an
 * hour later. An append that was given up may still be committed; then its events are there twice,
 * which the log does not mind.
 */
export function createJournal(open: () => Database, deadlineMs: number): Journal {
  let database = open()

  function renew(from: Database): void {
    if (database !== from) return
    database = open()
    from.abandon()
  }

  return {
    async append(lines) {
      const current = database
      const appended = appendToJournal(current.sql, lines)
      try {
        await within(deadlineMs, appended)
      } catch (thrown) {
        // How it ends after all is nobody's concern.
        appended.catch(() => {})
        renew(current)
        throw thrown
      }
    },
    close: () => database.close(),
  }
}

async function appendToJournal(
  sql: postgres.Sql | postgres.TransactionSql,
  lines: readonly string[],
): Promise<void> {
  await sql.unsafe(APPEND, [lines.length, lines.join('\n')], { prepare: true })
}

// Prepared by its text: what a template is made into anew each time takes a quarter of an append.
const APPEND = 'insert into log.journal (events, content) values ($1, $2)'

/** In a transaction of the caller's: it is there if and only if that commits. */
export function appendEvent(sql: postgres.TransactionSql, event: LogEvent): Promise<void> {
  return appendEvents(sql, [event])
}

export function appendEvents(
  sql: postgres.TransactionSql,
  events: readonly LogEvent[],
): Promise<void> {
  return appendToJournal(sql, events.map(encodeEvent))
}

/** One append, as it is read. */
export interface JournalEntry {
  readonly id: string
  readonly lines: readonly string[]
}

/** The oldest entries after `after`, with about `events` events. */
export async function readJournal(
  sql: postgres.TransactionSql,
  after: string,
  { entries, events }: { readonly entries: number; readonly events: number },
): Promise<readonly JournalEntry[]> {
  const rows = await sql<{ id: string; content: string }[]>`
    select id::text, content from (
      select id, content, sum(events) over (order by id) - events as before from (
        select id, content, events from log.journal
        where id > ${after}::bigint order by id limit ${entries}
      ) oldest
    ) counted
    where before < ${events} order by id`
  return rows.map(({ id, content }) => ({ id, lines: content.split('\n') }))
}

export async function removeFromJournal(
  sql: postgres.TransactionSql,
  entries: readonly JournalEntry[],
): Promise<void> {
  await sql`delete from log.journal where id = any(${entries.map(({ id }) => id)}::bigint[])`
}

export interface JournalDepth {
  readonly events: number
  /** Null when there is none. */
  readonly oldest: Date | null
}

/** What is acknowledged and not in the log yet. */
export async function journalDepth({ sql }: Pick<Database, 'sql'>): Promise<JournalDepth> {
  const [row] = await sql<{ events: number; oldest: Date | null }[]>`
    select coalesce(sum(events), 0)::float8 as events, min(made_at) as oldest from log.journal`
  return row ?? { events: 0, oldest: null }
}
