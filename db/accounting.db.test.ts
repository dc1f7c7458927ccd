import { describe, expect, test } from 'vitest'
import { parseMac } from '#core/mac.ts'
import { openTestDatabase } from '../test/support/database.ts'
import { foldJournal, recordAccounting, restartGateway } from '../test/support/journal.ts'
import type { TestRecord } from '../test/support/journal.ts'
import { seedHouse } from '../test/support/house.ts'
import { recordAcceptance } from './acceptances.ts'
import { openDatabase } from './connection.ts'
import type { Database } from './connection.ts'
import { NO_CRITERIA, searchConnections } from './connections.ts'

const MAC = parseMac('02-00-00-00-00-01')
const T0 = Date.now() - 3_600_000

function record(kind: TestRecord['kind'], minutes: number, more = {}): TestRecord {
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
    publicSource: null,
    at: new Date(T0 + minutes * 60_000),
    sessionSeconds: kind === 'start' ? null : minutes * 60,
    octetsIn: kind === 'start' ? null : BigInt(minutes) * 1000n,
    octetsOut: null,
    nasAt: null,
    counterBits: kind === 'start' ? null : 32,
    cause: kind === 'stop' ? 'User-Request' : null,
    ...more,
  }
}

const START = record('start', 0)
const EARLY = record('interim', 10, { ipv4: '192.168.78.9' })
const LATER = record('interim', 20, { ipv4: '192.168.78.10' })
const STOP = record('stop', 30)

interface Row {
  readonly gateway: string
  readonly mac: string | null
  readonly account: string | null
  readonly ip: string | null
  readonly start: Date
  readonly stop: Date | null
  readonly cause: string | null
}

