import { expect, test } from 'vitest'
import { createLogLimit } from './log-limit.ts'

test('one line in ten seconds, which says how many were held back', () => {
  let now = 1_000_000
  const mayLog = createLogLimit(() => now)
  expect([mayLog(), mayLog(), mayLog()]).toEqual([0, null, null])
  now += 10_000
  expect([mayLog(), mayLog()]).toEqual([2, null])
})
