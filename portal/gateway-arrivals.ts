import { BoundedMap } from '#core/bounded-map.ts'
import type { Clock } from '#core/clock.ts'
import { reasonOf } from '#core/error.ts'
import type { Log } from '#core/log.ts'
import type { GatewayArrival } from '#db/gateway-arrivals.ts'
import type { Counters } from './counters.ts'
import type { Device } from './gateways/gateway.ts'
import { LIMITS } from './limits.ts'

export interface GatewayArrivals {
  /** A gateway sent somebody here. Costs nothing more than a look into memory. */
  note(device: Pick<Device, 'gateway' | 'software'>): void
  /** Writes what was noted since the last time; what cannot be written is noted again a minute later. */
  write(): Promise<void>
}

/** Notes which gateways send phones to the portal, once a minute for each: who sets one up waits for the first. */
export function createGatewayArrivals(deps: {
  readonly write: (arrivals: readonly GatewayArrival[]) => Promise<void>
  readonly counters: Pick<Counters, 'databaseFailures'>
  readonly log: Log
  readonly clock: Clock
}): GatewayArrivals {
  const { counters, log, clock } = deps
  const { noted: limit, againMs: ttlMs } = LIMITS.arrivals
  // As many at most as there are declared gateways: nobody else gets this far.
  const noted = new BoundedMap<string, true>({ limit, ttlMs, clock })
  let unwritten: GatewayArrival[] = []
  return {
    note({ gateway, software = null }) {
      if (noted.get(gateway.name) !== undefined) return
      noted.set(gateway.name, true)
      unwritten.push({ gateway: gateway.name, at: new Date(clock()), software })
    },
    async write() {
      if (unwritten.length === 0) return
      const arrivals = unwritten
      unwritten = []
      try {
        await deps.write(arrivals)
      } catch (thrown) {
        counters.databaseFailures.inc()
        log.warn('portal.arrivals.not-written', {
          gateways: arrivals.length,
          reason: reasonOf(thrown),
        })
      }
    },
  }
}
