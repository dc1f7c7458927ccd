import { addPoint } from './runs.ts'
import type { Run } from './runs.ts'

/** A session's volume in one direction, and what is needed to see that a 32-bit counter began again. */
export interface Octets {
  readonly total: bigint | null
  /** Rising stretches of the counter, where it has 32 bits. */
  readonly runs: readonly Run<number>[]
}

export const NO_OCTETS: Octets = { total: null, runs: [] }

const WRAP = 2 ** 32
const LIMITS = {
  /** More falls than this in one session are no volume any more: 256 GiB where they are all wraps. */
  runs: 64,
} as const

/**
 * Adds what a packet says of the counter. The volume only grows. A counter of 32 bits that falls by
 * more than half of its range has passed its end and gets 2^32 more; one that falls by less, or has 64
 * bits, was set back by the gateway, and the largest value stands: what was counted before a reset and
 * what comes after it cannot be told from each other, and too little is better than invented.
 */
export function countOctets(
  octets: Octets,
  value: bigint | null,
  at: number,
  counterBits: 32 | 64 | null,
): Octets {
  if (value === null) return octets
  if (counterBits === 64 || value >= WRAP) return { ...octets, total: larger(octets.total, value) }
  const runs = addPoint(octets.runs, [at, Number(value)], (before, after) => after >= before)
  if (runs.length > LIMITS.runs) return octets
  return { total: larger(octets.total, BigInt(unwrapped(runs))), runs }
}

function unwrapped(runs: readonly Run<number>[]): number {
  let wraps = 0
  let largest = 0
  let before = 0
  for (const [[, first], [, last]] of runs) {
    if (before - first > WRAP / 2) wraps += 1
    largest = Math.max(largest, wraps * WRAP + last)
    before = last
  }
  return largest
}

function larger(a: bigint | null, b: bigint): bigint {
  return a !== null && a >= b ? a : b
}
