import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { quietUntil } from './quiet-hours.ts'

const NIGHT = { quietHours: ['22:00-07:00'], timezone: 'Europe/Paris' }
const MINUTE = 60_000
const HOUR = 60 * MINUTE

const CLOCK = new Intl.DateTimeFormat('en-GB', { timeZone: 'Europe/Paris', timeStyle: 'medium' })

/** What the clock on the wall says, by another way than the code's. */
function wall(at: number): string {
  return CLOCK.format(at)
}
const isNight = (at: number): boolean => wall(at) >= '22:00:00' || wall(at) < '07:00:00'

describe.each([
  ['spring, an hour shorter', '2027-03-27T12:00:00Z', 8],
  ['autumn, an hour longer', '2026-10-24T12:00:00Z', 10],
])('the night of %s', (_, noon, hours) => {
  const from = Date.parse(noon)

  test('is quiet exactly while the clock on the wall says so, and ends at seven on it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 24 * 3600 - 1 }), (second) => {
        const now = from + second * 1000
        const until = quietUntil(NIGHT, now)
        expect([wall(now), until !== null]).toEqual([wall(now), isNight(now)])
        if (until === null) return
        expect(wall(until)).toBe('07:00:00')
        expect(until).toBeGreaterThan(now)
        // Nothing wakes anybody in between, and nobody is left waiting after it.
        for (let at = now; at < until; at += 15 * MINUTE) expect(isNight(at)).toBe(true)
        expect(quietUntil(NIGHT, until)).toBeNull()
      }),
      { numRuns: 300 },
    )
  })

  test('has its own length', () => {
    const minutes = Array.from({ length: 24 * 60 }, (__, i) => from + i * MINUTE)
    const quiet = minutes.filter((at) => quietUntil(NIGHT, at) !== null)
    expect(quiet.length * MINUTE).toBe(hours * HOUR)
  })
})

test('without quiet hours it is never quiet', () => {
  expect(quietUntil({ quietHours: [], timezone: 'Europe/Paris' }, Date.now())).toBeNull()
})
