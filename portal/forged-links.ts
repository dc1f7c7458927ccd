import { reasonOf } from '#core/error.ts'
import type { Log } from '#core/log.ts'
import { LIMITS } from './limits.ts'
import type { Counters } from './counters.ts'

export interface ForgedLinks {
  /** A link named this gateway, and its secret did not make it. */
  note(gateway: string): void
  /** Tells the security desk of those that are too many to be a mistyped secret; begins anew. */
  write(): Promise<void>
}

/** Counts by gateways that are declared, so that a stranger cannot make it grow. */
export function createForgedLinks(deps: {
  readonly tell: (gateway: string, times: number) => Promise<void>
  readonly counters: Pick<Counters, 'databaseFailures'>
  readonly log: Log
}): ForgedLinks {
  let seen = new Map<string, number>()
  return {
    note(gateway) {
      seen.set(gateway, (seen.get(gateway) ?? 0) + 1)
    },
    async write() {
      const many = [...seen].filter(([, times]) => times >= LIMITS.forgedLinks.told)
      seen = new Map()
      for (const [gateway, times] of many) {
        try {
          await deps.tell(gateway, times)
        } catch (thrown) {
          deps.counters.databaseFailures.inc()
          deps.log.warn('portal.forged-links.not-told', { gateway, reason: reasonOf(thrown) })
          seen.set(gateway, (seen.get(gateway) ?? 0) + times)
        }
      }
    },
  }
}
