import { expect, test } from 'vitest'
import { silentLog } from '#core/log.ts'
import { parseMac } from '#core/mac.ts'
import type { Mac } from '#core/mac.ts'
import { createMetrics } from '#core/metrics.ts'
import type { WaitingDevice } from '#db/waiting-devices.ts'
import { createCounters } from './counters.ts'
import type { Device } from './gateways/gateway.ts'
import { LIMITS } from './limits.ts'
import { GENERIC, NOW } from './portal-fixture.ts'
import { createWaitingDevices } from './waiting-devices.ts'

function device(n: number): Device {
  const mac = parseMac(n.toString(16).padStart(12, '0')) as Mac
  return { gateway: GENERIC, mac, ip: '192.168.77.9', returnData: { a: 'b' } }
}

function open(isUp = true) {
  const written: WaitingDevice[][] = []
  const time = { now: NOW }
  const counters = createCounters(createMetrics())
  const waiting = createWaitingDevices({
    write: (devices) => {
      if (!isUp) return Promise.reject(new Error('connection refused'))
      written.push([...devices])
      return Promise.resolve()
    },
    ...{ counters, log: silentLog, clock: () => time.now },
  })
  return { waiting, written, time, counters }
}

test('a device that reads for a while is written once a minute', async () => {
  const { waiting, written, time } = open()
  for (let n = 0; n < 3; n += 1) waiting.note(device(1))
  await waiting.write()
  await waiting.write()
  expect(written).toMatchObject([[{ site: '75-0042', gateway: 'gw-0042', returnData: { a: 'b' } }]])
  time.now += LIMITS.waiting.againMs
  waiting.note(device(1))
  await waiting.write()
  expect(written).toHaveLength(2)
})

test('no more wait to be written than the limit, and those beyond it are counted', async () => {
  const { waiting, written, counters } = open()
  for (let n = 0; n < LIMITS.waiting.unwritten + 3; n += 1) waiting.note(device(n))
  await waiting.write()
  expect(written[0]).toHaveLength(LIMITS.waiting.unwritten)
  expect(counters.waitingDropped.value).toBe(3)
})

test('a database that is away keeps nothing waiting, and nobody from the page', async () => {
  const { waiting, counters } = open(false)
  waiting.note(device(1))
  await waiting.write()
  await waiting.write()
  expect(counters.databaseFailures.value).toBe(1)
})
