import { expect, test } from 'vitest'
import { silentLog } from '#core/log.ts'
import type { Mac } from '#core/mac.ts'
import { openTestDatabase } from '../test/support/database.ts'
import { seedHouse, testSeal } from '../test/support/house.ts'
import { logEvents } from '../test/support/journal.ts'
import { session } from '../test/support/log-events.ts'
import { ARRIVAL_MS, findArrival, noteArrival } from './internal-arrivals.ts'
import {
  createInternalGrants,
  endInternalGrant,
  grantInternal,
  listInternalGrants,
} from './internal-grants.ts'
import { staffJob } from './staff-job.ts'

const database = await openTestDatabase()
await seedHouse(database, testSeal)
await database.sql`update house.gateway set coa_port = 3799`
const portal = database.as('portal')
const radius = database.as('radius')
const MAC = '00:1b:21:00:00:07' as Mac
const owner = (account: string) => ({ account, how: 'oidc' as const })
const HELENE = owner('helene')

const wish = (mac: Mac, of = HELENE) => ({
  ...{ mac, owner: of, at: new Date(), gateway: 'gw-0042', site: '75-0042', seconds: 3_600 },
  actor: `staff:${of.account}`,
})

async function openSession(key: string, mac: Mac, account: string | null): Promise<void> {
  const at = { kind: 'start', at: new Date(), network: 'staff' } as const
  await logEvents(database, [
    session(key, { ...at, gateway: 'gw-0042', site: '75-0042', mac, account }),
  ])
}

const asked = (): Promise<readonly { mac: string | null; account: string | null }[]> =>
  database.sql`select mac::text as mac, account from house.disconnect order by id`

test('a device is known to the RADIUS server at once, and its owner is in the audit', async () => {
  const table = createInternalGrants({ database: radius, log: silentLog, clock: Date.now })
  await table.start()
  expect(await grantInternal(portal, wish(MAC))).toMatchObject({ ok: true })
  expect(await table.find(MAC)).toMatchObject({ account: 'helene', how: 'oidc', site: '75-0042' })
  await expect.poll(() => table.of(MAC)?.account).toBe('helene')
  expect(await listInternalGrants(portal, 'helene', new Date())).toHaveLength(1)
  expect(await listInternalGrants(portal, 'eve', new Date())).toEqual([])
  const [entry] = await database.sql`
    select actor, subject, details from audit.entry where action = 'internal.grant'`
  expect(entry).toEqual({
    actor: 'staff:helene',
    subject: `device ${MAC}`,
    details: { account: 'helene', site: '75-0042', seconds: 3600 },
  })
  expect(await endInternalGrant(portal, { mac: MAC, account: 'eve', actor: 'staff:eve' })).toBe(
    false,
  )
  expect(
    await endInternalGrant(portal, { mac: MAC, account: 'helene', actor: 'staff:helene' }),
  ).toBe(true)
  await expect.poll(() => table.of(MAC)).toBeNull()
  await table.stop()
})

test('of one person five devices are in at once, also when two come together', async () => {
  const macs = [1, 2, 3, 4, 5, 6, 7].map((n) => `00:1b:21:00:01:0${n}` as Mac)
  const outcomes = await Promise.all(macs.map((mac) => grantInternal(portal, wish(mac))))
  expect(outcomes.filter(({ ok }) => ok)).toHaveLength(5)
  const again = macs.find((_, i) => outcomes[i]?.ok === true) ?? MAC
  expect(await grantInternal(portal, wish(again))).toMatchObject({ ok: true })
})

test('whoever ends it has the session of that device ended, whatever its gateway calls it', async () => {
  await grantInternal(portal, wish(MAC, owner('carol')))
  await openSession('1', MAC, 'carol')
  await endInternalGrant(portal, { mac: MAC, account: 'carol', actor: 'staff:carol' })
  expect(await asked()).toEqual([{ mac: MAC, account: 'carol' }])
})

test.each([
  ['disabled', { state: 'disabled', state_reason: 'scim-inactive' } as const, 2],
  ['out of a group', { groups: [] }, 4],
])(
  'who is %s has no device in any more, and each of their gateways is asked once',
  async (how, change, n) => {
    const account = `leaver ${how}`
    const named = `00:1b:21:00:02:0${n}` as Mac
    const nameless = `00:1b:21:00:02:0${n + 1}` as Mac
    await database.sql`delete from house.disconnect`
    await database.kysely
      .insertInto('staff.person')
      .values({
        ...{ issuer: 'https://sso', subject: account, account, name: account, mail: null },
        ...{ groups: ['staff'], state_since: new Date(), state_by: 'https://sso' },
      })
      .execute()
    for (const mac of [named, nameless]) await grantInternal(portal, wish(mac, owner(account)))
    await openSession(`named ${how}`, named, account)
    // A gateway that sends back neither Class nor name.
    await openSession(`nameless ${how}`, nameless, null)
    await database.kysely
      .updateTable('staff.person')
      .set(change)
      .where('account', '=', account)
      .execute()
    expect(await listInternalGrants(portal, account, new Date())).toEqual([])
    const all = await asked()
    expect(all).toHaveLength(2)
    expect(new Set(all.map(({ mac }) => mac))).toEqual(new Set([named, nameless]))
  },
)

test('an arrival keeps its code while it is looked at, and is forgotten a quarter of an hour later', async () => {
  const at = new Date()
  const arrival = {
    mac: MAC,
    gateway: 'gw-1',
    ip: '192.168.78.9',
    returnData: { network: 'staff' },
  }
  const code = await noteArrival(portal, testSeal, arrival, at)
  const later = new Date(at.getTime() + 60_000)
  expect(await noteArrival(portal, testSeal, { ...arrival, ip: null }, later)).toBe(code)
  expect(await findArrival(portal, testSeal, code, later)).toEqual({ ...arrival, ip: null })
  const tooLate = new Date(later.getTime() + ARRIVAL_MS)
  expect(await findArrival(portal, testSeal, code, tooLate)).toBeNull()
  expect(await findArrival(portal, testSeal, 'ZZZZZZZZZZ', later)).toBeNull()
  await staffJob(database.as('jobs'), () => tooLate.getTime() + 86_400_000).run()
  expect(await database.sql`select from staff.internal_arrival`).toHaveLength(0)
  expect(await database.sql`select from staff.internal_grant`).toHaveLength(0)
})
