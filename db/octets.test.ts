import { describe, expect, test } from 'vitest'
import { NO_OCTETS, countOctets } from './octets.ts'

/** In the order of arrival: minute, value, and whether the gateway counts beyond 4 GiB. */
function count(...seen: readonly (readonly [number, number | null, (32 | 64)?])[]): bigint | null {
  let octets = NO_OCTETS
  for (const [minute, value, bits = 32] of seen) {
    octets = countOctets(octets, value === null ? null : BigInt(value), minute * 60_000, bits)
  }
  return octets.total
}

const FULL = 2 ** 32
const NEARLY = FULL - 1000
const HALF = FULL / 2

describe('a volume', () => {
  test('that no packet names is not zero', () => {
    expect(count([1, null], [2, null])).toBeNull()
    expect(count([1, 0], [2, null])).toBe(0n)
  })

  test('never shrinks when a packet is late or a counter was set back', () => {
    expect(count([2, 500], [1, 200])).toBe(500n)
    expect(count([1, 500], [2, 100])).toBe(500n)
    expect(count([1, 500], [2, 100], [3, 700])).toBe(700n)
  })

  test('passes 4 GiB where the counter has no gigawords', () => {
    expect(count([1, NEARLY], [2, 500])).toBe(BigInt(FULL + 500))
    expect(count([1, NEARLY], [2, 1], [3, HALF + 9], [4, 2])).toBe(BigInt(2 * FULL + 2))
  })

  test('passes it also when the packet from before comes after, and once when it comes twice', () => {
    expect(count([2, 500], [1, NEARLY])).toBe(BigInt(FULL + 500))
    expect(count([2, 500], [1, NEARLY], [2, 500], [1, NEARLY])).toBe(BigInt(FULL + 500))
  })

  test('with gigawords is what they say, however it falls', () => {
    expect(count([1, 2 * FULL, 64], [2, 1, 64])).toBe(BigInt(2 * FULL))
    // A gateway that leaves them out while they are zero.
    expect(count([1, NEARLY], [2, FULL + 500, 64])).toBe(BigInt(FULL + 500))
  })

  test('is not made up by a counter that runs wild', () => {
    const wild = Array.from({ length: 1000 }, (_, i) => [i, i % 2 === 0 ? NEARLY : 0] as const)
    expect(count(...wild)).toBeLessThan(BigInt(65 * FULL))
  })
})
