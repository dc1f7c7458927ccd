import { BoundedMap } from '#core/bounded-map.ts'
import type { Clock } from '#core/clock.ts'
import { reasonOf } from '#core/error.ts'
import type { Log } from '#core/log.ts'
import type { WaitingDevice } from '#db/waiting-devices.ts'
import type { Counters } from './counters.ts'
import type { Device } from './gateways/gateway.ts'
import { LIMITS } from './limits.ts'

export interface WaitingDevices {
  /** A device was shown the terms. Costs nothing more than a look into memory. */
  note(device: Device): void
  /** Writes what was noted since the last time; what cannot be written is forgotten: it is noted again. */
  write(): Promise<void>
}

/** Notes who waits at which place, once a minute for each, and writes it for all copies of the portal. */
export function createWaitingDevices(deps: {
  readonly write: (devices: readonly WaitingDevice[]) => Promise<void>
  readonly counters: Pick<Counters, 'databaseFailures' | 'waitingDropped'>
  readonly log: Log
  readonly clock: Clock
}): WaitingDevices {
  const { counters, log, clock } = deps
  const noted = new BoundedMap<string, true>({
    ...{ limit: LIMITS.waiting.noted, ttlMs: LIMITS.waiting.againMs, clock },
  })
  let unwritten = new Map<string, WaitingDevice>()
  return {
    note({ gateway, mac, ip, returnData }) {
      const { name, site } = gateway
      const key = `${site} ${mac}`
      if (noted.get(key) !== undefined) return
      if (unwritten.size >= LIMITS.waiting.unwritten) return counters.waitingDropped.inc()
      noted.set(key, true)
      const seenAt = new Date(clock())
      unwritten.set(key, { mac, site, gateway: name, ip, returnData, seenAt })
    },
    async write() {
      if (unwritten.size === 0) return
      const devices = [...unwritten.values()]
      unwritten = new Map()
      try {
        await deps.write(devices)
      } catch (thrown) {
        counters.databaseFailures.inc()
        log.warn('portal.waiting.not-written', {
          devices: devices.length,
          reason: reasonOf(thrown),
        })
      }
    },
  }
}
