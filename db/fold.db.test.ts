import { describe, expect, test } from 'vitest'
import { openTestDatabase } from '../test/support/database.ts'
import { restartOf, session } from '../test/support/log-events.ts'
import { encodeEvent } from './event-line.ts'
import { createFold } from './fold.ts'
import type { Fold } from './fold.ts'
import { journalDepth } from './journal.ts'
import type { Database } from './connection.ts'
import type { LogEvent } from './log-event.ts'

const NOW = Date.now()

function start(id: string, more = {}): LogEvent {
  return session(id, { kind: 'start', at: new Date(NOW - 60_000), ...more })
}

async function append(database: Database, ...events: readonly (LogEvent | string)[]) {
  const lines = events.map((one) => (typeof one === 'string' ? one : encodeEvent(one)))
  await database.sql`
    insert into log.journal (events, content) values (${lines.length}, ${lines.join('\n')})`
}

function foldOf(database: Database): { fold: Fold; quarantined: string[] } {
  const quarantined: string[] = []
  const onQuarantine = (gateway: string): unknown => quarantined.push(gateway)
  return { fold: createFold({ database, onQuarantine }), quarantined }
}

async function accounts({ sql }: Database): Promise<readonly (string | null)[]> {
  const rows = await sql<{ account: string | null }[]>`
    select account from log.connection order by account`
  return rows.map(({ account }) => account)
}

describe('what is in the journal', () => {
  test('is in the log afterwards and in the journal no more', async () => {
    await using database = await openTestDatabase()
    const { fold } = foldOf(database)
    await append(database, start('a', { account: 'a' }), start('b', { account: 'b' }))
    await append(database, start('c', { account: 'c' }))
    expect(await journalDepth(database)).toEqual({ events: 3, oldest: expect.any(Date) })
    expect(await fold.step()).toBe(3)
    expect(await accounts(database)).toEqual(['a', 'b', 'c'])
    expect(await journalDepth(database)).toEqual({ events: 0, oldest: null })
    expect(await fold.step()).toBe(0)
  })

  test('is brought over in any order with restarts, however it is cut', async () => {
    await using database = await openTestDatabase()
    const { fold } = foldOf(database)
    const restart = restartOf('gw-1', new Date(NOW - 30_000))
    const after = start('b', { account: 'b', at: new Date(NOW - 10_000) })
    await append(database, after, restart, start('a', { account: 'a' }))
    await fold.step()
    const rows = await database.sql`
      select account, stopped_at as stop, stop_cause as cause from log.connection order by account`
    expect([...rows]).toEqual([
      { account: 'a', stop: new Date(NOW - 30_000), cause: 'NAS-Reboot' },
      { account: 'b', stop: null, cause: null },
    ])
  })

  test('twice, as after an append that was given up, is one row', async () => {
    await using database = await openTestDatabase()
    const { fold } = foldOf(database)
    for (let i = 0; i < 2; i += 1) {
      await append(database, start('a', { account: 'a' }))
      await fold.step()
    }
    expect(await accounts(database)).toEqual(['a'])
  })

  test('is found although a larger number was committed before it', async () => {
    await using database = await openTestDatabase()
    const { fold } = foldOf(database)
    const late = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    const appended = database.sql.begin(async (sql) => {
      const line = encodeEvent(start('late', { account: 'late' }))
      await sql`insert into log.journal (events, content) values (1, ${line})`
      begun.resolve()
      await late.promise
    })
    await begun.promise
    await append(database, start('a', { account: 'a' }))
    expect(await fold.step()).toBe(1)
    late.resolve()
    await appended
    expect(await fold.step()).toBe(0)
    expect(await fold.step()).toBe(1)
    expect(await accounts(database)).toEqual(['a', 'late'])
  })

  test('is left to the other one while another one is at it', async () => {
    await using database = await openTestDatabase()
    await append(database, start('a', { account: 'a' }))
    await database.sql.begin(async (sql) => {
      await sql`select pg_advisory_xact_lock(hashtextextended('fold', 0))`
      expect(await foldOf(database).fold.step()).toBe('busy')
    })
    expect(await foldOf(database).fold.step()).toBe(1)
  })

  test('and changed by another writer meanwhile is read again', async () => {
    await using database = await openTestDatabase()
    const { fold } = foldOf(database)
    await append(database, start('a'))
    await fold.step()
    // As the job does that ends what fell silent.
    await database.sql`
      update log.session set version = version + 1, stopped_at = last_at, stop_by = 'silence'`
    await append(database, session('a', { at: new Date(NOW), ipv4: '192.168.78.9' }))
    await fold.step()
    const [row] = await database.sql`
      select host(ipv4) as ip, stopped_at as stop from log.connection`
    expect(row).toEqual({ ip: '192.168.78.9', stop: null })
  })
})

describe('an event that the log refuses', () => {
  test('goes to quarantine with its reason, alone, and the others into the log', async () => {
    await using database = await openTestDatabase()
    // Stands for whatever a later version of the schema may not take.
    await database.sql`alter table log.session add check (account <> 'poison')`
    const { fold, quarantined } = foldOf(database)
    const good = Array.from({ length: 40 }, (_, i) => `good ${String(i).padStart(2, '0')}`)
    const events = good.map((account) => start(account, { account }))
    await append(database, ...events.slice(0, 25), start('p', { account: 'poison' }))
    await append(database, ...events.slice(25))
    expect(await fold.step()).toBe(41)
    expect(await accounts(database)).toEqual(good)
    expect(quarantined).toEqual(['gw-1'])
    const kept = await database.sql`select gateway, content, reason from log.quarantine`
    expect([...kept]).toEqual([
      {
        gateway: 'gw-1',
        content: expect.stringContaining('poison'),
        reason: expect.stringContaining('check constraint'),
      },
    ])
    expect(await fold.step()).toBe(0)
  })

  test('because it is of a version that is not known goes there as it is', async () => {
    await using database = await openTestDatabase()
    const { fold } = foldOf(database)
    const line = '[99,"start","gw-1"]'
    await append(database, line, start('a', { account: 'a' }))
    expect(await fold.step()).toBe(2)
    expect(await accounts(database)).toEqual(['a'])
    const kept = await database.sql`select content from log.quarantine`
    expect([...kept]).toEqual([{ content: line }])
  })

  test('stays in the journal while it is not the event that is at fault', async () => {
    await using database = await openTestDatabase()
    const { fold, quarantined } = foldOf(database)
    await append(database, start('a', { account: 'a' }))
    await database.sql`alter table log.session rename to session_away`
    await expect(fold.step()).rejects.toThrow(/session/)
    expect((await journalDepth(database)).events).toBe(1)
    await database.sql`alter table log.session_away rename to session`
    expect(await fold.step()).toBe(1)
    expect(quarantined).toEqual([])
  })
})
