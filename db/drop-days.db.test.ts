import { describe, expect, test } from 'vitest'
import { openTestDatabase } from '../test/support/database.ts'
import { dayFromNow, fillDay, rowId, sealNow } from '../test/support/sealed-log.ts'
import type { Database } from './connection.ts'
import { dropOldDays } from './drop-days.ts'
import { dayTables, goneFrom, makePartitions } from './partitions.ts'
import { verifyChain } from './sealing/verify-chain.ts'
import { verifyDay } from './sealing/verify-day.ts'

const DAY = dayFromNow(-7)
const LATER = goneFrom(DAY)
const THEN = { now: LATER, pinnedKey: null }

function drop(database: Database, patienceMs = 0): ReturnType<typeof dropOldDays> {
  return dropOldDays(database, LATER, { actor: 'test', patienceMs })
}

describe('dropping a day', () => {
  test('takes its rows, keeps its seal, and leaves both in the audit', async () => {
    await using database = await openTestDatabase()
    const { sql } = database
    await fillDay(database, DAY, 3)
    await sealNow(database)
    await sql`update log.connection set account = 'bob' where id = ${rowId(DAY, 1)}`
    await sealNow(database, Date.now() + 3 * 86_400_000)
    const { dropped } = await drop(database)
    expect(dropped).toEqual([
      { day: DAY, rows: 3, held: 0, digest: expect.stringMatching(/^[0-9a-f]{64}$/) },
    ])
    const [line] =
      await sql`select subject, details from audit.entry where action = 'logs.drop-day'`
    expect(line).toMatchObject({ subject: DAY, details: { rows: 3, digest: dropped[0]?.digest } })
    expect(await verifyDay(database, DAY, THEN)).toMatchObject({ connections: 3, problems: [] })
    await sealNow(database, LATER)
    expect(await verifyChain(database, THEN)).toMatchObject({ dropped: 1, problems: [] })
    // What was amended is personal data of the day that went; that it was amended stays sealed.
    expect(await sql`select before, after from log.amendment`).toEqual([
      { before: null, after: null },
    ])
    expect((await verifyDay(database, dayFromNow(0), THEN))?.problems).toEqual([])
    const [left] = await sql`
      select count(*)::int as count from log.seal_leaf where day = ${DAY}`
    expect(left?.['count']).toBe(0)
  })

  test('waits for who reads the log, and holds up neither them nor a writer', async () => {
    await using database = await openTestDatabase()
    await fillDay(database, DAY, 1000)
    const reading = Promise.withResolvers<void>()
    const begun = Promise.withResolvers<void>()
    const read = database.sql.begin(async (sql) => {
      const count = sql`select count(*)::int as count from log.connection`
      const first = await count
      begun.resolve()
      await reading.promise
      return [
        first[0]?.['count'],
        (await sql`select count(*)::int as count from log.connection`)[0],
      ]
    })
    await begun.promise
    let written = 0
    let writing = true
    const write = (async () => {
      for (let n = 1; writing; n += 1) {
        await fillDay(database, dayFromNow((n % 5) - 1), 1, { site: String(n) }).catch(() => {})
        await database.sql`
          update log.connection set account = ${String(n)} where day = ${dayFromNow(0)}`
        written = n
      }
    })()
    // Making the next days must not stop them either.
    expect(await makePartitions(database, Date.now() + 5 * 86_400_000)).toBe(5)
    const before = written
    expect(await drop(database)).toEqual({ dropped: [], waiting: DAY })
    // All this time the reader had the day, and the drop stood behind the reader.
    expect(written).toBeGreaterThan(before)
    expect((await dayTables(database))[0]).toEqual({
      parent: 'connection_row',
      day: DAY,
      state: 'leaving',
    })
    const finishing = drop(database, 10_000)
    setTimeout(reading.resolve, 300)
    await read
    expect((await finishing).dropped).toMatchObject([{ day: DAY, rows: 1000 }])
    writing = false
    await write
  })

  test('that was interrupted anywhere is finished by the next run', async () => {
    await using database = await openTestDatabase()
    await fillDay(database, DAY, 3)
    const name = `connection_row_${DAY.replaceAll('-', '_')}`
    await database.sql.unsafe(
      `alter table log.connection_row detach partition log.${name} concurrently`,
    )
    expect((await drop(database)).dropped).toMatchObject([{ day: DAY, rows: 3 }])
    expect((await dayTables(database)).filter(({ day }) => day === DAY)).toEqual([])
  })
})
