import { expect, test } from 'vitest'
import { openTestDatabase } from '../test/support/database.ts'
import { seedHouse, testSeal } from '../test/support/house.ts'
import { forgetEnforced, loadEnforced, loadPostures, savePostures } from './gateway-postures.ts'
import type { Sighting } from './gateway-postures.ts'
import { loadGateways } from './gateways.ts'

const at = (minute: number): Date => new Date(Date.UTC(2026, 10, 24, 12, minute))

function sighting(changes: Partial<Sighting> = {}): Sighting {
  return {
    gateway: 'gw-0042',
    transport: 'udp',
    heardAt: at(0),
    ...{ accessAt: null, accountingAt: null, connectedAt: null, certificateEndsAt: null },
    signed: null,
    unsigned: null,
    proxied: null,
    enforcedAt: null,
    clockSkewMs: null,
    requests: 0,
    unsignedRequests: 0,
    refused: 0,
    overLimit: 0,
    forged: 0,
    ...changes,
  }
}

test('what several processes saw adds up, whoever writes first', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database, testSeal)
  expect(await loadPostures(database.as('operator'))).toEqual([
    { gateway: 'gw-0042', site: '75-0042', rule: 'required', address: '127.0.0.1/32', seen: null },
  ])
  const [one, two] = [database.as('radius'), database.as('radius')]
  const early = { from: at(1), at: at(2) }
  await Promise.all([
    savePostures(one, [
      sighting({
        heardAt: at(9),
        transport: 'radsec',
        signed: { from: at(5), at: at(9) },
        requests: 5,
      }),
      sighting({ gateway: 'of nobody', requests: 1 }),
    ]),
    savePostures(two, [
      sighting({
        ...{ heardAt: at(2), signed: early, unsigned: early, proxied: early, clockSkewMs: -1500 },
        ...{ requests: 3, unsignedRequests: 2, refused: 1, overLimit: 4 },
      }),
    ]),
  ])
  const [posture] = await loadPostures(database.as('operator'))
  expect(posture?.seen).toMatchObject({
    transport: 'radsec',
    heardAt: at(9),
    signed: { from: at(1), at: at(9) },
    unsigned: early,
    proxied: early,
    clockSkewMs: -1500,
    requests: 8,
    unsignedRequests: 2,
    refused: 1,
    overLimit: 4,
    forged: 0,
    enforcedAt: null,
  })
})

test('what one learned stands for all, is announced, and is let go with a line in the audit', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database, testSeal)
  const heard: string[] = []
  const { unlisten } = await database.sql.listen('house', (table) => heard.push(table))
  const radius = database.as('radius')
  await savePostures(radius, [sighting({ requests: 1 })])
  await savePostures(radius, [sighting({ enforcedAt: at(1) })])
  await savePostures(radius, [sighting({ enforcedAt: at(2), requests: 1 })])
  expect(await loadEnforced(radius)).toEqual(new Set(['gw-0042']))
  expect((await loadPostures(database))[0]?.seen?.enforcedAt).toEqual(at(1))

  const by = { actor: 'ana', reason: 'older firmware' }
  const operator = database.as('operator')
  expect(await forgetEnforced(operator, 'gw-0042', by)).toBe(true)
  expect(await forgetEnforced(operator, 'gw-0042', by)).toBe(false)
  expect(await forgetEnforced(operator, 'another', by)).toBe(false)
  expect(await loadEnforced(radius)).toEqual(new Set())
  const audit = await database.sql`select actor, action, subject, reason from audit.entry`
  expect([...audit]).toEqual([
    {
      actor: 'ana',
      action: 'radius.forget-signing',
      subject: 'house.gateway gw-0042',
      reason: 'older firmware',
    },
  ])
  // Only what changes for the other processes is told: learned, and forgotten.
  await database.sql.notify('house', 'end')
  await expect.poll(() => heard).toEqual(['gateway_posture', 'gateway_posture', 'end'])
  await unlisten()
})

test('a gateway that goes takes what was seen of it along', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database, testSeal)
  await savePostures(database.as('radius'), [sighting({ requests: 1 })])
  await database.sql`delete from house.gateway`
  expect(await database.sql`select 1 from house.gateway_posture`).toHaveLength(0)
})

test('a gateway that is declared without a rule must sign', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database, testSeal)
  expect(await loadGateways(database.as('radius'), testSeal)).toMatchObject([
    { messageAuthenticator: 'required' },
  ])
})
