import { expect, test } from 'vitest'
import { openTestDatabase } from '../test/support/database.ts'
import type { TestDatabase } from '../test/support/database.ts'
import { seedHouse } from '../test/support/house.ts'
import { logEvents } from '../test/support/journal.ts'
import { session } from '../test/support/log-events.ts'
import { asAdmin } from './admin/as-admin.ts'
import { listHourCounts } from './admin/hour-counts.ts'
import type { HourCount } from './admin/hour-counts.ts'
import { addFilterCounts } from './filter-counts.ts'
import { hourCountsJob } from './hour-counts.ts'
import { saveLogins } from './login-traces.ts'
import type { LoginRow } from './login-traces.ts'
import type { Reach } from '#core/rights.ts'

const NOWHERE: Reach = { everywhere: false, associations: [], sites: [] }
const REFUSED: LoginRow = {
  ...{ firstAt: 0, lastAt: 0, count: 3, site: '75-0042', gateway: 'gw-0042', network: 'staff' },
  ...{ mac: null, account: null, nameWithheld: false, outcome: 'reject', reason: 'wrong-password' },
  ...{ method: null, inner: null, tlsVersion: null, cipher: null, tlsAlert: null, resumed: false },
  ...{ serial: null, rounds: null, answerer: null, directory: null, answeredMs: null, rule: null },
  ...{ vlan: null, sessionSeconds: null },
}

async function countedHouse(): Promise<TestDatabase> {
  const database = await openTestDatabase()
  await seedHouse(database)
  const { sql } = database
  await sql`insert into house.association values ('69', 'Lyon')`
  await sql`
    insert into house.site (code, name, association, timezone)
    values ('69-0001', 'Bellecour', '69', 'Europe/Paris')`
  const at = { kind: 'start', at: new Date(), site: '75-0042' } as const
  await logEvents(database, [session('1', at), session('2', at)])
  const now = Date.now()
  await saveLogins(database.as('radius'), [{ ...REFUSED, firstAt: now, lastAt: now }])
  const names = { network: 'guest', queries: 5, category: 'adult', passed: 0 } as const
  await addFilterCounts(database.as('dns'), [
    { ...names, site: '75-0042' },
    { ...names, site: '69-0001' },
    { ...names, site: null },
    { ...names, site: '75-0042', category: null },
    // Let through: nothing was blocked by it.
    { ...names, site: '75-0042', category: 'gambling', queries: 0, passed: 9 },
  ])
  return database
}

const shown = (counts: readonly HourCount[]): readonly string[] =>
  counts.map(({ kind, name, n }) => `${kind} ${name} ${n}`).toSorted()

function counts(database: TestDatabase, reach: Reach): Promise<readonly string[]> {
  return asAdmin(database.as('portal'), { actor: 'staff:a', reach }, async (sql) => {
    const all = shown(await listHourCounts(sql, reach, 'hours', 'Europe/Paris'))
    // Who is connected is so in each hour that the test sees.
    return all.filter((one, i) => !one.startsWith('connected') || one !== all[i - 1])
  })
}

test('what happened in an hour is counted for the house, for each association and for each place', async () => {
  await using database = await countedHouse()
  const job = hourCountsJob(database.as('jobs'))
  await job.run()
  // Once more: the same hours are counted anew, not twice.
  await job.run()
  const paris = ['blocked adult 5', 'connected guest 2', 'failure wrong-password 3', 'join guest 2']
  expect(await counts(database, { ...NOWHERE, everywhere: true })).toEqual([
    'blocked adult 15',
    ...paris.slice(1),
  ])
  expect(await counts(database, { ...NOWHERE, associations: ['75'] })).toEqual(paris)
  expect(await counts(database, { ...NOWHERE, sites: ['75-0042'] })).toEqual(paris)
  expect(await counts(database, { ...NOWHERE, associations: ['75'], sites: ['75-0042'] })).toEqual(
    paris,
  )
  expect(await counts(database, { ...NOWHERE, associations: ['69'] })).toEqual(['blocked adult 5'])
})

test('nobody reads the numbers of what is not theirs, whatever the question', async () => {
  await using database = await countedHouse()
  await hourCountsJob(database.as('jobs')).run()
  const sites = await asAdmin(
    database.as('portal'),
    { actor: 'staff:a', reach: { ...NOWHERE, sites: ['69-0001'] } },
    (sql) => sql`select distinct association, site from house.hour_count`,
  )
  expect(sites).toMatchObject([{ association: '69', site: '69-0001' }])
})

test('a day is the sum of its hours, and of who is connected its busiest hour; old hours go', async () => {
  await using database = await countedHouse()
  const { sql } = database
  await sql`
    insert into house.hour_count (hour, association, site, kind, name, n)
    select date_trunc('day', now(), 'Europe/Paris') - interval '3 days' + h * interval '1 hour', null, null, kind, 'guest', h
    from generate_series(8, 10) h, unnest(array['join', 'connected']) kind
    union all select now() - interval '401 days', null, null, 'join', 'guest', 1
    union all select now() - interval '9 days', '75', '75-0042', 'join', 'guest', 1`
  await hourCountsJob(database.as('jobs')).run()
  const reach = { ...NOWHERE, everywhere: true }
  const days = await asAdmin(database.as('portal'), { actor: 'staff:a', reach }, (sql) =>
    listHourCounts(sql, reach, 'days', 'Europe/Paris'),
  )
  expect(shown(days)).toEqual(expect.arrayContaining(['join guest 27', 'connected guest 10']))
  const [old] = await sql`
    select count(*)::int as n from house.hour_count where hour < now() - interval '8 days'`
  expect(old).toEqual({ n: 0 })
})
