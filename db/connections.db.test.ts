import { describe, expect, test } from 'vitest'
import { parseMac } from '#core/mac.ts'
import { openTestDatabase } from '../test/support/database.ts'
import { dayFromNow, fillDay, sealNow } from '../test/support/sealed-log.ts'
import type { Database } from './connection.ts'
import { NO_CRITERIA, searchConnections } from './connections.ts'
import type { Connection, Criteria } from './connections.ts'

const NOON = Date.parse(`${new Date().toISOString().slice(0, 10)}T12:00:00Z`)
const HOUR_MS = 3_600_000

function at(hours: number): Date {
  return new Date(NOON + hours * HOUR_MS)
}

/** One row a line: start and stop in hours from noon (stop null: open), address, account, place. */
async function fill(
  database: Database,
  rows: readonly (readonly [number, number | null, string, string | null, string])[],
): Promise<void> {
  for (const [start, stop, ip, user, site] of rows) {
    const column = ip.includes(':') ? 'ipv6' : 'ipv4'
    await database.sql`
      insert into log.connection
        (day, id, site, gateway, network, mac, account, ${database.sql(column)}, started_at, stopped_at)
      values (${at(start).toISOString().slice(0, 10)}, gen_random_uuid(), ${site}, 'gw', 'guest',
              '02:00:00:00:00:01', ${user}, ${ip}, ${at(start)}, ${stop === null ? null : at(stop)})`
  }
}

async function found(
  database: Database,
  criteria: Partial<Criteria>,
): Promise<readonly Connection[]> {
  const rows: Connection[] = []
  const pages = searchConnections(
    database,
    { ...NO_CRITERIA, ...criteria },
    { actor: 'ada', reason: 'case 7' },
  )
  for await (const page of pages) rows.push(...page)
  return rows
}

