import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { silentLog } from '#core/log.ts'
import { parseMac } from '#core/mac.ts'
import { openTestDatabase } from '../../test/support/database.ts'
import { peakOf } from '../../test/support/live-bytes.ts'
import { testSeal } from '../../test/support/house.ts'
import {
  behindTheTrigger,
  dayFromNow,
  fillDay,
  rowId,
  sealNow,
} from '../../test/support/sealed-log.ts'
import { recordAccounting } from '../../test/support/journal.ts'
import type { TestRecord } from '../../test/support/journal.ts'
import type { Database } from '../connection.ts'
import { createJobRunner } from '../jobs.ts'
import { sealingJob } from './job.ts'
import { signBytes, statementText } from './day-seal.ts'
import { closedFrom } from './seal-day.ts'
import { loadSeals } from './seals.ts'
import { verifyChain } from './verify-chain.ts'
import { verifyDay } from './verify-day.ts'

const DAY = dayFromNow(-5)
const BIG_DAY = 25_000
const NOW = { now: Date.now(), pinnedKey: null }

async function problemsOf(database: Database, day = DAY): Promise<readonly string[]> {
  return (await verifyDay(database, day, NOW))?.problems ?? ['it was never sealed']
}

describe('a closed day', () => {
  test('is sealed two days after its end, once, each day chained to the one before', async () => {
    await using database = await openTestDatabase()
    expect(new Date(closedFrom('2028-02-28')).toISOString()).toBe('2028-03-02T00:00:00.000Z')
    expect(new Date(closedFrom('2027-02-28')).toISOString()).toBe('2027-03-03T00:00:00.000Z')
    await fillDay(database, DAY, 3)
    await fillDay(database, dayFromNow(-2), 3)
    expect(await sealNow(database)).toBe('5 days sealed, 0 seals published')
    expect(await sealNow(database)).toBe('0 days sealed, 0 seals published')
    const seals = await loadSeals(database.sql)
    expect(seals.map(({ day, connections }) => [day, connections])).toEqual([
      [dayFromNow(-7), 0],
      [dayFromNow(-6), 0],
      [DAY, 3],
      [dayFromNow(-4), 0],
      [dayFromNow(-3), 0],
    ])
    expect(await verifyChain(database, NOW)).toMatchObject({ seals: 5, problems: [] })
    expect(await verifyDay(database, DAY, NOW)).toMatchObject({ connections: 3, problems: [] })
    expect(await verifyDay(database, dayFromNow(-2), NOW)).toBeNull()
  })

  test('is sealed once by however many processes', async () => {
    await using database = await openTestDatabase()
    const fleet = [1, 2, 3].map(() =>
      createJobRunner({
        database,
        log: silentLog,
        clock: Date.now,
        jobs: [sealingJob({ database, seal: testSeal, log: silentLog, clock: Date.now })],
      }),
    )
    await Promise.all(fleet.map((runner) => runner.start()))
    // A command at the same time is in nobody's queue of jobs.
    await Promise.all([sealNow(database), sealNow(database, Date.now() + 86_400_000)])
    expect(fleet.map((runner) => runner.problem())).toEqual([null, null, null])
    await Promise.all(fleet.map((runner) => runner.stop()))
    expect(await verifyChain(database, NOW)).toMatchObject({ seals: 6, problems: [] })
    const keys = await database.sql`select id from log.sealing_key`
    expect(keys).toHaveLength(1)
  })

  test('that nobody sealed is told', async () => {
    await using database = await openTestDatabase()
    const { problems } = await verifyChain(database, NOW)
    expect(problems[0]).toBe(
      `${dayFromNow(-7)} is closed and not sealed; does a process with the role jobs run?`,
    )
  })
})

