import { describe, expect, test } from 'vitest'
import { parseMac } from '#core/mac.ts'
import { openTestDatabase } from '../test/support/database.ts'
import { seedHouse } from '../test/support/house.ts'
import { recordAcceptance } from './acceptances.ts'
import { closeGatewaySessions, recordAccounting } from './accounting.ts'
import type { AccountingRecord } from './accounting-record.ts'
import { searchConnections } from './connections.ts'
import type { Connection } from './connections.ts'
import type { Database } from './connection.ts'

const MAC = parseMac('02-00-00-00-00-01')
const T0 = Date.now() - 3_600_000

function record(kind: AccountingRecord['kind'], minutes: number, more = {}): AccountingRecord {
  return {
    kind,
    gateway: 'gw-0042',
    site: '75-0042',
    network: 'staff',
    acctSessionId: 'A1',
    mac: MAC,
    account: 'bob',
    ipv4: null,
    ipv6: null,
    at: new Date(T0 + minutes * 60_000),
    sessionSeconds: kind === 'start' ? null : minutes * 60,
    octetsIn: kind === 'start' ? null : BigInt(minutes) * 1000n,
    octetsOut: null,
    cause: kind === 'stop' ? 'User-Request' : null,
    ...more,
  }
}

const START = record('start', 0)
const EARLY = record('interim', 10, { ipv4: '192.168.78.9' })
const LATER = record('interim', 20, { ipv4: '192.168.78.10' })
const STOP = record('stop', 30)

async function rows(database: Database): Promise<readonly Connection[]> {
  const found: Connection[] = []
  const all = { mac: null, ip: null, user: null, site: null, from: null, to: null }
  const look = { actor: 'test', reason: 'test' }
  for await (const page of searchConnections(database, all, look)) found.push(...page)
  return found
}

describe('the connection log', () => {
  test('gives the same row however the packets of a session arrive', async () => {
    const orders = [
      [START, EARLY, LATER, STOP],
      [STOP, LATER, EARLY, START],
      [EARLY, START, STOP, LATER],
      [LATER, STOP, STOP, START, START, EARLY],
    ]
    for (const batched of [true, false]) {
      for (const order of orders) {
        await using database = await openTestDatabase()
        for (const batch of batched ? [order] : order.map((one) => [one])) {
          await recordAccounting(database, batch)
        }
        const found = await rows(database)
        expect(found.map(({ sessionId: _, ...row }) => row)).toEqual([
          {
            site: '75-0042',
            gateway: 'gw-0042',
            network: 'staff',
            mac: MAC,
            user: 'bob',
            ip: '192.168.78.10',
            ipv6: null,
            publicIp: null,
            publicPorts: null,
            start: new Date(T0),
            stop: new Date(T0 + 30 * 60_000),
            cause: 'User-Request',
          },
        ])
        const [session] = await database.sql<{ octets: string; seconds: string }[]>`
          select octets_in as octets, seconds from log.session`
        expect(session).toEqual({ octets: '30000', seconds: '1800' })
      }
    }
  })

  test('counts never go back and an absent counter is not zero', async () => {
    await using database = await openTestDatabase()
    await recordAccounting(database, [LATER])
    await recordAccounting(database, [{ ...EARLY, octetsIn: null }])
    const [session] = await database.sql`select octets_in, octets_out from log.session`
    expect(session).toEqual({ octets_in: '20000', octets_out: null })
  })

  test('Accounting-On closes the open sessions of that gateway and of no other', async () => {
    await using database = await openTestDatabase()
    await recordAccounting(database, [START, { ...START, gateway: 'gw-0043' }])
    const at = new Date(T0 + 60_000)
    expect(
      await closeGatewaySessions(database, { gateway: 'gw-0042', at, cause: 'NAS-Reboot' }),
    ).toBe(1)
    const found = (await rows(database)).toSorted((a, b) => (a.gateway < b.gateway ? -1 : 1))
    expect(found.map((row) => [row.gateway, row.stop, row.cause])).toEqual([
      ['gw-0042', at, 'NAS-Reboot'],
      ['gw-0043', null, null],
    ])
  })

  test('two devices with the same Acct-Session-Id never share a row', async () => {
    await using database = await openTestDatabase()
    await recordAccounting(database, [START])
    await recordAccounting(database, [{ ...START, mac: parseMac('020000000002') }])
    expect(await rows(database)).toHaveLength(2)
  })

  test('a session older than the oldest partition is kept, not refused', async () => {
    await using database = await openTestDatabase()
    await recordAccounting(database, [record('interim', 60, { sessionSeconds: 90 * 86_400 })])
    expect((await rows(database)).map((row) => row.stop)).toEqual([null])
  })

  test('the accounting of a guest takes over the connection that the acceptance opened', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    if (MAC === null) throw new Error('the MAC of this test cannot be read')
    await recordAcceptance(database, {
      mac: MAC,
      ip: '192.168.77.9',
      gateway: 'gw-0042',
      site: '75-0042',
      network: 'guest',
      termsVersion: '2026-01',
      language: 'fr',
      textSha256: 'ab',
      method: 'generic',
      grantSeconds: 3600,
      at: new Date(T0 - 1000),
    })
    const guest = { network: 'guest' as const, account: null }
    await recordAccounting(database, [{ ...START, ...guest }])
    await recordAccounting(database, [{ ...STOP, ...guest }])
    // The next visit under the same grant is a connection of its own, under the same terms.
    await recordAccounting(database, [{ ...record('start', 40), ...guest, acctSessionId: 'A2' }])
    const terms = await database.sql`
      select host(ipv4) as ip, terms_version as terms, started_at as start, stopped_at is null as open
      from log.connection order by started_at`
    expect([...terms]).toEqual([
      { ip: '192.168.77.9', terms: '2026-01', start: new Date(T0), open: false },
      { ip: null, terms: '2026-01', start: new Date(T0 + 40 * 60_000), open: true },
    ])
  })
})
