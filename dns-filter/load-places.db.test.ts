import { expect, test } from 'vitest'
import type { Database } from '#db/connection.ts'
import { liftFilter } from '#db/filter-lifts.ts'
import { openFilterWindow } from '#db/filter-windows.ts'
import { rotateDnsToken } from '#db/dns-tokens.ts'
import { openTestDatabase } from '../test/support/database.ts'
import { seedHouse, testSeal } from '../test/support/house.ts'
import { loadPlaces, markPlaces } from './load-places.ts'

/** The same database, and the text of each query that is made for it. */
function listening({ sql }: Pick<Database, 'sql'>) {
  const queries: string[] = []
  const heard = new Proxy(sql, {
    apply(target, _, [strings, ...rest]: [TemplateStringsArray, ...unknown[]]) {
      queries.push(strings.join('?').replaceAll(/\s+/g, ' ').trim())
      return target(strings, ...(rest as never[]))
    },
  })
  return { sql: heard, queries }
}

test('the mark is of all that is loaded', async () => {
  await using database = await openTestDatabase()
  const load = listening(database)
  await loadPlaces(load, testSeal, null)
  const mark = listening(database)
  await markPlaces(mark)
  expect(load.queries.length).toBeGreaterThan(5)
  expect(mark.queries).toEqual(expect.arrayContaining(load.queries))
})

test('it is another when one of them has changed, and else the same', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database)
  const { sql } = database
  const place = { site: '75-0042', network: 'guest' } as const
  const who = { actor: 'account:ada', reason: 'test' }
  const hour = new Date(Date.now() + 3_600_000)
  const changes: readonly (() => Promise<unknown>)[] = [
    () => sql`update house.site set timezone = 'Europe/Berlin'`,
    () => sql`update house.network set subnets = '{192.168.79.0/24}' where kind = 'guest'`,
    () => sql`
      insert into house.filter (position, site, block, hours, allow, trust, imposed, answers, page, asked,
        addresses, private_names, internal, always)
      values (0, '75-0042', '{adult}', '{}', '{}', '{}', '{}', '{}', '{}', false, '{}', '{}', '{}', '{}')`,
    () => sql`update house.filter set block = '{gambling}'`,
    () =>
      sql`insert into house.filter_device (site, network, name) values ('75-0042', 'guest', 'till')`,
    () => rotateDnsToken(database, { ...place, device: 'till' }, hour),
    () =>
      liftFilter(database, { ...place, association: null, subject: null }, { ...who, until: hour }),
    () =>
      openFilterWindow(
        database,
        { ...place, address: '192.168.77.9', device: null },
        { ...who, minutes: 5 },
      ),
    () => sql`insert into staff.walled_garden_name (name) values ('sso.example')`,
    () => sql`delete from staff.walled_garden_name`,
    () => sql`delete from house.network where kind = 'staff'`,
  ]
  const asDns = database.as('dns')
  let before = await markPlaces(asDns)
  for (const change of changes) {
    expect(await markPlaces(asDns)).toBe(before)
    await change()
    const after = await markPlaces(asDns)
    expect(after, String(change)).not.toBe(before)
    before = after
  }
})