describe('a row touched behind the trigger', () => {
  test.each([
    ['update', `update log.connection set account = 'eve' where id = $ID`, 'was changed'],
    ['delete', `delete from log.connection where id = $ID`, 'is missing'],
  ])('is named: %s', async (_, statement, said) => {
    await using database = await openTestDatabase()
    await fillDay(database, DAY, 2000)
    await sealNow(database)
    await behindTheTrigger(database, statement.replace('$ID', `'${rowId(DAY, 1234)}'`))
    expect(await problemsOf(database)).toEqual([
      expect.stringMatching(new RegExp(`^row ${rowId(DAY, 1234)} ${said}`)),
    ])
    expect(await problemsOf(database, dayFromNow(-4))).toEqual([])
  })

  test('is named: insert, and a former address', async () => {
    await using database = await openTestDatabase()
    await fillDay(database, DAY, 3)
    await database.sql`
      insert into log.former_address (day, id, address, from_at, until_at)
      values (${DAY}, ${rowId(DAY, 1)}, '192.168.77.8', now(), now()),
             (${DAY}, ${rowId(DAY, 1)}, '192.168.77.7', now(), now())`
    await sealNow(database)
    expect(await problemsOf(database)).toEqual([])
    await behindTheTrigger(
      database,
      `insert into log.connection (day, id, site, gateway, network, started_at)
       values ('${DAY}', '${rowId(DAY, 9)}', 's', 'g', 'guest', '${DAY}T10:00:00Z');
       update log.former_address set address = '192.168.77.6' where address = '192.168.77.7'`,
    )
    expect(await problemsOf(database)).toEqual([
      `row ${rowId(DAY, 9)} was added after the day was sealed`,
      `a former address of row ${rowId(DAY, 1)} was changed after the day was sealed`,
    ])
  })

  test('is found too when the list that names rows was made to fit', async () => {
    await using database = await openTestDatabase()
    await fillDay(database, DAY, 2)
    await sealNow(database)
    await behindTheTrigger(
      database,
      `update log.connection set account = 'eve' where id = '${rowId(DAY, 1)}';
       set local timezone = 'UTC';
       update log.seal_leaf set leaves = (
         select string_agg(uuid_send(c.id) || substr(log.row_hash(to_jsonb(c)), 1, 8), '' order by c.id)
         from log.connection c where c.day = '${DAY}')
       where day = '${DAY}' and part = 'connection'`,
    )
    expect(await problemsOf(database)).toEqual([expect.stringContaining('was altered')])
  })
})

describe('an amendment', () => {
  test('accounts for what happens to a sealed day, and is sealed with its own day', async () => {
    await using database = await openTestDatabase()
    await fillDay(database, DAY, 5)
    await sealNow(database)
    const { sql } = database
    await sql`update log.connection set stop_cause = 'Lost-Carrier' where id = ${rowId(DAY, 1)}`
    await sql`update log.connection set stop_cause = 'Idle-Timeout' where id = ${rowId(DAY, 1)}`
    await sql`update log.connection set stop_cause = stop_cause where id = ${rowId(DAY, 2)}`
    await sql`delete from log.connection where id = ${rowId(DAY, 3)}`
    await fillDay(database, DAY, 0)
    await sql`
      insert into log.connection (day, id, site, gateway, network, started_at)
      values (${DAY}, ${rowId(DAY, 9)}, 's', 'g', 'guest', now())`
    await sql`
      insert into log.former_address (day, id, address, from_at, until_at)
      values (${DAY}, ${rowId(DAY, 1)}, '192.168.77.8', now(), now())`
    expect(await verifyDay(database, DAY, NOW)).toMatchObject({ amendments: 5, problems: [] })

    await sealNow(database, Date.now() + 3 * 86_400_000)
    const today = dayFromNow(0)
    expect((await loadSeals(sql)).find(({ day }) => day === today)?.amendments).toBe(5)
    expect(await problemsOf(database, today)).toEqual([])

    await sql`update log.amendment set after = after || '{"account": "eve"}' where n = 2`
    expect(await problemsOf(database)).toEqual([
      `row ${rowId(DAY, 1)} was changed after its last noted amendment`,
      'amendment 2 was changed after it was made',
    ])
    await sql`delete from log.amendment where n = 2`
    expect(await problemsOf(database, today)).toEqual(['amendment 2 is missing'])
  })

  test('is what a connection leaves that outlasts the sealing of the day it began', async () => {
    await using database = await openTestDatabase()
    const began = Date.parse(`${DAY}T10:00:00Z`)
    const packet = (kind: TestRecord['kind'], hours: number, ipv4: string) => ({
      ...{ kind, gateway: 'gw-0042', site: '75-0042', network: 'staff' as const },
      ...{ acctSessionId: 'A1', mac: parseMac('02-00-00-00-00-01'), account: 'bob' },
      ...{
        ipv4,
        ipv6: null,
        publicSource: null,
        at: new Date(began + hours * 3_600_000),
        nasAt: null,
      },
      ...{ sessionSeconds: hours * 3600, octetsIn: null, octetsOut: null, counterBits: null },
      cause: kind === 'stop' ? 'User-Request' : null,
    })
    await recordAccounting(database, [packet('start', 0, '192.168.78.9')])
    await sealNow(database)
    await recordAccounting(database, [packet('interim', 90, '192.168.78.10')])
    await recordAccounting(database, [packet('stop', 100, '192.168.78.10')])
    const report = await verifyDay(database, DAY, NOW)
    expect(report).toMatchObject({ connections: 1, problems: [] })
    expect(report?.amendments).toBeGreaterThanOrEqual(2)
  })

  test('is not made for a day that is not closed', async () => {
    await using database = await openTestDatabase()
    await fillDay(database, DAY, 5)
    await database.sql`update log.connection set account = 'bob'`
    await sealNow(database)
    expect(await verifyDay(database, DAY, NOW)).toMatchObject({ amendments: 0, problems: [] })
  })

  test('never falls between the closing of a day and its seal, however writers race it', async () => {
    await using database = await openTestDatabase()
    await fillDay(database, DAY, 500)
    let writing = true
    let n = 0
    const writer = async (): Promise<void> => {
      while (writing) {
        n += 1
        await database.sql`
          update log.connection set account = ${`a${n}`} where id = ${rowId(DAY, (n % 500) + 1)}`
      }
    }
    const writers = [writer(), writer(), writer()]
    await sealNow(database)
    writing = false
    await Promise.all(writers)
    const report = await verifyDay(database, DAY, NOW)
    expect(report?.problems).toEqual([])
    expect(report?.amendments).toBeGreaterThan(0)
  })
})

