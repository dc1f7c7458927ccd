import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { knownAlone } from '../testing/attempt.ts'
import { BINDING, GUESSING, createBackOff } from './back-off.ts'
import type { BackOffPace } from './back-off.ts'

const MINUTE = 60_000
const HALF_HOUR = 30 * MINUTE

function house(pace: BackOffPace) {
  const state = { now: 1_000_000 }
  const backOff = createBackOff(
    pace,
    knownAlone(() => state.now),
    () => state.now,
  )
  /** How many of these, one after the other, are asked within `ms`, with a try each second. */
  const askedWithin = (ms: number, device: (i: number) => string): number => {
    let asked = 0
    for (const end = state.now + ms; state.now < end; state.now += 1000) {
      if (backOff.isHeld('alice', device(asked))) continue
      backOff.failed('alice', device(asked))
      asked += 1
    }
    return asked
  }
  return { state, backOff, askedWithin }
}

describe.each([
  ['a directory', BINDING, 6, 8],
  ['this server', GUESSING, 15, 28],
])('passwords that %s is shown', (_, pace, ofOne, ofMany) => {
  test('are few from one device in half an hour, and few from all strangers together', () => {
    expect(house(pace).askedWithin(HALF_HOUR, () => 'a')).toBe(ofOne)
    expect(house(pace).askedWithin(HALF_HOUR, (i) => `stranger ${i}`)).toBe(ofMany)
  })

  test('are free again an hour after the last failure', () => {
    const { state, backOff, askedWithin } = house(pace)
    askedWithin(HALF_HOUR, () => 'a')
    state.now += 60 * MINUTE
    expect(backOff.isHeld('alice', 'a')).toBe(false)
    expect(backOff.isHeld('alice', 'b')).toBe(false)
    expect(backOff.size).toBe(0)
  })

  test('no sequence of failures elsewhere holds a device that the account came from', () => {
    const event = fc.record({
      device: fc.constantFrom('s1', 's2', 's3', 's4'),
      account: fc.constantFrom('alice', 'bob'),
      what: fc.constantFrom('failed', 'succeeded', 'takeBack'),
      waits: fc.integer({ min: 0, max: 10 * MINUTE }),
    })
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const { state, backOff } = house(pace)
        backOff.succeeded('alice', 'her phone')
        for (const { device, account, what, waits } of events) {
          state.now += waits
          // A stranger does not know her password: only others log in.
          if (account === 'alice' && what !== 'failed') continue
          if (!backOff.isHeld(account, device)) backOff[what](account, device)
          if (backOff.isHeld('alice', 'her phone')) return false
        }
        return true
      }),
      { numRuns: 50 },
    )
  })

  test('her own failures there do not hold her other devices, and end with her password', () => {
    const { backOff, askedWithin } = house(pace)
    backOff.succeeded('alice', 'a')
    askedWithin(HALF_HOUR, () => 'a')
    expect(backOff.isHeld('alice', 'a new one')).toBe(false)
    backOff.succeeded('alice', 'a')
    expect(backOff.isHeld('alice', 'a')).toBe(false)
  })
})

test('a device that is known here is held for seconds, as anyone can write its address', () => {
  const { state, backOff, askedWithin } = house(GUESSING)
  backOff.succeeded('alice', 'a')
  askedWithin(HALF_HOUR, () => 'a')
  state.now += GUESSING.knownLongestMs
  expect(backOff.isHeld('alice', 'a')).toBe(false)
})

test('one that had no answer does not count, but what was held before stays held', () => {
  const { backOff } = house(BINDING)
  for (let i = 0; i < 50; i += 1) {
    expect(backOff.isHeld('alice', 'a')).toBe(false)
    backOff.failed('alice', 'a')
    backOff.takeBack('alice', 'a')
  }
  for (let i = 0; i < BINDING.pair.free + 1; i += 1) backOff.failed('alice', 'a')
  backOff.takeBack('alice', 'a')
  expect(backOff.isHeld('alice', 'a')).toBe(true)
})
