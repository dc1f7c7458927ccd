import { expect, test } from 'vitest'
import { systemClock } from '#core/clock.ts'
import { createMetrics } from '#core/metrics.ts'
import type { Log } from '#core/log.ts'
import { openTestDatabase } from '../test/support/database.ts'
import { session } from '../test/support/log-events.ts'
import { createFoldThread } from './fold-thread.ts'
import { appendEvent, journalDepth } from './journal.ts'

/** A thread is started and reads the program: on a busy machine that takes its time. */
const PATIENT = { timeout: 30_000 }

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
    await expect.poll(isEmpty, PATIENT).toBe(true)
    await expect.poll(() => metrics.text(), PATIENT).toContain('accueil_log_folded_total 1')
    expect(thread.problem()).toBeNull()

    await database.sql`alter table log.session rename to session_away`
    await append('b')
    await expect.poll(() => thread.problem(), PATIENT).toMatch(/session/)
    expect(told).toEqual(['log.fold.failed'])
    await database.sql`alter table log.session_away rename to session`
    await expect.poll(isEmpty, PATIENT).toBe(true)
    await expect.poll(() => thread.problem(), PATIENT).toBeNull()
    expect(told).toEqual(['log.fold.failed', 'log.fold.recovered'])

    const line = '[99]'
    await database.sql`insert into log.journal (events, content) values (1, ${line})`
    await expect.poll(() => told, PATIENT).toContain('log.fold.quarantined')

    const burst = async (): Promise<string> => {
      await database.sql`insert into log.journal (events, content) values (5000, ${line})`
      return metrics.text()
    }
    await expect.poll(burst, PATIENT).toContain('accueil_log_fold_gives_way 1')
    await expect.poll(isEmpty, PATIENT).toBe(true)
    await expect.poll(() => metrics.text(), PATIENT).toContain('accueil_log_fold_gives_way 0')
    expect(await metrics.text()).toContain('accueil_log_fold_pressed_total{by="reader"} 0')
  } finally {
    await thread.stop()
  }
  await append('c')
  const left = await journalDepth(database)
  expect(left.events).toBe(1)
})

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
    await expect.poll(() => thread.problem(), PATIENT).toMatch(/not brought into the log/)
    expect(told).toContain('log.fold.ended')
    work.url = database.url
    await expect.poll(() => thread.problem(), PATIENT).toBeNull()
  } finally {
    await thread.stop()
  }
})
