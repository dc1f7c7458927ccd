import { once } from 'node:events'
import { cpSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test } from 'vitest'
import { systemClock } from '#core/clock.ts'
import type { Config } from '#core/config.ts'
import { plainUpstream } from '#core/dns-upstream.ts'
import { silentLog } from '#core/log.ts'
import { chooseUdpLayer } from '#core/udp/udp-layer.ts'
import { createMetrics } from '#core/metrics.ts'
import { DEFAULT_RADIUS_LIMITS } from '#core/radius-limits.ts'
import { openDatabase } from '#db/connection.ts'
import type { Database } from '#db/connection.ts'
import { packListText } from '#db/lists.ts'
import { openTestDatabase } from '../test/support/database.ts'
import { temporaryFolder } from '../test/support/folder.ts'
import { seedHouse, testSeal } from '../test/support/house.ts'
import { startRelay } from '../test/support/postgres-relay.ts'
import { createDnsFilter } from './main.ts'
import { askOverTcp, askOverUdp, wireQuery } from './testing/asking.ts'
import { summary } from './testing/oracle.ts'
import { answerTo, startUpstream } from './testing/scripted-upstream.ts'
import type { ScriptedUpstream } from './testing/scripted-upstream.ts'
import { freePort } from '../test/support/peers/free-ports.ts'
import { soon } from '../test/support/soon.ts'

const folder = temporaryFolder()
const dataDir = folder.path
// Texts and blob of one house are nothing for the next.
afterEach(() => rmSync(join(dataDir, 'dns'), { recursive: true, force: true }))
afterAll(() => folder[Symbol.dispose]())

function configFor(port: number, upstreams: readonly ScriptedUpstream[]): Config {
  const nowhere = { host: '127.0.0.1', port: 0 }
  return {
    databaseUrl: null,
    dataDir,
    trustedProxies: null,
    publicUrl: new URL('https://wifi.example.org'),
    http: nowhere,
    metrics: nowhere,
    radius: nowhere,
    radiusAcct: nowhere,
    radiusEapFirst: 'ttls',
    radiusProcesses: 1,
    eapLayer: null,
    radiusCertificates: ['p256'],
    radiusLimits: DEFAULT_RADIUS_LIMITS,
    radsec: nowhere,
    dns: { host: '127.0.0.1', port },
    dnsFilter: nowhere,
    dnsTls: null,
    dnsUpstream: upstreams.map(({ address }) => plainUpstream(address)),
    udpLayer: null,
    demo: false,
    masterKey: null,
    directory: null,
    oidc: null,
    tracing: null,
    warnings: [],
  }
}

async function startFilter(database: Database, upstreams: readonly ScriptedUpstream[]) {
  const port = await freePort()
  const metrics = createMetrics()
  const config = configFor(port, upstreams)
  const deps = {
    config,
    database,
    seal: testSeal,
    log: silentLog,
    metrics,
    clock: systemClock,
    udp: chooseUdpLayer(null),
  }
  const role = createDnsFilter(deps)
  const before = role.ready()
  await role.start()
  return { role, port, metrics, before }
}

async function rcodeOf(port: number, name: string): Promise<string | undefined> {
  const query = wireQuery(name, { edns: true })
  const answer = await askOverUdp(port, query)
  return answer === null ? 'silence' : summary(query, answer)['rcode']
}

/** How long until a name is answered like this, in milliseconds. */
/** Follows by notification: the poll behind it comes too late to be what was seen. */
async function becomes(port: number, name: string, rcode: string): Promise<void> {
  await soon(async () => expect(await rcodeOf(port, name)).toBe(rcode))
}

