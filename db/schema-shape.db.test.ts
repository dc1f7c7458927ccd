import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openTestDatabase } from '../test/support/database.ts'
import type { TestDatabase } from '../test/support/database.ts'
import { missedBy, readShape } from './schema-shape.ts'

let database: TestDatabase
beforeAll(async () => {
  database = await openTestDatabase()
})
afterAll(() => database[Symbol.asyncDispose]())

test('what is added takes nothing from an older program', async () => {
  expect(
    await missedAfter(
      'alter table house.site add column floor int',
      "alter table house.site add column lift text not null default 'none'",
      'create table house.lift (name text not null)',
      'create function house.lifts() returns bigint return 1',
      'create index on house.site (name)',
    ),
  ).toEqual([])
})

test.each([
  ['alter table house.site rename column name to called', 'house.site.name text is gone'],
  ['alter table house.site drop column name cascade', 'house.site.name text is gone'],
  [
    'alter table house.upgrade alter migration type varchar',
    'house.upgrade.migration text is gone',
  ],
  ['drop table guest.acceptance cascade', 'guest.acceptance.mac macaddr is gone'],
  [
    'alter table house.site add column floor int not null default 0; alter table house.site alter floor drop default',
    'house.site.floor must be given',
  ],
  [
    'alter function house.in_reach(text, text) rename to reached',
    'the function house.in_reach(association text, site text) boolean is gone',
  ],
])('%s: an older program misses it', async (statement, missed) => {
  expect((await missedAfter(...statement.split('; '))).join('\n')).toContain(missed)
})

/** Looked at within a transaction that is rolled back. */
async function missedAfter(...statements: readonly string[]): Promise<readonly string[]> {
  const enough = new Error('enough')
  let missed: readonly string[] = []
  await database.kysely
    .transaction()
    .execute(async (typed) => {
      const transaction = typed as unknown as Kysely<unknown>
      const before = await readShape(transaction)
      for (const statement of statements) await sql.raw(statement).execute(transaction)
      missed = missedBy(before, await readShape(transaction))
      throw enough
    })
    .catch((thrown: unknown) => {
      if (thrown !== enough) throw thrown
    })
  return missed
}
