import { sql } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestDatabase } from '../test/support/database.ts'
import type { TestDatabase } from '../test/support/database.ts'
import { MIGRATIONS, migrate } from './migrate.ts'
import { pendingMigrations, standing } from './standing.ts'
import type { Step } from './migrate.ts'

const NOW = Date.now()
/** The next version: with a step whose number is smaller than that of the last one, as it happens. */
const next = (name: string, statement: string, breaks?: string): Record<string, Step> => ({
  ...MIGRATIONS,
  [name]: {
    up: async (db) => void (await sql.raw(statement).execute(db)),
    ...(breaks === undefined ? {} : { breaks }),
  },
})

let database: TestDatabase
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database[Symbol.asyncDispose]())

test('after a step that only adds, the version before goes on and starts again', async () => {
  const grown = next('0072-test-adds', 'alter table house.site add column floor int')
  expect(await migrate(database, NOW, grown)).toEqual(['0072-test-adds'])
  expect(await pendingMigrations(database)).toEqual([])
  expect(await standing(database)).toEqual({ pending: [], newer: ['0072-test-adds'] })
  // It leaves everything as the newer one made it.
  expect(await migrate(database, NOW)).toEqual([])
  expect(await migrate(database, NOW, grown)).toEqual([])
  expect((await standing(database.as('dns'))).newer).toEqual(['0072-test-adds'])
})

test('after one that takes something away it is refused, and told what', async () => {
  await using other = await openTestDatabase()
  const taken = next('9999-takes', 'alter table house.organisation rename column colour to tint')
  await migrate(other, NOW, taken)
  const sentence =
    'newer version of Accueil (9999-takes: the column house.organisation.colour text is gone); run that version'
  await expect(pendingMigrations(other)).rejects.toThrow(sentence)
  await expect(migrate(other, NOW)).rejects.toThrow(sentence)
  expect((await standing(other, Object.keys(taken))).pending).toEqual([])
})

test('so it is where the author says what no catalogue shows', async () => {
  await using other = await openTestDatabase()
  await migrate(
    other,
    NOW,
    next('9999-means', 'select 1', 'grants of kind "voucher" mean nothing to it'),
  )
  await expect(pendingMigrations(other)).rejects.toThrow('grants of kind "voucher"')
})

test('and where nobody wrote down what a step took', async () => {
  await using other = await openTestDatabase()
  await other.sql`insert into public.kysely_migration values ('9999-untold', 'now')`
  await expect(pendingMigrations(other)).rejects.toThrow('newer version of Accueil (9999-untold)')
})
