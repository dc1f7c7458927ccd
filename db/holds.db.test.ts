import { describe, expect, test } from 'vitest'
import { openTestDatabase } from '../test/support/database.ts'
import { dayFromNow, fillDay, rowId, sealNow } from '../test/support/sealed-log.ts'
import type { Database } from './connection.ts'
import { NO_CRITERIA } from './connections.ts'
import { addHold, endHold, listHolds } from './holds.ts'
import { goneFrom } from './partitions.ts'
import { planPurge, runPurge } from './retention.ts'

const DAY = dayFromNow(-7)
const LATER = goneFrom(DAY)
const DAY_MS = 86_400_000

async function held(database: Database): Promise<readonly unknown[]> {
  return database.sql`select id, connection->>'account' as account, former_addresses from log.held`
}

function hold(database: Database, until: string, user = 'bob'): Promise<number> {
  return addHold(database, {
    ...{ caseRef: 'PV 12/2026', reason: 'letter of the judge', until, actor: 'ada' },
    criteria: { ...NO_CRITERIA, user },
    now: Date.now(),
  })
}

describe('a hold', () => {
  test('keeps the rows it names past their year, nothing else, and lets go at its date', async () => {
    await using database = await openTestDatabase()
    const { sql } = database
    await fillDay(database, DAY, 20)
    await sql`update log.connection set account = 'bob' where id = ${rowId(DAY, 7)}`
    await sql`
      insert into log.former_address (day, id, address, from_at, until_at)
      values (${DAY}, ${rowId(DAY, 7)}, '192.168.77.8', now(), now())`
    await sealNow(database)
    const until = new Date(LATER + 10 * DAY_MS).toISOString().slice(0, 10)
    expect(await hold(database, until)).toBe(1)
    const lines = await sql`select action, subject from audit.entry where action like 'logs.hold%'`
    expect([...lines]).toEqual([{ action: 'logs.hold-add', subject: 'PV 12/2026' }])

    expect((await planPurge(database, LATER)).days).toMatchObject([{ day: DAY, rows: 20, held: 1 }])
    await runPurge(database, LATER, 'test')
    expect(await held(database)).toEqual([
      {
        id: rowId(DAY, 7),
        account: 'bob',
        former_addresses: [expect.objectContaining({ address: '192.168.77.8' })],
      },
    ])
    expect(await listHolds(database, false)).toMatchObject([
      { caseRef: 'PV 12/2026', until, madeBy: 'ada', kept: 1 },
    ])

    const lastInstant = Date.parse(`${until}T23:59:59Z`)
    await runPurge(database, lastInstant, 'test')
    expect(await held(database)).toHaveLength(1)
    expect((await planPurge(database, lastInstant + 1000)).copies).toBe(1)
    const { released } = await runPurge(database, lastInstant + 1000, 'test')
    expect(released).toEqual([{ caseRef: 'PV 12/2026', copies: 1 }])
    expect(await held(database)).toEqual([])
    expect(await listHolds(database, false)).toEqual([])
    expect(await listHolds(database, true)).toMatchObject([{ endedBy: 'its date' }])
  })

  test('that was ended lets go, before and after the day is dropped', async () => {
    await using database = await openTestDatabase()
    await fillDay(database, DAY, 2, { account: 'bob' })
    expect(await hold(database, '2099-01-01')).toBe(2)
    await runPurge(database, LATER, 'test')
    expect(await held(database)).toHaveLength(2)
    expect(await endHold(database, 'PV 12/2026', 'ada')).toBe(1)
    expect(await endHold(database, 'PV 12/2026', 'ada')).toBe(0)
    await runPurge(database, LATER, 'test')
    expect(await held(database)).toEqual([])
  })

  test('that names nothing or is over is none', async () => {
    await using database = await openTestDatabase()
    expect(await hold(database, '2099-01-01')).toBe(0)
    expect(await listHolds(database, true)).toEqual([])
    await expect(hold(database, '2020-01-01')).rejects.toThrow(/is over already/)
  })
})
