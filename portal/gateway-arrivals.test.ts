import { expect, test } from 'vitest'
import { silentLog } from '#core/log.ts'
import { createMetrics } from '#core/metrics.ts'
import type { GatewayArrival } from '#db/gateway-arrivals.ts'
import { createCounters } from './counters.ts'
import { createGatewayArrivals } from './gateway-arrivals.ts'
import { OPENNDS } from './portal-fixture.ts'

test('a gateway that sends phones is noted once a minute, with what it says that it is', async () => {
  let now = 0
  let isUp = true
  const written: (readonly GatewayArrival[])[] = []
  const arrivals = createGatewayArrivals({
    write: (some) => {
      if (!isUp) return Promise.reject(new Error('away'))
      written.push(some)
      return Promise.resolve()
    },
    counters: createCounters(createMetrics()),
    log: silentLog,
    clock: () => now,
  })
  const device = { gateway: OPENNDS, software: 'openNDS-10.3.1' }
  arrivals.note(device)
  arrivals.note(device)
  await arrivals.write()
  await arrivals.write()
  expect(written).toEqual([[{ gateway: 'nds-0042', at: new Date(0), software: 'openNDS-10.3.1' }]])
  now = 61_000
  isUp = false
  arrivals.note(device)
  await arrivals.write()
  now = 122_000
  isUp = true
  arrivals.note({ gateway: OPENNDS })
  await arrivals.write()
  expect(written[1]).toEqual([{ gateway: 'nds-0042', at: new Date(122_000), software: null }])
})