describe('a search of the log', () => {
  test('by address and instant finds who had it then, the others not', async () => {
    await using database = await openTestDatabase()
    await fill(database, [
      [-4, -3, '192.168.77.9', 'first', 'a'],
      [-2, 1, '192.168.77.9', 'second', 'a'],
      [2, null, '192.168.77.9', 'third', 'a'],
      [-2, 1, '2001:db8::9', 'sixth', 'b'],
    ])
    const who = async (hours: number, ip = '192.168.77.9') =>
      (await found(database, { ip, from: at(hours), to: at(hours) })).map(({ user }) => user)
    expect(await who(-3.5)).toEqual(['first'])
    expect(await who(0)).toEqual(['second'])
    expect(await who(1.5)).toEqual([])
    // Still open.
    expect(await who(9)).toEqual(['third'])
    expect(await who(0, '2001:db8::9')).toEqual(['sixth'])
    expect((await found(database, { site: 'a' })).map(({ user }) => user)).toEqual([
      'first',
      'second',
      'third',
    ])
    expect((await found(database, { user: 'sixth' })).map(({ ipv6 }) => ipv6)).toEqual([
      '2001:db8::9',
    ])
  })

  test('by an address that changed finds each holder only for the time that it was theirs', async () => {
    await using database = await openTestDatabase()
    await fill(database, [[-4, 4, '192.168.77.10', 'ada', 'a']])
    // Until noon she had .9, since then .10.
    await database.sql`update log.connection set ipv4_at = ${at(0)}`
    await database.sql`
      insert into log.former_address (day, id, address, from_at, until_at)
      select day, id, '192.168.77.9', ${at(-4)}, ${at(0)} from log.connection`
    const who = async (hours: number, ip: string) =>
      (await found(database, { ip, from: at(hours), to: at(hours) })).map(
        (row) => `${row.user} ${row.ip}`,
      )
    expect(await who(-2, '192.168.77.9')).toEqual(['ada 192.168.77.9'])
    expect(await who(2, '192.168.77.9')).toEqual([])
    expect(await who(-2, '192.168.77.10')).toEqual([])
    expect(await who(2, '192.168.77.10')).toEqual(['ada 192.168.77.10'])
    expect((await found(database, { ip: '192.168.77.9' })).length).toBe(1)
  })

  test('by public address and port finds the one device that had that port', async () => {
    await using database = await openTestDatabase()
    await fill(database, [
      [-1, 1, '192.168.77.9', 'ada', 'a'],
      [-1, 1, '192.168.77.10', 'bob', 'a'],
    ])
    await database.sql`
      update log.connection set public_ip = '198.51.100.7',
        public_ports = case account when 'ada' then '[1024,2023]' else '[2024,3023]' end::int4range`
    const asked = { publicIp: '198.51.100.7', from: at(0), to: at(0) }
    const rows = await found(database, { ...asked, publicPort: 2024 })
    expect(rows.map((row) => `${row.user} ${row.publicPorts}`)).toEqual(['bob 2024-3023'])
    expect(await found(database, asked)).toHaveLength(2)
    expect(await found(database, { ...asked, publicPort: 5000 })).toEqual([])
  })

  test('reads of the closed days those that have a connection of that time, and no others', async () => {
    await using database = await openTestDatabase()
    const days = [-7, -6, -5, -4].map(dayFromNow)
    for (const day of days) await fillDay(database, day, 1, { account: day })
    const hour = (day: number, hours: number): Date =>
      new Date(Date.parse(`${dayFromNow(day)}T00:00:00Z`) + hours * HOUR_MS)
    // Of the oldest day's two, one goes on, and one is still open.
    await fill(database, [[-7 * 24, -4.5 * 24, '192.168.77.9', 'long', 'a']])
    await fill(database, [[-6 * 24, null, '192.168.77.9', 'open', 'a']])
    await sealNow(database)
    const read = async (at: Date): Promise<readonly string[]> => {
      const rows = await database.sql<{ day: string }[]>`
        select day::text from log.days_to_read(${at}, ${at}, null, '{}') join log.closed_day using (day)
        order by 1`
      return rows.map(({ day }) => day)
    }
    expect(await read(hour(-7, -1))).toEqual([])
    expect(await read(hour(-7, 0.1))).toEqual([days[0]])
    expect(await read(hour(-5, 0.1))).toEqual([days[0], days[1], days[2]])
    expect(await read(hour(-4, 12))).toEqual([days[1]])
    expect(await read(hour(200, 0))).toEqual([days[1]])
    const then = { ip: '192.168.77.9', from: hour(-5, 12), to: hour(-5, 12) }
    const users = async (): Promise<readonly (string | null)[]> =>
      (await found(database, then)).map(({ user }) => user)
    expect(await users()).toEqual(['long', 'open'])
    // A late packet is found at once; at the next run the day is passed over again where it may be.
    await database.sql`
      update log.connection set stopped_at = ${hour(-5, 13)} where account = ${days[0] ?? ''}`
    await database.sql`update log.connection set stopped_at = ${hour(-6, 1)} where account = 'long'`
    await database.sql`
      update log.connection set stopped_at = ${hour(-6, 13)} where account = 'open'`
    expect(await users()).toEqual([days[0]])
    await sealNow(database)
    expect(await users()).toEqual([days[0]])
    expect(await read(hour(-5, 12))).toEqual([days[0]])
    expect(await read(hour(-6, 13))).toEqual([days[0], days[1]])
    expect(await read(hour(200, 0))).toEqual([])
  })

  test('by device or account passes over the closed days on which it was not', async () => {
    await using database = await openTestDatabase()
    const days = [-7, -6, -5, -4].map(dayFromNow)
    for (const day of days) await fillDay(database, day, 2, { account: `of ${day}` })
    await database.sql`
      update log.connection set mac = '02:00:00:00:00:02' where day = ${days[2] ?? ''}`
    await sealNow(database)
    const read = async (criteria: Partial<Criteria>): Promise<readonly string[]> => {
      const rows = await database.sql<{ day: string }[]>`
        select day::text from log.days_to_read(null, null, null,
          log.named_hashes(${database.sql.json({ ...criteria })}))
        join log.closed_day using (day) order by 1`
      return rows.map(({ day }) => day)
    }
    const account = { user: `of ${days[1] ?? ''}` }
    expect(await read(account)).toEqual([days[1]])
    expect(await found(database, account)).toHaveLength(2)
    const device = { mac: parseMac('02:00:00:00:00:02') }
    expect(await read(device)).toEqual([days[2]])
    expect(await found(database, device)).toHaveLength(2)
    expect(await read({ ...device, ...account })).toEqual([])
    expect(await read({})).toEqual(days)
    // A late packet names it on another day.
    await database.sql`
      update log.connection set mac = '02:00:00:00:00:02' where day = ${days[0] ?? ''}`
    expect(await found(database, device)).toHaveLength(4)
    await sealNow(database)
    expect(await read(device)).toEqual([days[0], days[2]])
    expect(await found(database, device)).toHaveLength(4)
  })

  test('finds what began months before it was first heard of, whatever the order of days', async () => {
    await using database = await openTestDatabase()
    await fill(database, [[-100, -99, '192.168.77.9', 'usual', 'a']])
    // Kept under a day of which there is a partition, as db/sessions.ts does.
    await database.sql`
      insert into log.connection (day, id, site, gateway, network, started_at, nas_started_at, stopped_at,
                                  account)
      select ${dayFromNow(-4)}, gen_random_uuid(), 'a', 'g', 'staff', ${at(-90 * 24)}, ${at(-90 * 24)},
             ${at(-98)}, 'late'`
    await sealNow(database)
    await fill(database, [[-1, null, '192.168.77.9', 'today', 'a']])
    expect((await found(database, { site: 'a' })).map(({ user }) => user)).toEqual([
      'late',
      'usual',
      'today',
    ])
    const asked = { site: 'a', from: at(-60 * 24), to: at(-60 * 24) }
    const [row] = await found(database, asked)
    expect(row).toMatchObject({ user: 'late', start: at(-90 * 24), stop: at(-98) })
  })

  test('whose text looks like SQL is a text', async () => {
    await using database = await openTestDatabase()
    await fill(database, [[-1, 1, '192.168.77.9', "o'neil", 'a']])
    expect(await found(database, { user: "o'neil" })).toHaveLength(1)
    expect(await found(database, { user: "x' or true --" })).toEqual([])
  })

  test('gives every row once, in order, however many pages it takes', async () => {
    await using database = await openTestDatabase()
    await database.sql`
      insert into log.connection (day, id, site, gateway, network, started_at)
      select ${new Date(NOON)}::date, gen_random_uuid(), 'a', 'gw', 'guest',
             ${new Date(NOON)}::timestamptz + (n / 3) * interval '1 ms'
      from generate_series(0, 2499) n`
    const rows = await found(database, { site: 'a' })
    expect(new Set(rows.map(({ sessionId }) => sessionId)).size).toBe(2500)
    expect(rows.every((row, i) => i === 0 || row.start >= (rows[i - 1]?.start ?? row.start))).toBe(
      true,
    )
  })

  test('leaves its line in the audit before the first row, with who and why', async () => {
    await using database = await openTestDatabase()
    const search = searchConnections(
      database,
      { ...NO_CRITERIA, site: 'a' },
      { actor: 'ada', reason: 'case 7' },
    )
    await search.next()
    const [line] =
      await database.sql`select actor, action, reason, details->>'site' as site from audit.entry`
    expect(line).toEqual({ actor: 'ada', action: 'logs.search', reason: 'case 7', site: 'a' })
  })
})
