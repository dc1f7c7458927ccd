import { sql } from 'kysely'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { openTestDatabase } from '../test/support/database.ts'
import { openDatabase } from './connection.ts'

test('a pool that is closed lets a query of Kysely end, and is closed when it has', async () => {
  await using database = await openTestDatabase('template1')
  const pool = openDatabase(database.url, { applicationName: 'closed', max: 1 })
  const done = sql<{ n: number }>`select 1 as n from pg_sleep(0.4)`.execute(pool.kysely)
  await sleep(100)
  const closing = pool.close().then(() => 'closed')
  expect((await done).rows).toEqual([{ n: 1 }])
  // The library by itself waits for five seconds.
  expect(await Promise.race([closing, sleep(2_500, 'still open')])).toBe('closed')
  await closing
})

test('and cuts what does not end', async () => {
  await using database = await openTestDatabase('template1')
  const pool = openDatabase(database.url, { applicationName: 'cut', max: 1 })
  const endless = sql`select pg_sleep(50)`.execute(pool.kysely).then(
    () => 'ended',
    () => 'cut',
  )
  await sleep(100)
  await pool.close()
  expect(await endless).toBe('cut')
})
