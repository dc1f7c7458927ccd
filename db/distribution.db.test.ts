import { expect, test } from 'vitest'
import { openTestDatabase } from '../test/support/database.ts'
import { dayFromNow, fillDay } from '../test/support/sealed-log.ts'
import { DISTRIBUTION } from './distribution.ts'

test('each row of the large tables leads to one association, by itself and what every cell has', async () => {
  await using database = await openTestDatabase()
  const { sql } = database
  await sql`insert into house.association (code, name) values ('75', 'Paris'), ('59', 'Nord')`
  await sql`
    insert into house.site (code, name, association, timezone)
    values ('75-0042', 'Nation', '75', 'Europe/Paris'), ('59-0001', 'Lille', '59', 'Europe/Paris')`
  await fillDay(database, dayFromNow(-1), 30, { site: '75-0042' })
  await fillDay(database, dayFromNow(-2), 12, { site: '59-0001' })
  const counts: Record<string, unknown> = {}
  for (const { table, association } of DISTRIBUTION) {
    if (association === null) continue
    counts[table] = Object.fromEntries(
      (
        await sql.unsafe<{ association: string; rows: number }[]>(
          `select ${association} as association, count(*)::int as rows from ${table} t group by 1`,
        )
      ).map((row) => [row.association, row.rows]),
    )
  }
  expect(counts).toEqual({
    ...Object.fromEntries(Object.keys(counts).map((table) => [table, {}])),
    'log.connection_row': { 75: 30, 59: 12 },
  })
})

test('what is held to be everywhere, or where it came, is there, with its reason', async () => {
  await using database = await openTestDatabase()
  const rows = await database.sql<{ name: string }[]>`
    select c.oid::regclass::text as name from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('house', 'staff', 'guest', 'log', 'audit')`
  const there = new Set(rows.map(({ name }) => name))
  for (const { table, reason } of DISTRIBUTION) {
    expect(there).toContain(table)
    expect(reason.length).toBeGreaterThan(20)
  }
})
