import type postgres from 'postgres'
import { reasonOf } from '#core/error.ts'
import { closeGatewaySessions, mergeRecords } from './accounting.ts'
import type { AccountingRecord } from './accounting-record.ts'
import type { Database } from './connection.ts'
import { isDatabaseTrouble } from './database-trouble.ts'
import { decodeEvent, encodeEvent } from './event-line.ts'
import { readJournal, removeFromJournal } from './journal.ts'
import type { JournalEntry } from './journal.ts'
import type { LogEvent } from './log-event.ts'
import { openConnection } from './open-connection.ts'
import { quarantine } from './quarantine.ts'
import { createSessionMemory } from './session-memory.ts'
import { LostRace } from './sessions.ts'

export const FOLD_LIMITS = {
  /** Events in one transaction; several of one session become one write. */
  events: 20_000,
  entries: 2_000,
  /** Other writers of the same sessions are few: the job that ends silent ones, a second fold. */
  attempts: 10,
} as const

export interface FoldDeps {
  readonly database: Pick<Database, 'sql' | 'ping'>
  /** Told of each event that the log would not take, with what the database said. */
  readonly onQuarantine: (gateway: string, reason: string) => void
}

/** Brings what is in the journal into the log. Any number may run: the database lets one at a time. */
export interface Fold {
  /**
   * One transaction's worth: the log has it, or quarantine, if and only if the journal has it no more.
   * Gives the number of events; `busy` when another process is at it. Rejects when the database is away.
   */
  step(): Promise<number | 'busy'>
}

/** A line of the journal; one that this version cannot read must not hold up the others, nor be lost. */
type Entry = LogEvent | { readonly kind: 'unknown'; readonly line: string }

export function createFold({ database, onQuarantine }: FoldDeps): Fold {
  const memory = createSessionMemory()
  /** What was removed lies before it. */
  let after = '0'

  /** Rolled back and tried again as long as others are faster. */
  async function transaction<T>(work: (sql: postgres.TransactionSql) => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        const done = await database.sql.begin(async (sql) => {
          // A crash of the database may take the last transactions back. Then their events are in the
          // journal again, and for that the disk was waited for.
          await sql`set local synchronous_commit = off`
          return { result: await work(sql) }
        })
        return done.result
      } catch (thrown) {
        // What was remembered in it never came to be.
        memory.clear()
        if (!(thrown instanceof LostRace) || attempt === FOLD_LIMITS.attempts) throw thrown
      }
    }
  }

  async function write(sql: postgres.TransactionSql, entries: readonly Entry[]): Promise<void> {
    let records: AccountingRecord[] = []
    for (const entry of entries) {
      if (entry.kind === 'record') {
        records.push(entry.record)
        continue
      }
      await mergeRecords(sql, records, memory)
      records = []
      if (entry.kind === 'restart') await closeGatewaySessions(sql, entry.restart, memory)
      else if (entry.kind === 'acceptance') await openConnection(sql, entry.acceptance, memory)
      else await setAside(sql, entry, 'a line of an unknown version')
    }
    await mergeRecords(sql, records, memory)
  }

  async function setAside(
    sql: postgres.TransactionSql,
    entry: Entry,
    reason: string,
  ): Promise<void> {
    const gateway = gatewayOf(entry)
    const content = entry.kind === 'unknown' ? entry.line : encodeEvent(entry)
    await quarantine(sql, { gateway, content, reason })
    onQuarantine(gateway, reason)
  }

  /** Halves what fails until the one is found that the log does not take: 30 writes for one in 20,000. */
  async function writeApart(entries: readonly Entry[]): Promise<void> {
    const [first] = entries
    if (first === undefined) return
    try {
      await transaction((sql) => write(sql, entries))
    } catch (thrown) {
      await rethrowTrouble(thrown)
      const middle = entries.length >> 1
      if (middle === 0) return transaction((sql) => setAside(sql, first, reasonOf(thrown)))
      await writeApart(entries.slice(0, middle))
      await writeApart(entries.slice(middle))
    }
  }

  /** Unless what was to be written is at fault. */
  async function rethrowTrouble(thrown: unknown): Promise<void> {
    const isTrouble = thrown instanceof LostRace || isDatabaseTrouble(thrown)
    if (isTrouble || !(await database.ping())) throw thrown
  }

  async function foldFrom(from: string): Promise<readonly JournalEntry[] | 'busy'> {
    let read: readonly JournalEntry[] = []
    try {
      return await transaction(async (sql) => {
        read = []
        const [lock] = await sql<{ held: boolean }[]>`
          select pg_try_advisory_xact_lock(hashtextextended('fold', 0)) as held`
        if (lock?.held !== true) return 'busy'
        read = await readJournal(sql, from, FOLD_LIMITS)
        if (read.length === 0) return read
        await write(sql, entriesOf(read))
        await removeFromJournal(sql, read)
        return read
      })
    } catch (thrown) {
      if (read.length === 0) throw thrown
      await rethrowTrouble(thrown)
      // Should this end half-way, it is done again.
      await writeApart(entriesOf(read))
      await transaction((sql) => removeFromJournal(sql, read))
      return read
    }
  }

  return {
    async step() {
      const folded = await foldFrom(after)
      // At the end from the beginning again: an append with a smaller number may be committed later.
      after = folded === 'busy' ? '0' : (folded.at(-1)?.id ?? '0')
      return folded === 'busy'
        ? folded
        : folded.reduce((events, { lines }) => events + lines.length, 0)
    },
  }
}

function entriesOf(read: readonly JournalEntry[]): readonly Entry[] {
  return read.flatMap(({ lines }) =>
    lines.map((line): Entry => decodeEvent(line) ?? { kind: 'unknown', line }),
  )
}

function gatewayOf(entry: Entry): string {
  switch (entry.kind) {
    case 'record':
      return entry.record.gateway
    case 'restart':
      return entry.restart.gateway
    case 'acceptance':
      return entry.acceptance.gateway
    case 'unknown':
      return ''
  }
}