async function rows({ sql }: Database): Promise<readonly Row[]> {
  const found = await sql<Row[]>`
    select gateway, mac::text, account, host(ipv4) as ip, started_at as start, stopped_at as stop,
           stop_cause as cause
    from log.connection order by gateway, started_at`
  return [...found]
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
        expect(await rows(database)).toEqual([
          {
            gateway: 'gw-0042',
            mac: MAC,
            account: 'bob',
            ip: '192.168.78.10',
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
    await restartGateway(database, { gateway: 'gw-0042', at, cause: 'NAS-Reboot' })
    const found = await rows(database)
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
      publicSource: null,
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
    await foldJournal(database)
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

  test('an Acct-Session-Id that a rebooted gateway gives again is another row, an old Start is not', async () => {
    await using database = await openTestDatabase()
    const again = record('start', 31)
    const seen = record('interim', 36, { sessionSeconds: 300 })
    for (const one of [START, STOP, START, again, START, STOP, seen, again]) {
      await recordAccounting(database, [one])
    }
    expect((await rows(database)).map(({ start, stop }) => [start, stop])).toEqual([
      [START.at, STOP.at],
      [again.at, null],
    ])
  })

  test('a session of the same id whose Start was lost is another row too', async () => {
    await using database = await openTestDatabase()
    const later = record('interim', 45, { sessionSeconds: 600 })
    await recordAccounting(database, [START, STOP, later])
    expect((await rows(database)).map(({ start, stop }) => [start, stop])).toEqual([
      [START.at, STOP.at],
      [new Date(T0 + 35 * 60_000), null],
    ])
  })

  test('a session that goes on after its gateway said it had restarted is open again', async () => {
    await using database = await openTestDatabase()
    await recordAccounting(database, [START])
    const at = new Date(T0 + 60_000)
    await restartGateway(database, { gateway: 'gw-0042', at, cause: 'NAS-Reboot' })
    expect((await rows(database)).map(({ stop }) => stop)).toEqual([at])
    await recordAccounting(database, [EARLY])
    expect((await rows(database)).map(({ stop, cause }) => [stop, cause])).toEqual([[null, null]])
  })

  test('a packet that was sent again with another delay doubles nothing', async () => {
    await using database = await openTestDatabase()
    const late = (one: TestRecord) => ({ ...one, at: new Date(one.at.getTime() + 700) })
    await recordAccounting(database, [START, EARLY, STOP])
    await recordAccounting(database, [late(START), late(EARLY), late(STOP)])
    expect((await rows(database)).map(({ start, stop }) => [start, stop])).toEqual([
      [START.at, STOP.at],
    ])
    const [volume] = await database.sql`select octets_in from log.session`
    expect(volume).toEqual({ octets_in: '30000' })
  })

  test('two servers that write the same session at once lose nothing', async () => {
    await using database = await openTestDatabase()
    const packets = Array.from({ length: 20 }, (_, i) =>
      record('interim', i + 1, { ipv4: `192.168.78.${i + 1}` }),
    )
    const other = openDatabase(database.url, { applicationName: 'test' })
    await Promise.all(
      [START, ...packets].map((one, i) => recordAccounting(i % 2 === 0 ? database : other, [one])),
    )
    await other.close()
    const [found] = await rows(database)
    expect(found).toMatchObject({ start: START.at, ip: '192.168.78.20' })
    const [former] = await database.sql`select count(*)::int as n from log.former_address`
    expect(former).toEqual({ n: 19 })
  })

  test('both clocks are kept', async () => {
    await using database = await openTestDatabase()
    const nasAt = new Date('1970-01-01T00:05:00Z')
    await recordAccounting(database, [
      { ...START, nasAt },
      { ...STOP, nasAt: new Date(T0) },
    ])
    const [row] = await database.sql`
      select started_at, nas_started_at, stopped_at, nas_stopped_at from log.connection`
    expect(row).toEqual({
      started_at: START.at,
      nas_started_at: nasAt,
      stopped_at: STOP.at,
      nas_stopped_at: new Date(T0),
    })
  })

  describe('a clock of ours that jumps', () => {
    const minute = (minutes: number): Date => new Date(T0 + minutes * 60_000)
    /** As it comes when our clock is `off` minutes wrong and the gateway's is right. */
    const packet = (kind: TestRecord['kind'], minutes: number, off = 0, more = {}): TestRecord =>
      record(kind, minutes, { at: minute(minutes + off), nasAt: minute(minutes), ...more })
    const times = async ({ sql }: Database): Promise<readonly object[]> => [
      ...(await sql`
        select started_at as start, nas_started_at as "nasStart", stopped_at as stop,
               nas_stopped_at as "nasStop", host(ipv4) as ip, ipv4_at as "ipAt"
        from log.connection order by started_at`),
    ]
    const right = {
      ...{ start: minute(0), nasStart: minute(0), stop: minute(20), nasStop: minute(20) },
      ...{ ip: '192.168.78.9', ipAt: minute(10) },
    }
    const ip = { ipv4: '192.168.78.9' }

    test.each([-60, 60])('%i minutes in a session: one row, by the right clock', async (jump) => {
      await using database = await openTestDatabase()
      await recordAccounting(database, [packet('start', 0), packet('interim', 10, 0, ip)])
      await recordAccounting(database, [packet('interim', 15, jump, ip)])
      await recordAccounting(database, [packet('stop', 20, jump)])
      expect(await times(database)).toEqual([right])
    })

    test.each([-60, 60])('%i minutes, and is put right in a session: one row', async (jump) => {
      for (const batched of [true, false]) {
        await using database = await openTestDatabase()
        const packets = [
          packet('start', 0, jump),
          packet('interim', 10, jump, ip),
          packet('interim', 15, 0, ip),
          packet('stop', 20),
        ]
        for (const batch of batched ? [packets] : packets.map((one) => [one])) {
          await recordAccounting(database, batch)
        }
        expect(await times(database)).toEqual([right])
      }
    })

    test('a gateway that says nothing of the length: one row', async () => {
      const seconds = { sessionSeconds: 0 }
      for (const [first, second] of [
        [0, -60],
        [60, 0],
      ] as const) {
        await using database = await openTestDatabase()
        await recordAccounting(database, [packet('start', 0, first)])
        await recordAccounting(database, [packet('interim', 10, second, { ...seconds, ...ip })])
        await recordAccounting(database, [packet('stop', 20, second)])
        expect(await times(database)).toEqual([right])
      }
    })

    test('a gateway without a clock: nothing is lost, and no row ends before it begins', async () => {
      for (const jump of [-60, 60]) {
        await using database = await openTestDatabase()
        const without = { nasAt: null }
        await recordAccounting(database, [packet('start', 0, 0, without)])
        await recordAccounting(database, [packet('interim', 15, jump, without)])
        await recordAccounting(database, [packet('stop', 20, jump, without)])
        const found = await database.sql`
          select stopped_at >= started_at as right, stop_cause as cause
          from log.connection where stopped_at is not null`
        expect([...found]).toEqual([{ right: true, cause: 'User-Request' }])
      }
    })

    test('the next session under the same identifier is another row, whatever its clock says', async () => {
      await using database = await openTestDatabase()
      const next = (kind: TestRecord['kind'], minutes: number, nas: number): TestRecord =>
        record(kind, minutes - 60, { at: minute(minutes), nasAt: minute(nas) })
      await recordAccounting(database, [packet('start', 0), packet('stop', 20)])
      // Its gateway has begun in 1970, and finds its time later.
      const year = -29_000_000
      await recordAccounting(database, [next('start', 60, year), next('interim', 70, 70)])
      await recordAccounting(database, [next('stop', 80, 80)])
      expect(await times(database)).toMatchObject([
        { start: minute(0), stop: minute(20) },
        { start: minute(60), stop: minute(80), nasStart: minute(year) },
      ])
    })
  })

  test('a changed address is kept with its time, so that it is known who had it then', async () => {
    await using database = await openTestDatabase()
    const v6 = { ipv6: '2001:db8::1' }
    await recordAccounting(database, [START, EARLY])
    await recordAccounting(database, [{ ...LATER, ...v6 }])
    await recordAccounting(database, [record('interim', 15, { ipv4: '192.168.78.9' }), STOP])
    const [row] = await database.sql`
      select host(ipv4) as v4, ipv4_at, host(ipv6) as v6, ipv6_at from log.connection`
    expect(row).toEqual({
      v4: '192.168.78.10',
      ipv4_at: LATER.at,
      v6: '2001:db8::1',
      ipv6_at: LATER.at,
    })
    const former = await database.sql`
      select host(f.address) as address, f.from_at, f.until_at
      from log.former_address f join log.connection c using (day, id)`
    expect([...former]).toEqual([
      { address: '192.168.78.9', from_at: EARLY.at, until_at: LATER.at },
    ])
    const who = async (ip: string, minutes: number) => {
      const at = new Date(T0 + minutes * 60_000)
      const criteria = { ...NO_CRITERIA, ip, from: at, to: at }
      const look = { actor: 'test', reason: 'test' }
      const users: (string | null)[] = []
      for await (const page of searchConnections(database, criteria, look)) {
        users.push(...page.map(({ user }) => user))
      }
      return users
    }
    expect(await who('192.168.78.9', 14)).toEqual(['bob'])
    expect(await who('192.168.78.9', 25)).toEqual([])
    expect(await who('192.168.78.10', 14)).toEqual([])
    expect(await who('192.168.78.10', 25)).toEqual(['bob'])
  })

  test('an address, a port and an instant lead to the device that had them, also after it got others', async () => {
    await using database = await openTestDatabase()
    const with_ = (one: TestRecord, ports: string): TestRecord => ({
      ...one,
      publicSource: { ip: '198.51.100.7', ports },
    })
    const other = { mac: parseMac('020000000002'), account: 'eve', acctSessionId: 'A2' }
    await recordAccounting(database, [START, with_(EARLY, '3000-3249')])
    await recordAccounting(database, [with_(LATER, '3250-3499'), STOP])
    await recordAccounting(database, [
      { ...START, ...other },
      with_({ ...record('interim', 20, { ipv4: '192.168.78.9' }), ...other }, '3000-3249'),
    ])
    const who = async (publicPort: number, minutes: number) => {
      const at = new Date(T0 + minutes * 60_000)
      const criteria = { ...NO_CRITERIA, publicIp: '198.51.100.7', publicPort, from: at, to: at }
      const look = { actor: 'test', reason: 'test' }
      const found: (string | null)[] = []
      for await (const page of searchConnections(database, criteria, look)) {
        found.push(...page.map((row) => `${row.user} ${row.ip} ${row.publicIp} ${row.publicPorts}`))
      }
      return found
    }
    expect(await who(3249, 15)).toEqual(['bob 192.168.78.9 198.51.100.7 3000-3249'])
    expect(await who(3250, 15)).toEqual([])
    expect(await who(3250, 25)).toEqual(['bob 192.168.78.10 198.51.100.7 3250-3499'])
    expect(await who(3100, 25)).toEqual(['eve 192.168.78.9 198.51.100.7 3000-3249'])
    expect(await who(3500, 25)).toEqual([])
  })

  test('a thousand interims that say nothing new do not touch the log', async () => {
    await using database = await openTestDatabase()
    await recordAccounting(database, [START, record('interim', 1, { ipv4: '192.168.78.9' })])
    const touched = async (): Promise<number> => {
      // What a backend did is counted when it has been idle for a moment.
      await database.sql`select pg_stat_force_next_flush()`
      const [count] = await database.sql<{ n: number }[]>`
        select sum(n_tup_upd + n_tup_ins + n_tup_del)::int as n from pg_stat_user_tables
        where schemaname = 'log' and relname ~ '^(connection|former_address)_'`
      return count?.n ?? -1
    }
    await expect.poll(touched).toBe(1)
    for (let i = 0; i < 1000; i += 20) {
      const batch = Array.from({ length: 20 }, (_, j) =>
        record('interim', 2, { at: new Date(T0 + (120 + i + j) * 1000), ipv4: '192.168.78.9' }),
      )
      await recordAccounting(database, batch)
    }
    await new Promise((done) => setTimeout(done, 1500))
    expect(await touched()).toBe(1)
    const [session] = await database.sql`select version from log.session`
    expect(session).toEqual({ version: 51 })
  })
})
