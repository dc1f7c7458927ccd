import type { Clock } from '#core/clock.ts'

export type BreakerState = 'closed' | 'half-open' | 'open'

export const BREAKER_LIMITS = {
  /** One after another, with no answer between them. */
  failures: 4,
  firstPauseMs: 2_000,
  longestPauseMs: 30_000,
} as const

/** Leaves a server alone that does not answer, and sends one question at a time to see if it does again. */
export interface Breaker {
  readonly state: BreakerState
  /** Whether to ask now; whoever is told yes must say how it went. */
  admits(): boolean
  succeeded(): void
  failed(): void
  /** Another try in a moment would be as vain. */
  trip(): void
}

export function createBreaker(clock: Clock, onChange: (state: BreakerState) => void): Breaker {
  let state: BreakerState = 'closed'
  let failures = 0
  let pauseMs: number = BREAKER_LIMITS.firstPauseMs
  let until = 0

  function become(next: BreakerState): void {
    if (state === next) return
    state = next
    onChange(next)
  }
  function trip(): void {
    if (state === 'half-open') pauseMs = Math.min(pauseMs * 2, BREAKER_LIMITS.longestPauseMs)
    // Of many that were under way when it opened, the last must not move its end.
    if (state === 'open') return
    until = clock() + pauseMs
    become('open')
  }
  return {
    get state() {
      return state
    },
    admits() {
      if (state === 'closed') return true
      if (state === 'half-open' || clock() < until) return false
      become('half-open')
      return true
    },
    succeeded() {
      // An answer to a question from before it opened says nothing about now.
      if (state === 'open') return
      failures = 0
      pauseMs = BREAKER_LIMITS.firstPauseMs
      become('closed')
    },
    failed() {
      failures += 1
      if (state === 'half-open' || failures >= BREAKER_LIMITS.failures) trip()
    },
    trip,
  }
}
