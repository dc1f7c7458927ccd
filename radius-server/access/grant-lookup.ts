import type { Mac } from '#core/mac.ts'
import { createGate } from '#core/gate.ts'

export const GRANT_LIMITS = {
  /** Questions to the database at once; its pool has fewer connections, the rest wait there. */
  running: 32,
  waiting: 512,
  /** Gateways ask again after 2 to 5 seconds; a page that opens late is worse than one that opens. */
  deadlineMs: 500,
} as const

/** The grant, null for none, or why it cannot be said. Of guests it is until when, in ms since the epoch. */
export type GrantVerdict<Grant = number> = Grant | null | 'unavailable' | 'overloaded'

export interface GrantLookup<Grant = number> {
  until(mac: Mac): GrantVerdict<Grant> | Promise<GrantVerdict<Grant>>
}

/**
 * Memory first. A device that memory does not know may have accepted the terms, or its owner signed in, a millisecond ago, on
 * another machine of the fleet, so the database has the last word, as long as it answers soon.
 */
export function createGrantLookup<Grant>(
  grants: {
    /** From memory. */
    until(mac: Mac): Grant | null
    find(mac: Mac): Promise<Grant | null>
  },
  deadlineMs: number = GRANT_LIMITS.deadlineMs,
): GrantLookup<Grant> {
  const gate = createGate(GRANT_LIMITS)
  let late = 0

  async function ask(mac: Mac): Promise<GrantVerdict<Grant>> {
    let isLate = false
    const asked = gate.run(() => grants.find(mac))
    // With questions unanswered past the deadline the database is away, not busy.
    if (asked === null) return late > 0 ? 'unavailable' : 'overloaded'
    const answered = asked
      .catch((): GrantVerdict<Grant> => 'unavailable')
      .finally(() => {
        if (isLate) late -= 1
      })
    const deadline = Promise.withResolvers<GrantVerdict<Grant>>()
    const timer = setTimeout(() => {
      isLate = true
      late += 1
      deadline.resolve('unavailable')
    }, deadlineMs)
    try {
      return await Promise.race([answered, deadline.promise])
    } finally {
      clearTimeout(timer)
    }
  }
  return { until: (mac) => grants.until(mac) ?? ask(mac) }
}
