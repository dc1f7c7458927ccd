import { expect, test } from 'vitest'
import postgres from 'postgres'
import { openTestDatabase } from '../test/support/database.ts'
import { isDatabaseTrouble } from './database-trouble.ts'
import type { Database } from './connection.ts'
import { quarantine, quarantineJob } from './quarantine.ts'

const EVENT = { gateway: 'gw-0042', content: '{"v":1,"mac":"\\u0000"}', reason: 'too\0 long' }

test('an event is kept once as it was, with the reason, however often it is replayed', async () => {
  await using database = await openTestDatabase()
  await quarantine(database.sql, EVENT)
  await quarantine(database.sql, EVENT)
  const rows = await database.sql`select gateway, content, reason from log.quarantine`
  expect([...rows]).toEqual([{ ...EVENT, reason: 'too long' }])
})

test('it is gone after a year', async () => {
  await using database = await openTestDatabase()
  await quarantine(database.sql, EVENT)
  const year = 365 * 86_400_000
  const job = (now: number): Promise<string> => quarantineJob(database, () => now).run()
  expect(await job(Date.now() + year - 60_000)).toBe('removed 0 rows, 1 wait to be looked at')
  expect(await job(Date.now() + year + 60_000)).toBe('removed 1 rows, 0 wait to be looked at')
})

test('what Postgres says of a row is told from its own trouble', async () => {
  await using database = await openTestDatabase()
  const said = async (ask: (sql: Database['sql']) => Promise<unknown>): Promise<boolean> => {
    try {
      await ask(database.sql)
    } catch (thrown) {
      return isDatabaseTrouble(thrown)
    }
    throw new Error('it did not fail')
  }
  expect(await said((sql) => sql`select 'x'::inet`)).toBe(false)
  expect(await said((sql) => sql`select 1e30::bigint`)).toBe(false)
  expect(await said((sql) => sql`insert into log.quarantine (gateway) values ('g')`)).toBe(false)
  expect(await said((sql) => sql`select ${undefined as never}`)).toBe(false)
  expect(await said(() => Promise.reject(new RangeError('Invalid time value')))).toBe(false)

  expect(await said((sql) => sql`select missing from log.quarantine`)).toBe(true)
  expect(
    await said((sql) =>
      sql.begin('read only', (tx) => tx`delete from log.quarantine where at < now()`),
    ),
  ).toBe(true)
  expect(await said((sql) => sql`select pg_terminate_backend(pg_backend_pid())`)).toBe(true)
  expect(
    await said((sql) =>
      sql.begin(async (tx) => {
        await tx`set local statement_timeout = 20`
        await tx`select pg_sleep(5)`
      }),
    ),
  ).toBe(true)
  const nobody = postgres('postgres://nobody@127.0.0.1:1/nothing', { max: 1 })
  expect(await said(() => nobody`select 1`)).toBe(true)
  await nobody.end()
})
