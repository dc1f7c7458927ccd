import type { Mac } from '#core/mac.ts'
import type { GrantTable } from '#db/grants.ts'
import { createGate } from '#core/gate.ts'

export const GRANT_LIMITS = {
  /** Questions to the database at once; its pool has fewer connections, the rest wait there. */
  running: 32,
  waiting: 512,
  /** Gateways ask again after 2 to 5 seconds; a page that opens late is worse than one that opens. */
  deadlineMs: 500,
} as const

/** Until when (ms since the epoch), null for no grant, or why it cannot be said. */
export type GrantVerdict = number | null | 'unavailable' | 'overloaded'

export interface GrantLookup {
  until(mac: Mac): GrantVerdict | Promise<GrantVerdict>
}

/**
 * Memory first. A device that memory does not know may have accepted the terms a millisecond ago, on
 * another machine of the fleet, so the database has the last word, as long as it answers soon.
 */
export function createGrantLookup(
  grants: Pick<GrantTable, 'until' | 'find'>,
  deadlineMs: number = GRANT_LIMITS.deadlineMs,
): GrantLookup {
  const gate = createGate(GRANT_LIMITS)
  let late = 0

  async function ask(mac: Mac): Promise<GrantVerdict> {
    let isLate = false
    const asked = gate.run(() => grants.find(mac))
    // With questions unanswered past the deadline the database is away, not busy.
    if (asked === null) return late > 0 ? 'unavailable' : 'overloaded'
    const answered = asked
      .catch((): GrantVerdict => 'unavailable')
      .finally(() => {
        if (isLate) late -= 1
      })
    const deadline = Promise.withResolvers<GrantVerdict>()
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
