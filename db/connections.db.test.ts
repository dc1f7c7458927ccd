import { describe, expect, test } from 'vitest'
import { openTestDatabase } from '../test/support/database.ts'
import type { Database } from './connection.ts'
import { searchConnections } from './connections.ts'
import type { Connection, Criteria } from './connections.ts'

const NOON = Date.parse(`${new Date().toISOString().slice(0, 10)}T12:00:00Z`)
const HOUR_MS = 3_600_000
const ANY: Criteria = { mac: null, ip: null, user: null, site: null, from: null, to: null }

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
    { ...ANY, ...criteria },
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
      { ...ANY, site: 'a' },
      { actor: 'ada', reason: 'case 7' },
    )
    await search.next()
    const [line] =
      await database.sql`select actor, action, reason, details->>'site' as site from audit.entry`
    expect(line).toEqual({ actor: 'ada', action: 'logs.search', reason: 'case 7', site: 'a' })
  })
})
