import { describe, expect, test } from 'vitest'
import { systemClock } from '#core/clock.ts'
import { readConfig } from '#core/config.ts'
import { silentLog } from '#core/log.ts'
import { createMetrics } from '#core/metrics.ts'
import { chooseUdpLayer } from '#core/udp/udp-layer.ts'
import type { Database } from '#db/connection.ts'
import type { DatabaseRole } from '#db/roles.ts'
import { dnsTokenOf } from '#db/dns-tokens.ts'
import { endLift, liftFilter, listLifts } from '#db/filter-lifts.ts'
import { closeFilterWindows, openFilterWindow, readSeenNames } from '#db/filter-windows.ts'
import { removeRule, setRule } from '#db/rule-changes.ts'
import { openTestDatabase } from '../test/support/database.ts'
import { temporaryFolder } from '../test/support/folder.ts'
import { seedHouse, testSeal } from '../test/support/house.ts'
import { freePort } from '../test/support/peers/free-ports.ts'
import { createDnsFilter } from './main.ts'
import { askOverUdp, wireQuery } from './testing/asking.ts'
import { rule } from './testing/filter.ts'
import { summary } from './testing/oracle.ts'
import { answerTo, startUpstream } from './testing/scripted-upstream.ts'
import { soon } from '../test/support/soon.ts'

/** The DNS part of a house, with the rights it has there. */
async function start(database: { as(role: DatabaseRole): Database }) {
  const port = await freePort()
  const folder = temporaryFolder()
  const upstream = await startUpstream({ udp: (query) => [{ bytes: answerTo(query) }] })
  const read = readConfig({
    ACCUEIL_DATA_DIR: folder.path,
    ACCUEIL_DNS_LISTEN: `127.0.0.1:${port}`,
    ACCUEIL_DNS_UPSTREAM: `127.0.0.1:${upstream.address.port}`,
  })
  if (!read.ok) throw new Error(read.problems.join())
  const role = createDnsFilter({
    ...{ config: read.config, database: database.as('dns'), seal: testSeal, log: silentLog },
    ...{ metrics: createMetrics(), clock: systemClock, udp: chooseUdpLayer(null) },
  })
  await role.start()
  return {
    port,
    stop: () => role.stop(),
    async [Symbol.asyncDispose]() {
      await role.stop()
      await upstream[Symbol.asyncDispose]()
      folder[Symbol.dispose]()
    },
  }
}

async function rcodeOf(port: number, query: Uint8Array): Promise<string | undefined> {
  const answer = await askOverUdp(port, query)
  return answer === null ? 'silence' : summary(query, answer)['rcode']
}

async function becomes(port: number, query: Uint8Array, rcode: string): Promise<void> {
  // Long before the poll that stands behind the notification.
  await soon(async () => expect(await rcodeOf(port, query)).toBe(rcode))
}

/** As the resolver of the place sends it: dnsmasq's add-cpe-id. */
function fromPlace(name: string, token: string): Uint8Array {
  const query = wireQuery(name, { edns: true })
  const option = Buffer.concat([
    Buffer.from('fe32', 'hex'),
    Buffer.of(0, token.length),
    Buffer.from(token),
  ])
  query.writeUInt16BE(option.length, query.length - 2)
  return Buffer.concat([query, option])
}

const audit = (database: Database) =>
  database.sql<{ action: string; actor: string }[]>`
    select action, actor from audit.entry order by id`

