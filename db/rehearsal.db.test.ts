import { sql } from 'kysely'
import { expect, test } from 'vitest'
import { openTestDatabase } from '../test/support/database.ts'
import { MIGRATIONS } from './migrate.ts'
import type { Step } from './migrate.ts'
import { rehearse } from './rehearsal.ts'

const statement = (text: string): Step => ({
  up: async (db) => void (await sql.raw(text).execute(db)),
})

test('says of each step what it locks, reads, rewrites and takes away', async () => {
  await using scratch = await openTestDatabase('template1')
  const seen = await rehearse(scratch, Object.keys(MIGRATIONS), {
    ...MIGRATIONS,
    '9001-adds': statement('alter table house.site add column floor int'),
    '9002-rewrites': statement('alter table house.organisation alter contact type varchar(99)'),
    '9003-indexes': statement('create index on house.site (name)'),
    '9004-checks': statement("alter table house.site add check (name <> '')"),
    '9005-fills': statement('update house.site set floor = 0'),
    '9006-makes': statement('create table house.lift (name text)'),
    '9007-takes': {
      ...statement('alter table house.site drop column floor'),
      breaks: 'lifts mean nothing to it',
    },
  })
  const site = { table: 'house.site' }
  expect(seen.map(({ name, effects }) => [name, effects])).toEqual([
    ['9001-adds', [{ ...site, how: 'locked', holdsUp: 'everybody' }]],
    [
      '9002-rewrites',
      [
        expect.objectContaining({
          table: 'house.organisation',
          how: 'rewritten',
          holdsUp: 'everybody',
        }),
      ],
    ],
    ['9003-indexes', [{ ...site, how: 'read', holdsUp: 'writers' }]],
    ['9004-checks', [{ ...site, how: 'read', holdsUp: 'everybody' }]],
    ['9005-fills', [{ ...site, how: 'read', holdsUp: 'nobody' }]],
    ['9006-makes', []],
    ['9007-takes', [{ ...site, how: 'locked', holdsUp: 'everybody' }]],
  ])
  expect(seen.flatMap(({ missed }) => missed)).toEqual([
    expect.stringContaining('house.organisation.contact text is gone'),
    'the column house.site.floor integer is gone',
    'lifts mean nothing to it',
  ])
})
