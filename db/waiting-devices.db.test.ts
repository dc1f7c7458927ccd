import { expect, test } from 'vitest'
import { parseMac } from '#core/mac.ts'
import type { Mac } from '#core/mac.ts'
import { openTestDatabase } from '../test/support/database.ts'
import { testSeal } from '../test/support/house.ts'
import { openingsJob } from './openings.ts'
import { findWaiting, noteWaiting } from './waiting-devices.ts'
import type { WaitingDevice } from './waiting-devices.ts'

const MINUTE_MS = 60_000

function device(n: number, change: Partial<WaitingDevice> = {}): WaitingDevice {
  const mac = parseMac(`02:00:00:00:00:0${n}`) as Mac
  const returnData = { hid: 'secret-token' }
  const where = { site: '75-0042', gateway: 'gw-0042', ip: '192.168.77.9' }
  return { ...where, mac, returnData, seenAt: new Date(), ...change }
}

test('who waits is found at the places that are asked for, the newest first, each once', async () => {
  await using database = await openTestDatabase()
  const portal = database.as('portal')
  const ago = (ms: number): Date => new Date(Date.now() - ms)
  await noteWaiting(portal, testSeal, [
    device(1, { seenAt: ago(5 * MINUTE_MS) }),
    device(2, { seenAt: ago(2 * MINUTE_MS) }),
    device(3, { site: '13-0001' }),
  ])
  const again = device(1)
  await noteWaiting(portal, testSeal, [again])
  const found = await findWaiting(portal, testSeal, ['75-0042', '75-0043'], new Date())
  expect(found.map(({ mac }) => mac)).toEqual([device(1).mac, device(2).mac])
  expect(found[0]).toEqual(again)
})

test('what opens its gateway is sealed, and all of it is gone after minutes', async () => {
  await using database = await openTestDatabase()
  const portal = database.as('portal')
  await noteWaiting(portal, testSeal, [device(1)])
  const [row] = await database.sql<{ all: string }[]>`select w::text as all from guest.waiting w`
  expect(row?.all).not.toContain('secret-token')
  const later = new Date(Date.now() + 11 * MINUTE_MS)
  expect(await findWaiting(portal, testSeal, ['75-0042'], later)).toEqual([])
  const kept = async (): Promise<number> => (await database.sql`select from guest.waiting`).length
  const age = () => database.sql`update guest.waiting set seen_at = seen_at - interval '11 minutes'`
  await age()
  await noteWaiting(portal, testSeal, [device(2)])
  expect(await kept()).toBe(1)
  await age()
  await openingsJob(database.as('jobs')).run()
  expect(await kept()).toBe(0)
})
