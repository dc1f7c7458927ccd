import { describe, expect, test } from 'vitest'
import { plainUpstream } from '#core/dns-upstream.ts'
import { LIMITS } from '../limits.ts'
import { Upstreams } from './upstreams.ts'
import type { Upstream } from './upstreams.ts'

/** a, b and c as they are declared, by a clock that the test sets. */
function three() {
  const time = { now: 1_000_000 }
  const hosts = ['192.0.2.1', '192.0.2.2', '192.0.2.3']
  const addresses = hosts.map((host) => plainUpstream({ host, port: 53 }))
  const upstreams = new Upstreams(addresses, () => time.now)
  const [a, b, c] = upstreams.inOrder() as readonly [Upstream, Upstream, Upstream]
  const names = new Map([
    [a, 'a'],
    [b, 'b'],
    [c, 'c'],
  ])
  const shown = (some: readonly Upstream[]): string => some.map((one) => names.get(one)).join('')
  return { time, upstreams, a, b, c, order: () => shown(upstreams.inOrder()), shown }
}

describe('upstreams are asked', () => {
  test('in the order in which they are declared, while they are about as fast', () => {
    const { upstreams, a, b, c, order } = three()
    expect(order()).toBe('abc')
    upstreams.answered(a, 40)
    upstreams.answered(b, 15)
    upstreams.answered(c, 12)
    expect(order()).toBe('abc')
  })

  test('the slow ones after the others: more than twice the fastest, and 20 ms', () => {
    const { upstreams, a, b, c, order } = three()
    upstreams.answered(a, 12 * 2 + LIMITS.upstreamSlower + 1)
    upstreams.answered(b, 30)
    upstreams.answered(c, 12)
    expect(order()).toBe('bca')
    // One late answer is not a slow upstream, and a slow one that has become fast is asked again.
    upstreams.answered(b, 60)
    expect(order()).toBe('bca')
    for (let i = 0; i < 8; i++) upstreams.answered(a, 10)
    expect(order()).toBe('abc')
  })

  test('those that failed three times in a row last, until their rest is over and they answer', () => {
    const { time, upstreams, a, b, order, shown } = three()
    for (let i = 0; i < LIMITS.upstreamFailuresBeforeRest; i++) {
      expect(order()).toBe('abc')
      upstreams.failed(a)
    }
    expect(order()).toBe('bca')
    expect(upstreams.resting).toBe(1)
    expect(shown(upstreams.toProbe())).toBe('')
    time.now += LIMITS.upstreamRest
    expect(shown(upstreams.toProbe())).toBe('a')
    expect(order()).toBe('bca')
    upstreams.answered(a, 10)
    expect(order()).toBe('abc')
    upstreams.failed(b)
    upstreams.answered(b, 10)
    for (let i = 1; i < LIMITS.upstreamFailuresBeforeRest; i++) upstreams.failed(b)
    expect(order()).toBe('abc')
  })

  test('by what is known of late: who was not asked for a minute is asked something of our own', () => {
    const { time, upstreams, a, b, c, order, shown } = three()
    upstreams.answered(a, 500)
    upstreams.answered(b, 10)
    expect(order()).toBe('bca')
    time.now += LIMITS.upstreamRemeasure + 1
    upstreams.answered(b, 10)
    expect(shown(upstreams.toProbe())).toBe('ac')
    c.isProbed = true
    expect(shown(upstreams.toProbe())).toBe('a')
    time.now += LIMITS.upstreamRemeasure
    expect(order()).toBe('abc')
  })
})
