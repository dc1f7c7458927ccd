import { expect, test } from 'vitest'
import { BREAKER_LIMITS, createBreaker } from './breaker.ts'

function breaker() {
  const time = { now: 0 }
  const states: string[] = []
  const one = createBreaker(
    () => time.now,
    (state) => states.push(state),
  )
  const fail = (times: number): void => {
    for (let i = 0; i < times; i += 1) one.failed()
  }
  return { time, states, one, fail }
}

test('a server is left alone after failures in a row, and an answer between them begins anew', () => {
  const { one, fail } = breaker()
  fail(BREAKER_LIMITS.failures - 1)
  one.succeeded()
  fail(BREAKER_LIMITS.failures - 1)
  expect(one.admits()).toBe(true)
  fail(1)
  expect(one.admits()).toBe(false)
})

test('after the pause one question goes to see, and no second beside it', () => {
  const { time, states, one, fail } = breaker()
  fail(BREAKER_LIMITS.failures)
  time.now = BREAKER_LIMITS.firstPauseMs - 1
  expect(one.admits()).toBe(false)
  time.now += 1
  expect([one.admits(), one.admits()]).toEqual([true, false])
  one.succeeded()
  expect([one.admits(), one.admits()]).toEqual([true, true])
  expect(states).toEqual(['open', 'half-open', 'closed'])
})

test('each vain look doubles the pause, up to its longest', () => {
  const { time, one, fail } = breaker()
  fail(BREAKER_LIMITS.failures)
  const pauses: number[] = []
  for (let look = 0; look < 6; look += 1) {
    const since = time.now
    while (!one.admits()) time.now += 1000
    pauses.push(time.now - since)
    one.failed()
  }
  expect(pauses).toEqual([2000, 4000, 8000, 16_000, 30_000, 30_000])
})

test('what was under way when it opened neither closes it nor makes the pause longer', () => {
  const { time, one, fail } = breaker()
  fail(BREAKER_LIMITS.failures)
  time.now = 1000
  fail(28)
  one.succeeded()
  expect(one.state).toBe('open')
  time.now = BREAKER_LIMITS.firstPauseMs
  expect(one.admits()).toBe(true)
})
