import { describe, expect, test } from 'vitest'
import { parseMac } from '#core/mac.ts'
import type { Mac } from '#core/mac.ts'
import { openTestDatabase } from '../test/support/database.ts'
import { seedHouse } from '../test/support/house.ts'
import { recordAcceptance } from './acceptances.ts'
import { foldJournal, recordAccounting } from '../test/support/journal.ts'
import type { TestRecord } from '../test/support/journal.ts'
import type { Database } from './connection.ts'
import { runPurge } from './retention.ts'
import { staleSessionsJob } from './stale-sessions.ts'

const MINUTE_MS = 60_000
const NOW = Date.now()
const MAC = parseMac('02-00-00-00-00-01') as Mac

function record(kind: TestRecord['kind'], minutesAgo: number): TestRecord {
  return {
    kind,
    gateway: 'gw-0042',
    site: '75-0042',
    network: 'guest',
    acctSessionId: 'A1',
    mac: MAC,
    account: null,
    ipv4: null,
    ipv6: null,
    publicSource: null,
    at: new Date(NOW - minutesAgo * MINUTE_MS),
    nasAt: null,
    sessionSeconds: null,
    octetsIn: null,
    octetsOut: null,
    counterBits: null,
    cause: kind === 'stop' ? 'User-Request' : null,
  }
}

async function accept(database: Database, minutesAgo: number, grantMinutes: number): Promise<void> {
  await recordAcceptance(database, {
    mac: MAC,
    ip: '192.168.77.9',
    publicSource: null,
    gateway: 'gw-0042',
    site: '75-0042',
    network: 'guest',
    termsVersion: '2026-01',
    language: 'fr',
    textSha256: 'ab',
    method: 'generic',
    grantSeconds: grantMinutes * 60,
    at: new Date(NOW - minutesAgo * MINUTE_MS),
  })
  await foldJournal(database)
}

const look = (database: Database, minutesLater = 0): Promise<string> =>
  staleSessionsJob(database, () => NOW + minutesLater * MINUTE_MS).run()

/** Stops, in minutes before now, and their causes. */
async function ends({ sql }: Database): Promise<readonly (readonly [number | null, unknown])[]> {
  const rows = await sql<{ stop: Date | null; cause: string | null }[]>`
    select stopped_at as stop, stop_cause as cause from log.connection order by started_at`
  return rows.map(({ stop, cause }) => [
    stop === null ? null : (NOW - stop.getTime()) / MINUTE_MS,
    cause,
  ])
}

describe('a session that falls silent', () => {
  test('is ended after three intervals, at its last packet, and opened again by a late one', async () => {
    await using database = await openTestDatabase()
    await recordAccounting(database, [record('start', 60), record('interim', 50)])
    expect(await look(database, -21)).toMatch(/^0 silent/)
    expect(await look(database)).toMatch(/^1 silent/)
    expect(await ends(database)).toEqual([[50, 'Stale']])
    // The same packet again is no sign of life.
    await recordAccounting(database, [record('interim', 50)])
    expect(await ends(database)).toEqual([[50, 'Stale']])
    await recordAccounting(database, [record('interim', 10)])
    expect(await ends(database)).toEqual([[null, null]])
    expect(await look(database)).toMatch(/^0 silent/)
    await recordAccounting(database, [record('stop', 5)])
    expect(await ends(database)).toEqual([[5, 'User-Request']])
  })

  test('and is really ended later takes the end that its Stop tells', async () => {
    await using database = await openTestDatabase()
    await recordAccounting(database, [record('start', 60)])
    await look(database)
    await recordAccounting(database, [record('stop', 20)])
    expect(await ends(database)).toEqual([[20, 'User-Request']])
  })

  test('is given as long as its gateway takes between two packets', async () => {
    await using database = await openTestDatabase()
    await recordAccounting(database, [record('start', 120), record('interim', 60)])
    expect(await look(database)).toMatch(/^0 silent/)
    expect(await look(database, 119)).toMatch(/^0 silent/)
    expect(await look(database, 121)).toMatch(/^1 silent/)
    expect(await ends(database)).toEqual([[60, 'Stale']])
  })
})

test('a session of weeks keeps all its times, to the millisecond, when it is ended and opened again', async () => {
  await using database = await openTestDatabase()
  const days = 40
  const at = new Date(NOW - 60 * MINUTE_MS + 123)
  const long = {
    ...record('interim', 0),
    ...{ at, nasAt: new Date(7), ipv4: '192.168.77.9', sessionSeconds: days * 86_400 },
  }
  const start = new Date(at.getTime() - days * 86_400_000)
  const times = (): Promise<readonly unknown[]> =>
    database.sql`
      select started_at as start, stopped_at as stop, ipv4_at, nas_stopped_at as nas from log.connection`
  await recordAccounting(database, [long])
  expect([...(await times())]).toEqual([{ start, stop: null, ipv4_at: at, nas: null }])
  expect(await look(database)).toMatch(/^1 silent/)
  expect([...(await times())]).toEqual([{ start, stop: at, ipv4_at: at, nas: null }])
  await recordAccounting(database, [
    { ...long, kind: 'stop', at: new Date(NOW), sessionSeconds: null, cause: 'User-Request' },
  ])
  expect([...(await times())]).toEqual([
    { start, stop: new Date(NOW), ipv4_at: at, nas: new Date(7) },
  ])
})

describe('a connection known from an acceptance alone', () => {
  test('ends with its grant', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    await accept(database, 60, 90)
    expect(await look(database)).toMatch(/ 0 ended grants/)
    expect(await look(database, 31)).toMatch(/ 1 ended grants/)
    expect(await ends(database)).toEqual([[-30, 'Session-Timeout']])
  })

  test('goes on with the grant when the terms are accepted again, and is another one after its end', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    await accept(database, 60, 30)
    await accept(database, 40, 30)
    expect(await ends(database)).toEqual([[null, null]])
    await accept(database, 5, 30)
    await look(database)
    expect(await ends(database)).toEqual([
      [10, 'Session-Timeout'],
      [null, null],
    ])
  })
})

test('volumes go a month after the last packet, and their connections stay for the year', async () => {
  await using database = await openTestDatabase()
  const volume = { octetsIn: 30_000n, octetsOut: 1n, counterBits: 64 } as const
  const two = ['02-00-00-00-00-02', '02-00-00-00-00-03'].map((mac, i) => ({
    ...{ ...record('stop', 5), ...volume, acctSessionId: `B${i}`, mac: parseMac(mac) as Mac },
  }))
  await recordAccounting(database, two)
  // The days of a new database begin a week ago: what is older is made so.
  await database.sql`
    update log.session set day = day - age, last_at = last_at - age * interval '1 day'
    from (select ctid as at, 27 + 3 * row_number() over ()::int as age from log.session) aged
    where session.ctid = aged.at`
  expect(await runPurge(database, NOW, 'test')).toMatchObject({ sessions: 1 })
  expect((await database.sql`select from log.session`).length).toBe(1)
  expect((await database.sql`select from log.connection`).length).toBe(2)
})
