import { expect, test } from 'vitest'
import { systemClock } from '#core/clock.ts'
import { openTestDatabase } from '../test/support/database.ts'
import { session } from '../test/support/log-events.ts'
import { catchUp } from './catch-up.ts'
import type { Database } from './connection.ts'
import { createFold } from './fold.ts'
import { LOOP_LIMITS, createFoldLoop } from './fold-loop.ts'
import type { FoldLoop } from './fold-loop.ts'
import { PACE_LIMITS, createFoldPace } from './fold-pace.ts'
import type { Pace, PaceLimits } from './fold-pace.ts'
import { appendEvent, journalDepth } from './journal.ts'
import { createJournalLook } from './journal-sight.ts'
import { hearWants } from './log-wanted.ts'

const WAIT_MS = 20_000
const PATIENT = { timeout: 20_000 }

/** A fold in a burst that does not end: so much seems to come between any two looks. */
function startInBurst(
  database: Database,
  limits: Partial<PaceLimits>,
): { loop: FoldLoop; paces: Pace[]; looks: () => number } & AsyncDisposable {
  const look = createJournalLook(database)
  const paces: Pace[] = []
  let looks = 0
  const loop = createFoldLoop(
    {
      fold: createFold({ database, onQuarantine: () => {} }),
      async look() {
        looks += 1
        return { ...(await look()), appended: 1_000 }
      },
      pace: createFoldPace(systemClock, { ...PACE_LIMITS, ...limits }),
      onPace: (pace) => paces.push(pace),
      onFolded: () => {},
      onFailure: () => {},
      onRecovery: () => {},
    },
    { ...LOOP_LIMITS, pauseMs: 5 },
  )
  const wants = hearWants(database, (last) => loop.want(last))
  loop.start()
  return {
    loop,
    paces,
    looks: () => looks,
    async [Symbol.asyncDispose]() {
      wants.stop()
      await loop.stop()
    },
  }
}

const UNBOUNDED = { events: Infinity, oldestMs: Infinity }

async function append(database: Database): Promise<void> {
  await database.sql.begin((sql) => appendEvent(sql, session('a', { at: new Date() })))
}

async function waiting(database: Database): Promise<number> {
  return (await journalDepth(database)).events
}

test('in a burst the journal stays as it is, until a reader asks for the log to be whole', async () => {
  await using database = await openTestDatabase()
  await using burst = startInBurst(database, UNBOUNDED)
  await expect.poll(burst.looks, PATIENT).toBeGreaterThan(1)
  await append(database)
  await expect.poll(() => burst.paces, PATIENT).toEqual(['burst'])
  const before = burst.looks()
  await expect.poll(burst.looks, PATIENT).toBeGreaterThan(before + 5)
  expect(await waiting(database)).toBe(1)
  // Who reads may not bring it over: only the fold can.
  const mayNot = { step: () => Promise.resolve('busy' as const) }
  expect(await catchUp(database, mayNot, WAIT_MS)).toBe(0)
  expect(burst.paces).toContain('reader')
})

test('in a burst what has waited as long as it may comes into the log', async () => {
  await using database = await openTestDatabase()
  await using burst = startInBurst(database, { ...UNBOUNDED, oldestMs: 2_000 })
  await expect.poll(burst.looks, PATIENT).toBeGreaterThan(1)
  await append(database)
  await expect.poll(() => waiting(database), PATIENT).toBe(0)
  expect(burst.paces.slice(0, 2)).toEqual(['burst', 'age'])
})

test('a look tells the oldest and what came since the one before, and passes over what is in the log', async () => {
  await using database = await openTestDatabase()
  const look = createJournalLook(database)
  expect(await look()).toEqual({ oldest: null, appended: 0 })
  await append(database)
  await append(database)
  const both = await look()
  expect(both).toMatchObject({ oldest: { ageMs: expect.any(Number) }, appended: 2 })
  expect(both.oldest?.ageMs).toBeGreaterThanOrEqual(0)
  await append(database)
  expect(await look()).toMatchObject({ oldest: { id: both.oldest?.id }, appended: 1 })
  await createFold({ database, onQuarantine: () => {} }).step()
  expect(await look()).toEqual({ oldest: null, appended: 0 })
})
