import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { parseMac } from '#core/mac.ts'
import type { Mac } from '#core/mac.ts'
import { openTestDatabase } from '../test/support/database.ts'
import type { TestDatabase } from '../test/support/database.ts'
import { testSeal } from '../test/support/house.ts'
import { endUnreachable } from './disconnects.ts'
import { addFilterCounts } from './filter-counts.ts'
import type { FilterCount } from './filter-counts.ts'
import { deleteForgottenDevices, knownDevice, saveKnownDevices } from './known-devices.ts'
import { writeScimGroup } from './scim-groups.ts'
import { createScimUser } from './scim-people.ts'
import { noteWaiting } from './waiting-devices.ts'
import type { WaitingDevice } from './waiting-devices.ts'

/** Does `work` while somebody holds the row that `held` finds, who lets go as soon as `until` says so. */
async function whileHeld<T>(
  database: TestDatabase,
  held: string,
  work: () => Promise<T>,
  until: (waiting: number) => boolean,
): Promise<T> {
  const connection = await database.sql.reserve()
  try {
    await connection.unsafe(`begin; ${held} for no key update`)
    const done = work()
    // What it rejects with is told where it is awaited.
    done.catch(() => {})
    for (let waiting = -1; !until(waiting); await sleep(20)) {
      // Not in the transaction, which sees one moment of it.
      const rows = await database.sql`
        select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`
      waiting = rows.length
    }
    await connection`commit`
    return await done
  } finally {
    connection.release()
  }
}

test('two resolvers that count the same in another order do not wait in a circle', async () => {
  await using database = await openTestDatabase()
  const count = (category: string): FilterCount => ({
    ...{ site: '75-0042', network: 'guest', category, queries: 1, passed: 0 },
  })
  const [one, other] = [database.as('dns'), database.as('dns')]
  await addFilterCounts(one, [count('adult'), count('gambling')])
  // If the hour turns meanwhile they meet in the next one.
  await database.sql`
    insert into house.filter_count
    select hour + interval '1 hour', site, network, category, 0, 0 from house.filter_count`
  await whileHeld(
    database,
    "select from house.filter_count where category = 'adult'",
    () =>
      Promise.all([
        addFilterCounts(one, [count('adult'), count('gambling')]),
        addFilterCounts(other, [count('gambling'), count('adult')]),
      ]),
    (waiting) => waiting === 2,
  )
  const rows = await database.sql`
    select category, sum(queries)::int as n from house.filter_count group by category`
  expect(rows.toSorted((a, b) => (a['category'] < b['category'] ? -1 : 1))).toEqual([
    { category: 'adult', n: 3 },
    { category: 'gambling', n: 3 },
  ])
})

test('who takes away what is old waits for nobody who writes it at that moment', async () => {
  await using database = await openTestDatabase()
  const [portal, radius] = [database.as('portal'), database.as('radius')]
  await database.sql`
    insert into guest.waiting (site, mac, gateway, device, seen_at)
    select '75-0042', mac::macaddr, 'gw-0042', '', 'epoch'
    from unnest(array['02:00:00:00:00:01', '02:00:00:00:00:02']) as mac`
  const known = ['phone', 'laptop'].map((of) => knownDevice(testSeal, 'alice', of))
  await saveKnownDevices(radius, known, '2026-01-01')
  await database.sql`
    insert into house.disconnect (request, gateway, account, asked_by, reason, asked_at)
    select gen_random_uuid(), 'gw-0042', account, 'ana', 'disabled', now() - interval '1 hour'
    from unnest(array['alice', 'bob']) as account`
  const newcomer: WaitingDevice = {
    ...{ mac: parseMac('02:00:00:00:00:03') as Mac, site: '75-0042', gateway: 'gw-0042' },
    ...{ ip: null, returnData: {}, seenAt: new Date() },
  }
  const isOld = {
    'guest.waiting': "device = ''",
    'staff.known_device': 'true',
    'house.disconnect': 'outcome is null',
  } as const
  const takeAway = {
    'guest.waiting': () => noteWaiting(portal, testSeal, [newcomer]),
    'staff.known_device': () => deleteForgottenDevices(radius, '2026-12-01'),
    'house.disconnect': () => endUnreachable(radius),
  } as const
  for (const table of ['guest.waiting', 'staff.known_device', 'house.disconnect'] as const) {
    let isDone = false
    await whileHeld(
      database,
      `select from ${table} where ctid = (select min(ctid) from ${table})`,
      async () => {
        await takeAway[table]()
        isDone = true
      },
      () => isDone,
    )
    const rest = await database.sql.unsafe(`select from ${table} where ${isOld[table]}`)
    expect(rest, table).toHaveLength(1)
  }
})

test('a person who comes into two groups at once is in both', async () => {
  await using database = await openTestDatabase()
  const by = { actor: 'scim', at: new Date() }
  const [one, other] = [database.as('portal'), database.as('portal')]
  const user = await createScimUser(
    one,
    { userName: 'alice', externalId: null, displayName: 'Alice', mail: null, active: true },
    by,
  )
  const members = [user?.id ?? '']
  const written = await whileHeld(
    database,
    "select from staff.person where account = 'alice'",
    () =>
      Promise.all([
        writeScimGroup(one, null, { displayName: 'Staff', externalId: null, members }, by),
        writeScimGroup(other, null, { displayName: 'Doctors', externalId: null, members }, by),
      ]),
    (waiting) => waiting === 2,
  )
  expect(written.map(({ ok }) => ok)).toEqual([true, true])
  const [alice] = await database.sql`select groups from staff.person`
  expect(alice).toEqual({ groups: ['doctors', 'staff'] })
})
