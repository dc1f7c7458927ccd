import { expect, test } from 'vitest'
import { parseMac } from '#core/mac.ts'
import type { Mac } from '#core/mac.ts'
import { GRANT_LIMITS, createGrantLookup } from './grant-lookup.ts'

function mac(text: string): Mac {
  const parsed = parseMac(text)
  if (parsed === null) throw new Error(`${text} is no address`)
  return parsed
}
const PHONE = mac('02-00-00-00-00-01')
const ALL = GRANT_LIMITS.running + GRANT_LIMITS.waiting

test('memory answers without the database', () => {
  const lookup = createGrantLookup({
    until: () => 1000,
    find: () => Promise.reject(new Error('not asked')),
  })
  expect(lookup.until(PHONE)).toBe(1000)
})

test('a database that is busy makes the rest wait for their next try', async () => {
  const answer = Promise.withResolvers<number | null>()
  let asked = 0
  const lookup = createGrantLookup({
    until: () => null,
    find: () => {
      asked += 1
      return answer.promise
    },
  })
  const verdicts = Array.from({ length: ALL }, () => lookup.until(PHONE))
  expect(asked).toBe(GRANT_LIMITS.running)
  expect(await lookup.until(PHONE)).toBe('overloaded')
  answer.resolve(null)
  expect(new Set(await Promise.all(verdicts.map(async (one) => one)))).toEqual(new Set([null]))
})

test('a database that does not answer is away, also for those for whom there is no room', async () => {
  const lookup = createGrantLookup(
    { until: () => null, find: () => new Promise<null>(() => {}) },
    5,
  )
  const verdicts = Array.from({ length: ALL }, () => lookup.until(PHONE))
  expect(await verdicts[0]).toBe('unavailable')
  expect(await lookup.until(PHONE)).toBe('unavailable')
  expect(new Set(await Promise.all(verdicts.map(async (one) => one)))).toEqual(
    new Set(['unavailable']),
  )
})
