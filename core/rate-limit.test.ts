import { describe, expect, test } from 'vitest'
import { createRateLimit } from './rate-limit.ts'

describe('a token bucket', () => {
  test('lets a burst pass, then tells the seconds to wait, then lets pass again', () => {
    let now = 0
    const limit = createRateLimit({ burst: 2, perSecond: 0.5, keys: 10 }, () => now)
    expect([limit.take('a'), limit.take('a'), limit.take('a')]).toEqual([0, 0, 2])
    expect(limit.take('b')).toBe(0)
    now = 2_000
    expect([limit.take('a'), limit.take('a')]).toEqual([0, 2])
  })

  test('never holds more than its burst', () => {
    let now = 0
    const limit = createRateLimit({ burst: 1, perSecond: 1, keys: 10 }, () => now)
    now = 3_600_000
    expect([limit.take('a'), limit.take('a')]).toEqual([0, 1])
  })

  test('survives a clock that is set back', () => {
    let now = 1_000_000
    const limit = createRateLimit({ burst: 1, perSecond: 1, keys: 10 }, () => now)
    limit.take('a')
    now = 0
    expect(limit.take('a')).toBe(1)
    now = 1_000
    expect(limit.take('a')).toBe(0)
  })

  test('forgets the key used longest ago when too many come', () => {
    const limit = createRateLimit({ burst: 1, perSecond: 1, keys: 2 }, () => 0)
    limit.take('a')
    limit.take('b')
    limit.take('c')
    expect([limit.take('c'), limit.take('a')]).toEqual([1, 0])
    expect([limit.size, limit.evicted]).toEqual([2, 2])
  })
})
