import { BoundedMap } from '#core/bounded-map.ts'
import type { Clock } from '#core/clock.ts'
import { parseMac } from '#core/mac.ts'
import type { Mac } from '#core/mac.ts'
import type { Counter } from '#core/metrics.ts'
import type { DeviceKey } from '#db/device-keys.ts'
import { readInteger, readText } from '../attributes.ts'
import { readDeviceKeyName } from '../class.ts'
import { ACCT_STATUS_TYPE, ATTRIBUTE, CODE } from '../dictionary.ts'
import type { RadiusRequest } from '../request.ts'
import type { DeviceKeyTable } from './device-key-table.ts'

export const BIND_OUTCOMES = ['bound', 'full', 'failed'] as const
export type BindOutcome = (typeof BIND_OUTCOMES)[number]

const BIND_LIMITS = { underWay: 1000, againMs: 60_000 } as const

/**
 * Remembers which device has which key. A handshake has shown it; without one, accounting that begins
 * does: an access point begins it once the handshake was done, and returns the Class of our answer.
 */
export interface DeviceBinder {
  bind(key: DeviceKey, mac: Mac): void
  saw(request: RadiusRequest): void
}

export function createDeviceBinder(deps: {
  readonly table: DeviceKeyTable
  readonly store: (key: DeviceKey, mac: Mac) => Promise<boolean>
  readonly outcomes: Readonly<Record<BindOutcome, Counter>>
  readonly clock: Clock
}): DeviceBinder {
  const { table, store, outcomes, clock } = deps
  /** With a database that is away, each packet would ask again. */
  const asked = new BoundedMap<string, true>({
    limit: BIND_LIMITS.underWay,
    ttlMs: BIND_LIMITS.againMs,
    clock,
  })

  function bind(key: DeviceKey, mac: Mac): void {
    const what = `${key.name} ${mac}`
    if (key.mac !== null || table.isBound(key, mac) || asked.get(what) === true) return
    asked.set(what, true)
    store(key, mac).then(
      (isBound) => {
        outcomes[isBound ? 'bound' : 'full'].inc()
        if (isBound) table.bind(key, mac)
      },
      () => outcomes.failed.inc(),
    )
  }

  return {
    bind,
    saw({ packet, client }) {
      if (packet.code !== CODE['Accounting-Request'] || !table.isUsed(client.gateway)) return
      const status = readInteger(packet, ATTRIBUTE['Acct-Status-Type'])
      if (status !== ACCT_STATUS_TYPE.Start && status !== ACCT_STATUS_TYPE['Interim-Update']) return
      const name = readDeviceKeyName(packet)
      const key = name === null ? undefined : table.byName(name)
      const station = readText(packet, ATTRIBUTE['Calling-Station-Id'])
      const mac = station === null ? null : parseMac(station)
      if (key !== undefined && mac !== null) bind(key, mac)
    },
  }
}
