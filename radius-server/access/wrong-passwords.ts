import { BoundedMap } from '#core/bounded-map.ts'
import type { Clock } from '#core/clock.ts'

export const WRONG_LIMITS = {
  held: 10_000,
  /**
   * A phone with last month's password tries every few seconds. Asked after 0, 2, 6, 14 and 30 minutes
   * it stays below what makes a directory lock the account: five to ten failures in half an hour.
   */
  firstMs: 120_000,
  longestMs: 1_800_000,
  forgottenMs: 3_600_000,
} as const

/** Passwords that a directory refused, by a keyed digest of name and password: the same is asked seldom. */
export interface WrongPasswords {
  isHeld(digest: string): boolean
  hold(digest: string): void
  forget(digest: string): void
  readonly evicted: number
}

export function createWrongPasswords(clock: Clock): WrongPasswords {
  const held = new BoundedMap<string, { readonly until: number; readonly pauseMs: number }>({
    limit: WRONG_LIMITS.held,
    ttlMs: WRONG_LIMITS.forgottenMs,
    clock,
  })
  return {
    isHeld(digest) {
      const known = held.get(digest)
      return known !== undefined && clock() < known.until
    },
    hold(digest) {
      const before = held.get(digest)
      const pauseMs =
        before === undefined
          ? WRONG_LIMITS.firstMs
          : Math.min(before.pauseMs * 2, WRONG_LIMITS.longestMs)
      held.set(digest, { until: clock() + pauseMs, pauseMs })
    },
    forget(digest) {
      held.delete(digest)
    },
    get evicted() {
      return held.evicted
    },
  }
}
