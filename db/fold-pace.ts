import type { Clock } from '#core/clock.ts'
import type { JournalSight } from './journal-sight.ts'

/**
 * How long the log may wait while gateways do. Merging takes as much CPU as acknowledging does, of the
 * same cores and the same Postgres: of two thousand gateways that come back at once each is answered
 * sooner when what they said is merged afterwards.
 */
export const PACE_LIMITS = {
  /**
   * Events appended in a second. The first house's mean is a dozen; below this merging takes a fiftieth of
   * a core, and nobody waits for that.
   */
  burst: 200,
  /** The oldest event that is not in the log. */
  oldestMs: 30_000,
  /** What 2,333 gateways and 40,000 devices say when they come back, several times; some 150 MB. */
  events: 500_000,
} as const

/** Why the next step is made although it could wait, or why it is not. */
export type Pace =
  /** Nothing is there. */
  | 'empty'
  /** It gives way. */
  | 'burst'
  | 'calm'
  /** A bound was reached: it goes on, burst or not. */
  | 'age'
  | 'depth'
  /** Somebody waits for the log to be whole. */
  | 'reader'

export type PaceLimits = { readonly [K in keyof typeof PACE_LIMITS]: number }

export interface FoldPace {
  /** To be asked before each step. */
  next(sight: JournalSight): Pace
  folded(events: number): void
  /** Somebody waits until what is in the journal up to this number is in the log. */
  want(last: bigint): void
}

/** A look that follows at once says little of what comes in a second. */
const SHORTEST_MS = 100

export function createFoldPace(clock: Clock, limits: PaceLimits = PACE_LIMITS): FoldPace {
  let lookedAt: number | null = null
  let waiting = 0
  let wanted = 0n

  /** Nothing is known of it at the first look: then it goes on. */
  function isBurst(appended: number): boolean {
    const now = clock()
    const elapsed = lookedAt === null ? null : Math.max(now - lookedAt, SHORTEST_MS)
    lookedAt = now
    return elapsed !== null && (appended * 1000) / elapsed >= limits.burst
  }

  return {
    next({ oldest, appended }) {
      waiting = oldest === null ? 0 : waiting + appended
      const isBusy = isBurst(appended)
      if (oldest === null) return 'empty'
      if (!isBusy) return 'calm'
      if (oldest.id <= wanted) return 'reader'
      if (oldest.ageMs >= limits.oldestMs) return 'age'
      return waiting >= limits.events ? 'depth' : 'burst'
    },
    folded(events) {
      waiting = Math.max(0, waiting - events)
    },
    want(last) {
      if (last > wanted) wanted = last
    },
  }
}
