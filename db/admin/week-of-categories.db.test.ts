import { expect, test } from 'vitest'
import type { Reach } from '#core/rights.ts'
import { asAdmin } from './as-admin.ts'
import { weekOfCategories } from './week-of-categories.ts'
import type { CountedScope, CountedWeek } from './week-of-categories.ts'
import { openTestDatabase } from '../../test/support/database.ts'
import type { TestDatabase } from '../../test/support/database.ts'
import { seedHouse } from '../../test/support/house.ts'
import { hourCountsJob } from '../hour-counts.ts'

const EVERYWHERE: CountedScope = { site: null, association: null, network: null }
const NATIONAL: Reach = { everywhere: true, associations: [], sites: [] }
const PARIS: Reach = { everywhere: false, associations: ['75'], sites: [] }

/** Two places of Paris and one of Lyon; lists of adult names, and of gambling, which nobody blocks. */
async function countedHouse(): Promise<TestDatabase> {
  const database = await openTestDatabase()
  await seedHouse(database)
  const { sql } = database
  await sql`insert into house.association values ('69', 'Lyon')`
  await sql`
    insert into house.site (code, name, association, timezone)
    values ('69-0001', 'Bellecour', '69', 'Europe/Paris'), ('75-0001', 'Ourcq', '75', 'Europe/Paris')`
  for (const name of ['gambling', 'quiet']) {
    await sql`
      insert into house.list (name, category, blocks, sha256, content)
      select ${name}, ${name}, '{}', sha256, content from house.list where name = 'adult'`
  }
  for (const [site, network, category, hours, queries, passed] of [
    ['75-0042', 'guest', null, 1, 100, 0],
    ['75-0042', 'guest', 'gambling', 1, 0, 7],
    ['75-0042', 'guest', 'adult', 30, 5, 1],
    ['75-0042', 'staff', 'adult', 0, 2, 0],
    ['75-0042', 'guest', 'rule', 0, 3, 0],
    ['75-0001', 'guest', 'gambling', 100, 0, 11],
    ['75-0001', 'guest', 'gambling', 24 * 7 + 2, 4000, 4000],
    ['69-0001', 'guest', 'gambling', 1, 500, 500],
    [null, 'guest', null, 1, 1000, 0],
  ] as const) {
    await sql`
      insert into house.filter_count (hour, site, network, category, queries, passed)
      values (date_trunc('hour', now()) - make_interval(hours => ${hours}), ${site}, ${network},
              ${category}, ${queries}, ${passed})`
  }
  return database
}

function week(
  database: TestDatabase,
  reach: Reach,
  scope: Partial<CountedScope> = {},
): Promise<CountedWeek> {
  return asAdmin(database.as('portal'), { actor: 'staff:a', reach }, (sql) =>
    weekOfCategories(sql, { ...EVERYWHERE, ...scope }),
  )
}

const shown = ({ all, categories }: CountedWeek): readonly string[] => [
  `all ${all}`,
  ...categories.map(
    ({ category, hour, day, week: blocked, passed }) =>
      `${category} ${hour} ${day} ${blocked} ${passed ?? 'unlisted'}`,
  ),
]

test('the week of each category: blocked, let through although listed, of all; what no list knows says so', async () => {
  await using database = await countedHouse()
  expect(shown(await week(database, NATIONAL))).toEqual([
    ...['all 1610', 'gambling 0 500 500 518', 'adult 2 2 7 1', 'rule 3 3 3 unlisted'],
    'quiet 0 0 0 0',
  ])
})

test('of an association, of a place, of a network', async () => {
  await using database = await countedHouse()
  expect(shown(await week(database, NATIONAL, { association: '75' }))).toEqual([
    ...['all 110', 'gambling 0 0 0 18', 'adult 2 2 7 1', 'rule 3 3 3 unlisted', 'quiet 0 0 0 0'],
  ])
  // The place goes before the association.
  const there = { site: '75-0001', association: '69' }
  expect(shown(await week(database, NATIONAL, there))).toEqual([
    ...['all 0', 'gambling 0 0 0 11', 'adult 0 0 0 0', 'quiet 0 0 0 0'],
  ])
  expect(shown(await week(database, NATIONAL, { site: '75-0042', network: 'staff' }))).toEqual([
    ...['all 2', 'adult 2 2 2 0', 'gambling 0 0 0 0', 'quiet 0 0 0 0'],
  ])
})

test('an administrator of an association counts its places alone, whatever is asked for', async () => {
  await using database = await countedHouse()
  const own = await week(database, PARIS)
  expect(own).toEqual(await week(database, NATIONAL, { association: '75' }))
  const nothing = ['all 0', 'adult 0 0 0 0', 'gambling 0 0 0 0', 'quiet 0 0 0 0']
  expect(shown(await week(database, PARIS, { association: '69' }))).toEqual(nothing)
  expect(shown(await week(database, PARIS, { site: '69-0001' }))).toEqual(nothing)
})

test('the hours of the house that are over are summed once: the week is the same, and needs no rows of places', async () => {
  await using database = await countedHouse()
  const guests = { network: 'guest' } as const
  const before = [await week(database, NATIONAL), await week(database, NATIONAL, guests)]
  const job = hourCountsJob(database.as('jobs'))
  await job.run()
  await job.run()
  expect([await week(database, NATIONAL), await week(database, NATIONAL, guests)]).toEqual(before)
  // What comes now is counted at once.
  await database.sql`update house.filter_count set passed = passed + 9 where category = 'rule'`
  // Of two hours ago and before, all is in the sums.
  await database.sql`delete from house.filter_count where hour < now() - interval '2 hours'`
  const after = await week(database, NATIONAL)
  expect(after.all).toBe(before[0]?.all)
  const passed = ({ categories }: CountedWeek): readonly (number | null)[] =>
    categories.filter(({ category }) => category !== 'rule').map((one) => one.passed)
  expect(passed(after)).toEqual(passed(before[0] ?? after))
  expect(after.categories.find(({ category }) => category === 'rule')?.passed).toBe(9)
  // Sums of the house are nobody's who has an association.
  expect(shown(await week(database, PARIS))).toContain('rule 3 3 3 9')
})
