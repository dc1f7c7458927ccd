import { expect, test } from 'vitest'
import { systemClock } from '#core/clock.ts'
import { createMetrics } from '#core/metrics.ts'
import type { Log } from '#core/log.ts'
import { openTestDatabase } from '../test/support/database.ts'
import { session } from '../test/support/log-events.ts'
import { createFoldThread } from './fold-thread.ts'
import { appendEvent, journalDepth } from './journal.ts'

test('the thread brings over what comes, says what goes wrong, and goes on when it is right again', async () => {
  await using database = await openTestDatabase()
  const told: string[] = []
  const tell = (event: string): unknown => told.push(event)
  const log: Log = { debug: tell, info: tell, warn: tell, error: tell }
  const metrics = createMetrics()
  const thread = createFoldThread({ work: { url: database.url }, log, metrics, clock: systemClock })
  const append = (account: string) =>
    database.sql.begin((sql) => appendEvent(sql, session(account, { at: new Date() })))
  const isEmpty = async () => (await journalDepth(database)).events === 0
  thread.start()
  try {
    await append('a')
    await expect.poll(isEmpty, { timeout: 10_000 }).toBe(true)
    await expect.poll(() => metrics.text()).toContain('accueil_log_folded_total 1')
    expect(thread.problem()).toBeNull()

    await database.sql`alter table log.session rename to session_away`
    await append('b')
    await expect.poll(() => thread.problem()).toMatch(/session/)
    expect(told).toEqual(['log.fold.failed'])
    await database.sql`alter table log.session_away rename to session`
    await expect.poll(isEmpty, { timeout: 10_000 }).toBe(true)
    await expect.poll(() => thread.problem()).toBeNull()
    expect(told).toEqual(['log.fold.failed', 'log.fold.recovered'])

    const line = '[99]'
    await database.sql`insert into log.journal (events, content) values (1, ${line})`
    await expect.poll(() => told).toContain('log.fold.quarantined')
  } finally {
    await thread.stop()
  }
  await append('c')
  const left = await journalDepth(database)
  expect(left.events).toBe(1)
}, 30_000)

test('a thread that ended is told of, started again, and then nothing is wrong any more', async () => {
  await using database = await openTestDatabase()
  const told: string[] = []
  const tell = (event: string): unknown => told.push(event)
  const log: Log = { debug: tell, info: tell, warn: tell, error: tell }
  // No address, so that the thread ends at once; the next one is started with what stands here then.
  const work = { url: 'nowhere' }
  const options = { work, log, metrics: createMetrics(), clock: systemClock, restartMs: 50 }
  const thread = createFoldThread(options)
  thread.start()
  try {
    await expect
      .poll(() => thread.problem(), { timeout: 10_000 })
      .toMatch(/not brought into the log/)
    expect(told).toContain('log.fold.ended')
    work.url = database.url
    await expect.poll(() => thread.problem(), { timeout: 10_000 }).toBeNull()
  } finally {
    await thread.stop()
  }
}, 30_000)
