import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { PACE_LIMITS, createFoldPace } from './fold-pace.ts'
import type { FoldPace, Pace } from './fold-pace.ts'

const LOOK_MS = 250
/** What comes between two looks in a burst, and on an ordinary evening. */
const MANY = (PACE_LIMITS.burst * LOOK_MS) / 1000
const FEW = 3

/** A pace on a clock of the test's, that has looked once. */
function createPace(): {
  pace: FoldPace
  /** One look later, with so many events more. */
  look(appended: number, oldest?: { id?: number; ageMs?: number } | null): Pace
} {
  let now = Date.UTC(2026, 10, 28)
  const pace = createFoldPace(() => now)
  const look = (appended: number, oldest: { id?: number; ageMs?: number } | null = {}): Pace => {
    now += LOOK_MS
    const { id = 1, ageMs = 0 } = oldest ?? {}
    return pace.next({ oldest: oldest === null ? null : { id: BigInt(id), ageMs }, appended })
  }
  look(0, null)
  return { pace, look }
}

describe('the fold', () => {
  test('goes on while little comes', () => {
    const { look } = createPace()
    expect([look(FEW), look(0), look(FEW)]).toEqual(['calm', 'calm', 'calm'])
  })

  test('has nothing to do where the journal is empty, however much went through it', () => {
    const { look } = createPace()
    expect(look(MANY, null)).toBe('empty')
  })

  test('gives way to a burst, and goes on when it is over', () => {
    const { look } = createPace()
    expect([look(MANY), look(MANY), look(MANY - 1)]).toEqual(['burst', 'burst', 'calm'])
  })

  test('goes on at its first look, when it does not know yet how fast events come', () => {
    const pace = createFoldPace(() => 0)
    expect(pace.next({ oldest: { id: 1n, ageMs: 0 }, appended: 1_000_000 })).toBe('calm')
  })

  test('goes on in a burst as soon as the oldest event has waited as long as it may', () => {
    const { look } = createPace()
    expect(look(MANY, { ageMs: PACE_LIMITS.oldestMs - 1 })).toBe('burst')
    expect(look(MANY, { ageMs: PACE_LIMITS.oldestMs })).toBe('age')
    expect(look(MANY, { ageMs: PACE_LIMITS.oldestMs - 500 })).toBe('burst')
  })

  test('goes on in a burst as soon as there is as much as there may be', () => {
    const { pace, look } = createPace()
    expect(look(PACE_LIMITS.events - MANY)).toBe('burst')
    expect(look(MANY)).toBe('depth')
    pace.folded(20_000)
    expect(look(MANY)).toBe('burst')
    expect(look(0, null)).toBe('empty')
    // What was there has gone, whoever brought it into the log.
    expect(look(PACE_LIMITS.events - 1)).toBe('burst')
  })

  test('goes on in a burst for a reader, up to what was there when it asked', () => {
    const { pace, look } = createPace()
    expect(look(MANY, { id: 7 })).toBe('burst')
    pace.want(9n)
    pace.want(8n)
    expect(look(MANY, { id: 7 })).toBe('reader')
    expect(look(MANY, { id: 9 })).toBe('reader')
    expect(look(MANY, { id: 10 })).toBe('burst')
  })

  test('takes a clock that was put back for a short look', () => {
    let now = 1_000_000
    const pace = createFoldPace(() => now)
    pace.next({ oldest: null, appended: 0 })
    now = 0
    expect(pace.next({ oldest: { id: 1n, ageMs: 0 }, appended: 1 })).toBe('calm')
  })
})

test('the page of limits says how far the log may be behind', () => {
  const page = readFileSync(join(import.meta.dirname, '../docs/limits.md'), 'utf8')
  const [, section = ''] = page.split('## How far the log may be behind')
  const said = [...section.matchAll(/\d[\d,]*/g)].map(([digits]) =>
    Number(digits.replaceAll(',', '')),
  )
  expect(said).toEqual([PACE_LIMITS.burst, PACE_LIMITS.oldestMs / 1000, PACE_LIMITS.events])
})

test('whatever comes when: a fold that is quick enough is never further behind than it may be', () => {
  const STEP = 20_000
  const rates = fc.array(
    fc.record({ looks: fc.nat(150), each: fc.constantFrom(0, FEW, MANY, 5_000, 15_000) }),
    { minLength: 1, maxLength: 12 },
  )
  let gaveWay = 0
  fc.assert(
    fc.property(rates, (phases) => {
      const { pace, look } = createPace()
      /** What is not in the log, with the look at which it came. */
      const journal: { at: number; events: number }[] = []
      let at = 0
      let behind = 0
      let [oldest, most] = [0, 0]
      for (const { looks, each } of phases) {
        for (let i = 0; i < looks; i += 1) {
          at += 1
          if (each > 0) journal.push({ at, events: each })
          const [first] = journal
          const ageMs = first === undefined ? 0 : (at - first.at) * LOOK_MS
          behind += each
          const next = look(each, first === undefined ? null : { id: first.at, ageMs })
          oldest = Math.max(oldest, ageMs)
          most = Math.max(most, behind)
          if (next === 'burst') gaveWay += 1
          if (next === 'burst' || next === 'empty') continue
          let folded = 0
          while (folded < STEP && journal.length > 0) folded += journal.shift()?.events ?? 0
          behind -= folded
          pace.folded(folded)
        }
      }
      expect(oldest).toBeLessThanOrEqual(PACE_LIMITS.oldestMs)
      expect(most).toBeLessThan(PACE_LIMITS.events + 15_000)
    }),
    { numRuns: 50 },
  )
  // One that never gives way would pass too.
  expect(gaveWay).toBeGreaterThan(1_000)
})
