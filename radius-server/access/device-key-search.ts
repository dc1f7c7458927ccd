import { setImmediate as turn } from 'node:timers/promises'
import { BoundedMap } from '#core/bounded-map.ts'
import type { Clock } from '#core/clock.ts'
import type { Mac } from '#core/mac.ts'
import type { DeviceKey } from '#db/device-keys.ts'
import { createGate } from '#core/gate.ts'
import { showsKey } from './handshake.ts'
import type { Handshake } from './handshake.ts'

export const SEARCH_LIMITS = {
  /** Keys tried before others have their turn: 27 µs each, so half a millisecond. */
  slice: 16,
  running: 2,
  waiting: 64,
  /** A device with another passphrase tries every few seconds; from then on it is refused unheard. */
  misses: 5,
  missLifeMs: 60_000,
  devices: 10_000,
} as const

/** Finds the key that a device has shown. Not on the hot path: only for a device that no key knows. */
export interface DeviceKeySearch {
  find(
    keys: readonly DeviceKey[],
    handshake: Handshake,
    mac: Mac,
  ): Promise<DeviceKey | null> | 'overloaded'
}

export function createDeviceKeySearch(clock: Clock): DeviceKeySearch {
  const gate = createGate(SEARCH_LIMITS)
  const misses = new BoundedMap<Mac, number>({
    limit: SEARCH_LIMITS.devices,
    ttlMs: SEARCH_LIMITS.missLifeMs,
    clock,
  })

  async function search(
    keys: readonly DeviceKey[],
    handshake: Handshake,
  ): Promise<DeviceKey | null> {
    for (const [i, key] of keys.entries()) {
      if (i > 0 && i % SEARCH_LIMITS.slice === 0) await turn()
      if (showsKey(handshake, key.pmk)) return key
    }
    return null
  }

  return {
    find(keys, handshake, mac) {
      const missed = misses.get(mac) ?? 0
      if (missed >= SEARCH_LIMITS.misses) return Promise.resolve(null)
      const searched = gate.run(() => search(keys, handshake))
      if (searched === null) return 'overloaded'
      return searched.then((key) => {
        if (key === null) misses.set(mac, missed + 1)
        else misses.delete(mac)
        return key
      })
    },
  }
}