describe('the DNS filter of a house', () => {
  test('serves over UDP and TCP, follows the house when it is told, and counts', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    await using upstream = await startUpstream({ udp: (query) => [{ bytes: answerTo(query) }] })
    const { role, port, metrics, before } = await startFilter(database.as('dns'), [upstream])
    try {
      expect(before).toMatch(/not been loaded/)
      expect(role.ready()).toBeNull()

      const blocked = wireQuery('www.bad.example', { type: 65, edns: true })
      const expected = {
        rcode: 'NXDOMAIN',
        ede: '15:cat=adult;ref=9WWQQ',
        soa: 'example:30',
        opt: '1232',
      }
      for (const ask of [askOverUdp, askOverTcp]) {
        const answer = await ask(port, blocked)
        if (answer === null) throw new Error('no answer')
        expect(summary(blocked, answer)).toMatchObject(expected)
      }
      expect(await rcodeOf(port, 'news.example.net')).toBe('NOERROR')

      await database.kysely
        .insertInto('house.rule')
        .values({ action: 'block', domain: 'example.net', network: 'guest' })
        .execute()
      await becomes(port, 'news.example.net', 'NXDOMAIN')

      await database.kysely
        .insertInto('house.rule')
        .values({ action: 'allow', domain: 'bad.example' })
        .execute()
      await becomes(port, 'www.bad.example', 'NOERROR')

      await database.kysely
        .insertInto('house.list')
        .values({
          name: 'games',
          category: 'games',
          blocks: ['guest'],
          sha256: 'ab'.repeat(32),
          content: packListText(Buffer.from('play.example\n||not understood^\n')),
        })
        .execute()
      await becomes(port, 'play.example', 'NXDOMAIN')

      const text = await metrics.text()
      expect(text).toMatch(/^accueil_dns_answers_total\{verdict="blocked"\} [1-9]/m)
      expect(text).toMatch(/^accueil_dns_queries_total\{transport="tcp"\} 1$/m)
      expect(text).toMatch(/^accueil_dns_udp_datagrams_total\{event="received"\} [1-9]/m)
      expect(text).toMatch(/^accueil_dns_udp_datagrams_total\{event="sent"\} [1-9]/m)
      expect(text).toMatch(/^accueil_dns_list_names 2$/m)
      expect(text).toMatch(/^accueil_dns_dropped_total\{reason="internal"\} 0$/m)
      expect(text).not.toMatch(/bad\.example|127\.0\.0\.1/)
    } finally {
      await role.stop()
    }
    expect(role.ready()).toMatch(/not listening/)
    expect(await askOverUdp(port, wireQuery('bad.example'), 100)).toBeNull()
  })

  test('with no database starts from the disk, blocks as before, and follows when it is there', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    const first = await startFilter(database.as('dns'), [])
    expect(await rcodeOf(first.port, 'bad.example')).toBe('NXDOMAIN')
    await first.role.stop()

    await using relay = await startRelay(database.url)
    const away = openDatabase(relay.url, { applicationName: 'test away', role: 'dns' })
    const { role, port } = await startFilter(away, [])
    try {
      expect(role.ready()).toBeNull()
      expect(await rcodeOf(port, 'www.bad.example')).toBe('NXDOMAIN')
      expect(await rcodeOf(port, 'news.example.net')).toBe('SERVFAIL')
      await database.kysely
        .insertInto('house.rule')
        .values({ action: 'block', domain: 'example.net', network: 'guest' })
        .execute()
      await relay.open()
      await soon(async () => expect(await rcodeOf(port, 'news.example.net')).toBe('NXDOMAIN'))
    } finally {
      await role.stop()
      await away.close()
    }
  })

  test('with no database starts from what a version before kept', async () => {
    cpSync(join(import.meta.dirname, 'testing/kept-format-1'), join(dataDir, 'dns'), {
      recursive: true,
    })
    await using relay = await startRelay('postgres://nobody@127.0.0.1/nowhere')
    const away = openDatabase(relay.url, { applicationName: 'test away', role: 'dns' })
    const { role, port } = await startFilter(away, [])
    try {
      expect(role.ready()).toBeNull()
      // By its list, and by its rule.
      expect(await rcodeOf(port, 'www.bad.example')).toBe('NXDOMAIN')
      expect(await rcodeOf(port, 'ruled.example')).toBe('NXDOMAIN')
      expect(await rcodeOf(port, 'news.example.net')).toBe('SERVFAIL')
    } finally {
      await role.stop()
      await away.close()
    }
  })

  test('is ready, and blocks, with no upstream in reach', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    const { role, port } = await startFilter(database.as('dns'), [])
    try {
      expect(role.ready()).toBeNull()
      expect(await rcodeOf(port, 'bad.example')).toBe('NXDOMAIN')
      expect(await rcodeOf(port, 'www.example.net')).toBe('SERVFAIL')
    } finally {
      await role.stop()
    }
  })

  test('is not ready without a list it should block with, says which, and blocks with the others', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    await database.kysely
      .insertInto('house.list')
      .values({
        name: 'broken',
        category: 'broken',
        blocks: ['guest'],
        sha256: 'ab'.repeat(32),
        content: Buffer.from('this is not compressed'),
      })
      .execute()
    const { role, port } = await startFilter(database.as('dns'), [])
    try {
      expect(role.ready()).toMatch(/list "broken" could not be read/)
      expect(await rcodeOf(port, 'bad.example')).toBe('NXDOMAIN')
    } finally {
      await role.stop()
    }
  })

  test('refuses a port in use with a sentence', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    const other = createServer()
    other.listen(0, '127.0.0.1')
    await once(other, 'listening')
    const address = other.address()
    const port = address !== null && typeof address === 'object' ? address.port : 0
    const role = createDnsFilter({
      config: configFor(port, []),
      database,
      seal: testSeal,
      log: silentLog,
      metrics: createMetrics(),
      clock: systemClock,
      udp: chooseUdpLayer(null),
    })
    await expect(role.start()).rejects.toThrow(/DNS over TCP.*already in use/)
    await role.stop()
    other.close()
  })
})