describe('the filter of a running house', () => {
  test('follows rules, lifts and filters at once, each change with its line in the audit', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    await using house = await start(database)
    const token = await dnsTokenOf(database, testSeal, {
      ...{ site: '75-0042', network: 'guest', device: null },
    })
    const bad = fromPlace('bad.example', token)
    const news = fromPlace('news.example.net', token)
    await becomes(house.port, bad, 'NXDOMAIN')
    await becomes(house.port, news, 'NOERROR')

    const here = { site: '75-0042', network: 'guest' } as const
    expect(await setRule(database, rule('block', 'example.net', here), 'cli:ada')).toBeNull()
    await becomes(house.port, news, 'NXDOMAIN')
    // Only there: who sends no token is somewhere inside.
    expect(await rcodeOf(house.port, wireQuery('news.example.net'))).toBe('NOERROR')
    const until = Date.now() + 3_600_000
    const allow = rule('allow', 'example.net', { ...here, until, note: 'for the fair' })
    expect(await setRule(database, allow, 'cli:ada')).toBe('block')
    await becomes(house.port, news, 'NOERROR')
    expect(await removeRule(database, allow, 'cli:ada')).toBe(true)
    expect(await removeRule(database, allow, 'cli:ada')).toBe(false)

    const scope = { association: null, site: '75-0042', network: null, subject: null }
    const id = await liftFilter(database, scope, {
      ...{ actor: 'cli:ada', reason: 'a film evening', until: new Date(until) },
    })
    await becomes(house.port, bad, 'NOERROR')
    expect(await listLifts(database)).toMatchObject([{ id, madeBy: 'cli:ada' }])
    expect(await endLift(database, id, 'cli:bob')).toBe(true)
    expect(await endLift(database, id, 'cli:bob')).toBe(false)
    await becomes(house.port, bad, 'NXDOMAIN')

    expect((await audit(database)).map(({ action, actor }) => `${action} ${actor}`)).toEqual([
      'rules.block cli:ada',
      'rules.allow cli:ada',
      'rules.remove cli:ada',
      'filter.lift cli:ada',
      'filter.lift.end cli:bob',
    ])
  })

  test('lets names by which people sign in through, whatever lists and rules say', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    await using house = await start(database)
    const query = wireQuery('sso.bad.example')
    expect(await rcodeOf(house.port, query)).toBe('NXDOMAIN')
    await database.sql`insert into staff.walled_garden_name values ('sso.bad.example')`
    await becomes(house.port, query, 'NOERROR')
    expect(await rcodeOf(house.port, wireQuery('other.bad.example'))).toBe('NXDOMAIN')
  })

  test('keeps how much was filtered where, and no name', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    await using house = await start(database)
    const token = await dnsTokenOf(database, testSeal, {
      ...{ site: '75-0042', network: 'guest', device: null },
    })
    await becomes(house.port, fromPlace('planted.bad.example', token), 'NXDOMAIN')
    await rcodeOf(house.port, fromPlace('planted.example.net', token))
    await house.stop()
    await soon(async () => {
      const rows = await database.sql`
        select site, network, category, sum(queries)::int as queries from house.filter_count
        group by site, network, category order by category nulls first`
      expect([...rows]).toEqual([
        { site: '75-0042', network: 'guest', category: null, queries: 1 },
        { site: '75-0042', network: 'guest', category: 'adult', queries: expect.any(Number) },
      ])
    })
  })

  test('keeps how often a name was let through that a list names', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    await using house = await start(database)
    const at = { site: '75-0042', network: 'guest' } as const
    const token = await dnsTokenOf(database, testSeal, { ...at, device: null })
    const planted = fromPlace('planted.bad.example', token)
    await becomes(house.port, planted, 'NXDOMAIN')
    await setRule(database, rule('allow', 'planted.bad.example', at), 'cli:ada')
    await becomes(house.port, planted, 'NOERROR')
    await house.stop()
    await soon(async () => {
      const rows = await database.sql`
        select category, sum(queries)::int as queries, sum(passed)::int as passed
        from house.filter_count group by category order by category nulls first`
      expect([...rows]).toEqual([
        { category: null, queries: 1, passed: 0 },
        { category: 'adult', queries: expect.any(Number), passed: 1 },
      ])
    })
  })

  test('shows the names of one device while a window is open, and keeps none afterwards', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    await database.kysely
      .insertInto('house.filter_device')
      .values({ site: '75-0042', network: 'guest', name: 'tablet', mac: null })
      .execute()
    await using house = await start(database)
    const at = { site: '75-0042', network: 'guest' } as const
    const tablet = await dnsTokenOf(database, testSeal, { ...at, device: 'tablet' })
    const others = await dnsTokenOf(database, testSeal, { ...at, device: null })
    const operator = database.as('operator')
    const who = { actor: 'cli:ada', reason: 'the tablet shows nothing', minutes: 5 }
    const window = await openFilterWindow(operator, { ...at, address: null, device: 'tablet' }, who)

    await soon(async () => {
      await rcodeOf(house.port, fromPlace('planted.bad.example', tablet))
      await rcodeOf(house.port, fromPlace('unwatched.example.net', others))
      const names = await readSeenNames(operator, window.id, '0')
      expect(names.map(({ name, category }) => [name, category])).toContainEqual([
        'planted.bad.example',
        'adult',
      ])
      expect(JSON.stringify(names)).not.toContain('unwatched')
    }, 300)

    await closeFilterWindows(operator, 'cli:ada', window.id)
    // What the filter still had in hand is not written to a window that is closed.
    await rcodeOf(house.port, fromPlace('planted.bad.example', tablet))
    await house.stop()
    const [left] = await database.sql<{ names: number; windows: number }[]>`
      select (select count(*)::int from house.filter_window_name) as names,
        (select count(*)::int from house.filter_window) as windows`
    expect(left).toEqual({ names: 0, windows: 0 })
    const lines = await database.sql<{ line: string }[]>`
      select row_to_json(e)::text as line from audit.entry e order by id`
    expect(lines.map(({ line }) => (JSON.parse(line) as { action: string }).action)).toEqual([
      'filter.watch',
      'filter.watch.end',
    ])
    expect(lines.map(({ line }) => line).join()).not.toContain('planted')
  })

  test('windows that nobody closed are closed by the jobs, with their own rights', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    const at = { site: '75-0042', network: 'guest', address: '192.168.77.9', device: null } as const
    const who = { actor: 'cli:ada', reason: 'test', minutes: 5 }
    await openFilterWindow(database.as('operator'), at, who)
    const jobs = database.as('jobs')
    expect(await closeFilterWindows(jobs, 'job:filter-windows')).toBe(0)
    await database.sql`update house.filter_window set ends_at = now()`
    expect(await closeFilterWindows(jobs, 'job:filter-windows')).toBe(1)
    await expect(
      openFilterWindow(database.as('operator'), at, { ...who, minutes: 61 }),
    ).rejects.toThrow()
  })
})