describe('the chain', () => {
  async function sealedDatabase(): Promise<Awaited<ReturnType<typeof openTestDatabase>>> {
    const database = await openTestDatabase()
    await fillDay(database, DAY, 2)
    await sealNow(database)
    return database
  }
  const problems = async (database: Database): Promise<readonly string[]> =>
    (await verifyChain(database, NOW)).problems

  test('shows a seal that was changed', async () => {
    await using database = await sealedDatabase()
    await database.sql`update log.seal set connections = 3 where day = ${DAY}`
    expect(await problems(database)).toEqual([
      `the signature of the seal of ${DAY} does not fit`,
      `the chain is broken between ${DAY} and ${dayFromNow(-4)}: a seal there was changed, remade or taken out`,
    ])
    expect(await problemsOf(database)).toContain(`the signature of the seal of ${DAY} does not fit`)
  })

  test('shows a seal that was taken out', async () => {
    await using database = await sealedDatabase()
    await database.sql`delete from log.seal where day = ${DAY}`
    expect(await problems(database)).toEqual([
      `the chain is broken between ${dayFromNow(-6)} and ${dayFromNow(-4)}: a seal there was changed, remade or taken out`,
      `the seal of ${DAY} is missing`,
    ])
  })

  test('shows a day that was marked as dropped so that nobody looks at its rows', async () => {
    await using database = await sealedDatabase()
    await database.sql`update log.seal set dropped_at = now() + interval '9 years' where day = ${DAY}`
    const said = [
      `${DAY} is marked as dropped and is there`,
      `${DAY} was dropped before its year was over`,
    ]
    expect(await problems(database)).toEqual(said)
    expect(await problemsOf(database)).toEqual(said)
  })

  test('shows a key that was put in the place of the one that signed', async () => {
    await using database = await sealedDatabase()
    await database.sql`update log.sealing_key set public_pem = 'no key'`
    expect(await problems(database)).toHaveLength(5)
  })

  test('shows a seal that was remade, with the right key or a wrong one', async () => {
    await using database = await sealedDatabase()
    const seal = (await loadSeals(database.sql)).find(({ day }) => day === DAY)
    if (seal === undefined) throw new Error('there is no seal')
    const { privateKey, publicKey } = generateKeyPairSync('ed25519')
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    const forged = signBytes(pem, statementText({ ...seal, connections: 1 }))
    await database.sql`
      update log.seal set connections = 1, signature = decode(${forged}, 'base64') where day = ${DAY}`
    expect(await problems(database)).toEqual([
      `the signature of the seal of ${DAY} does not fit`,
      expect.stringContaining('the chain is broken'),
    ])
    const other = publicKey.export({ type: 'spki', format: 'pem' }).toString()
    const pinned = await verifyChain(database, { ...NOW, pinnedKey: other })
    expect(pinned.problems.filter((line) => line.includes('which is not the one'))).toHaveLength(5)
  })
})

test('a big day is sealed and verified without holding it in memory', async () => {
  await using database = await openTestDatabase()
  await fillDay(database, DAY, BIG_DAY)
  const held = await peakOf(async () => {
    await sealNow(database)
    await behindTheTrigger(
      database,
      `update log.connection set mac = '02:00:00:00:00:02' where id = '${rowId(DAY, 17_777)}'`,
    )
    expect(await problemsOf(database)).toEqual([
      `row ${rowId(DAY, 17_777)} was changed after the day was sealed`,
    ])
  })
  const [size] = await database.sql<{ bytes: number }[]>`
    select sum(length(leaves))::int as bytes from log.seal_leaf where day = ${DAY}`
  expect(size?.bytes).toBe(24 * BIG_DAY)
  // A third of a kilobyte a row: the rows themselves would not fit.
  expect(held).toBeLessThan(300 * BIG_DAY)
})
