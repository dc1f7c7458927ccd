import { expect, test } from 'vitest'
import { openTestDatabase } from '../test/support/database.ts'
import { dayFromNow, fillDay, sealNow } from '../test/support/sealed-log.ts'
import type { Database } from './connection.ts'
import { forgetAccounts } from './log-accounts.ts'
import { writeNames } from './log-names.ts'
import { goneFrom } from './partitions.ts'
import { runPurge } from './retention.ts'

async function names({ sql }: Database): Promise<readonly unknown[]> {
  const rows = await sql<{ name: string }[]>`select name from log.account order by name`
  return rows.map(({ name }) => name)
}

/** As if the time had passed after which no transaction knows a number that it gave. */
function halfAnHourLater({ sql }: Database): Promise<unknown> {
  return sql`update log.account set leaving_at = leaving_at - interval '31 minutes'`
}

test('the name of an account goes with its last row, in the run after the one that drops it', async () => {
  await using database = await openTestDatabase()
  const day = dayFromNow(-7)
  await fillDay(database, day, 2, { account: 'gone' })
  await fillDay(database, dayFromNow(0), 2, { account: 'present' })
  await sealNow(database)
  const now = goneFrom(day)
  expect((await runPurge(database, now, 'test')).dropped).toMatchObject([{ day }])
  expect(await names(database)).toEqual(['gone', 'present'])
  // Not before every transaction that may still write it has ended.
  expect((await runPurge(database, now, 'test')).accounts).toBe(0)
  await halfAnHourLater(database)
  expect((await runPurge(database, now, 'test')).accounts).toBe(1)
  expect(await names(database)).toEqual(['present'])
})

test('an account that comes back while its name is about to go keeps it', async () => {
  await using database = await openTestDatabase()
  await writeNames(database.sql, [{ account: 'ada' }, { account: 'bob' }])
  await forgetAccounts(database)
  await halfAnHourLater(database)
  // Ada is seen again; of bob a transaction that began before has written a row.
  await writeNames(database.sql, [{ account: 'ada' }])
  await database.sql`
    insert into log.origin (site, gateway, network) values ('a', 'gw', 'staff')`
  await database.sql`
    insert into log.connection_row (day, id_tail, origin, account, started_at)
    select ${dayFromNow(0)}, 1, (select id from log.origin), id, now()
    from log.account where name = 'bob'`
  expect(await forgetAccounts(database)).toBe(0)
  expect(await names(database)).toEqual(['ada', 'bob'])
})
