import { describe, expect, test } from 'vitest'
import { createMetrics } from '#core/metrics.ts'
import { answerFor, AnswerCache, cacheKey } from './cache.ts'
import type { CacheLimits } from './cache.ts'
import { HEADER, readQuery } from './message/query.ts'
import type { Query } from './message/query.ts'
import { failure, readAnswer } from './message/response.ts'
import type { Answer } from './message/response.ts'
import { createDnsMetrics } from './metrics.ts'
import { Suffixes } from './names/suffixes.ts'
import { wireQuery } from './testing/asking.ts'
import { oracle } from './testing/oracle.ts'

function setUp(limits?: CacheLimits) {
  const time = { now: 1_000_000 }
  const counters = createDnsMetrics(createMetrics()).cache
  const cache = new AnswerCache(() => time.now, counters, limits)
  return { time, counters, cache }
}

function ask(name: string, options: Parameters<typeof wireQuery>[1] = {}): Query {
  return readQuery(wireQuery(name, options))
}

function keyOf(query: Query): number {
  const name = new Suffixes()
  name.read(query.bytes, HEADER)
  return cacheKey(name, query)
}

function answerTo(query: Query, ttl: number): Answer {
  const question = oracle.decode(Buffer.from(query.bytes)).questions
  const bytes = oracle.encode({
    type: 'response',
    questions: question,
    answers: question.map(({ name }) => ({ name, type: 'A', ttl, data: '198.51.100.7' })),
  })
  const answer = readAnswer(Buffer.from(bytes), query.questionEnd - HEADER, false)
  if (answer === null) throw new Error('not read')
  return answer
}

function ttlOf(query: Query, found: { answer: Answer; age: number } | null): number | undefined {
  if (found === null) return undefined
  return oracle.decode(Buffer.from(answerFor(query, found.answer, found.age))).answers[0]?.ttl
}

describe('a remembered answer', () => {
  test('has a TTL that goes down with the time, and is gone when it is used up', () => {
    const { time, cache } = setUp()
    const query = ask('www.example.net')
    cache.set(keyOf(query), query, answerTo(query, 300))
    expect(ttlOf(query, cache.get(keyOf(query), query))).toBe(300)
    time.now += 1_999
    expect(ttlOf(query, cache.get(keyOf(query), query))).toBe(299)
    time.now += 297_000
    expect(ttlOf(query, cache.get(keyOf(query), query))).toBe(2)
    time.now += 2_000
    expect(cache.get(keyOf(query), query)).toBeNull()
    // Not quite gone: for a day it is better than nothing (RFC 8767).
    time.now += 86_400_000
    expect(cache.get(keyOf(query), query)).toBeNull()
    expect(cache.size).toBe(0)
    expect(cache.bytes).toBe(0)
  })

  test('with a TTL of zero is not remembered', () => {
    const { cache } = setUp()
    const query = ask('www.example.net')
    cache.set(keyOf(query), query, answerTo(query, 0))
    expect(cache.size).toBe(0)
  })

  test('is forgotten rather than trusted when the clock goes back', () => {
    const { time, cache } = setUp()
    const query = ask('www.example.net')
    cache.set(keyOf(query), query, answerTo(query, 300))
    time.now -= 60_000
    expect(cache.get(keyOf(query), query)).toBeNull()
  })

  test('serves every spelling of the name and gives each asker theirs', () => {
    const { cache } = setUp()
    const query = ask('www.example.net')
    cache.set(keyOf(query), query, answerTo(query, 300))
    const other = ask('WWW.exAMPle.net', { id: 99 })
    const found = cache.get(keyOf(other), other)
    if (found === null) throw new Error('not found')
    const packet = oracle.decode(Buffer.from(answerFor(other, found.answer, found.age)))
    expect(packet.id).toBe(99)
    expect(packet.questions[0]?.name).toBe('WWW.exAMPle.net')
    expect(packet.answers[0]?.data).toBe('198.51.100.7')
  })

  test('is for its own name, type, DO and CD only', () => {
    const { cache } = setUp()
    const query = ask('www.example.net')
    cache.set(keyOf(query), query, answerTo(query, 300))
    const withDo = wireQuery('www.example.net', { edns: true })
    withDo[withDo.length - 4] = 0x80
    const others = [
      ask('wwx.example.net'),
      ask('www.example.net', { type: 28 }),
      ask('www.example.net', { flags: 0x0110 }),
      readQuery(withDo),
    ]
    // Under the very same key too, as if the hashes had collided.
    for (const other of others) {
      expect(cache.get(keyOf(other), other)).toBeNull()
      expect(cache.get(keyOf(query), other)).toBeNull()
    }
  })

  test('a failure is remembered for five seconds (RFC 9520)', () => {
    const { time, cache } = setUp()
    const query = ask('www.example.net')
    const question = new Uint8Array(query.bytes.subarray(HEADER))
    cache.set(keyOf(query), query, failure(question, null))
    time.now += 4_999
    expect(cache.get(keyOf(query), query)?.answer.rcode).toBe(2)
    time.now += 1
    expect(cache.get(keyOf(query), query)).toBeNull()
  })
})

describe('the bounds', () => {
  test('the number of entries: what was not used goes before what was', () => {
    const { cache, counters } = setUp({ entries: 3, bytes: 1_000_000 })
    const [first, ...others] = ['a', 'b', 'c', 'd', 'e'].map((label) => ask(`${label}.example`))
    if (first === undefined) throw new Error('no query')
    cache.set(keyOf(first), first, answerTo(first, 300))
    for (const query of others) {
      cache.get(keyOf(first), first)
      cache.set(keyOf(query), query, answerTo(query, 300))
    }
    expect(cache.size).toBe(3)
    expect(counters.evicted.value).toBe(2)
    expect(cache.get(keyOf(first), first)).not.toBeNull()
  })

  test('the bytes', () => {
    const { cache } = setUp({ entries: 1_000_000, bytes: 10_000 })
    for (let i = 0; i < 100; i++) {
      const query = ask(`host-${i}.example`)
      cache.set(keyOf(query), query, answerTo(query, 300))
    }
    expect(cache.bytes).toBeLessThanOrEqual(10_000)
    expect(cache.size).toBeGreaterThan(10)
  })
})
