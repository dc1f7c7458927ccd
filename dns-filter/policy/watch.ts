import type { Clock } from '#core/clock.ts'
import type { FilterWindow, SeenName } from '#db/filter-windows.ts'
import type { Exchange } from '../exchange.ts'
import { LIMITS } from '../limits.ts'
import { textOfName, uint16At } from '../message/name.ts'
import { HEADER } from '../message/query.ts'

/**
 * The names that one device asks for, while an administrator looks into a fault there: nothing unless a
 * window is open, which has a reason, an end and lines in the audit.
 */
export interface Watch {
  /** `category`: of what blocked it, null where it was let through. */
  see(exchange: Exchange, category: string | null): void
  useWindows(windows: readonly FilterWindow[]): void
  /** What was seen since the last time. */
  take(): readonly SeenName[]
}

export function createWatch(clock: Clock, onDropped: () => void): Watch {
  let windows: readonly FilterWindow[] = []
  let seen: SeenName[] = []

  function isOf(window: FilterWindow, { source, client }: Exchange): boolean {
    if (window.device === null) return window.address === source
    return (
      window.device === client.device &&
      window.site === client.site &&
      window.network === client.network
    )
  }

  return {
    see(exchange, category) {
      if (windows.length === 0) return
      const now = clock()
      for (const window of windows) {
        if (now >= window.until || !isOf(window, exchange)) continue
        if (seen.length >= LIMITS.seenNames) {
          onDropped()
          return
        }
        const { bytes, questionEnd } = exchange.query
        const name = textOfName(bytes, HEADER)
        const type = uint16At(bytes, questionEnd - 4)
        seen.push({ window: window.id, at: new Date(now), name, type, category })
      }
    },
    useWindows: (value) => void (windows = value),
    take() {
      const taken = seen
      seen = []
      return taken
    },
  }
}
