import { createServer } from 'node:http'
import type { IncomingHttpHeaders, Server, ServerResponse } from 'node:http'
import { createSocket } from 'node:dgram'
import { createServer as createTcpServer } from 'node:net'
import type { AddressInfo } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { describe, expect, test } from 'vitest'
import type { ChannelSettings } from '#db/alert-channels.ts'
import { channelContext } from '#db/alert-channels.ts'
import { deliveryStates } from '#db/alert-deliveries.ts'
import { openTestDatabase } from '../../test/support/database.ts'
import type { TestDatabase } from '../../test/support/database.ts'
import { seedHouse, testSeal } from '../../test/support/house.ts'
import { mailServer } from '../../test/support/mail-server.ts'
import type { Mail } from '../../test/support/mail-server.ts'
import { createTestAuthority } from '../../test/support/gateway-certificate.ts'
import { when } from '../text/when.ts'
import { alertsJob } from './alerts-job.ts'
import { sendAlert } from './send-alert.ts'

const publicUrl = new URL('https://wifi.example.org')
const MINUTE = 60_000

/** What a receiver on loopback shows, and the authority that a channel trusts for it. */
async function loopbackCertificate(): Promise<{ ca: string; key: string; cert: string }> {
  const authority = await createTestAuthority('receivers')
  const { pem, keyPem } = await authority.issue('127.0.0.1', ['127.0.0.1'])
  return { ca: authority.declared.pem, key: keyPem, cert: pem }
}

interface World {
  now: number
  readonly database: TestDatabase
  readonly counts: Record<'sent' | 'failed' | 'given-up', number>
  run(): Promise<string>
  raise(kind?: string, key?: string, site?: string | null): Promise<void>
  declare(settings: ChannelSettings, more?: Declared): Promise<void>
  deliveries(): Promise<readonly string[]>
}

interface Declared {
  readonly name?: string
  readonly kinds?: readonly string[]
  readonly associations?: readonly string[]
  readonly quiet?: readonly string[]
}

async function withHouse(use: (world: World) => Promise<void>): Promise<void> {
  await using database = await openTestDatabase()
  await seedHouse(database)
  const { sql } = database
  const counts = { sent: 0, failed: 0, 'given-up': 0 }
  const count = (what: keyof typeof counts) => ({ inc: () => void (counts[what] += 1) })
  const world: World = {
    now: Date.now() + 1000,
    database,
    counts,
    run: () =>
      alertsJob({
        ...{ database: database.as('jobs'), seal: testSeal, publicUrl, clock: () => world.now },
        // Who never answers is waited for in vain, however long.
        send: (channel, message, at) =>
          sendAlert(channel, message, at, channel.name === 'hung' ? 300 : undefined),
        report: () => {},
        outcomes: {
          ...{ sent: count('sent'), failed: count('failed') },
          'given-up': count('given-up'),
        },
      }).run(),
    async raise(kind = 'log-export', key = 'PV-1', site = null) {
      await sql`
        select house.raise_alert(${kind}, ${key}, ${site}, null, null, 'cli:ada', ${key}, 1)`
    },
    async declare(settings, { name = 'desk', kinds = [], associations = [], quiet = [] } = {}) {
      await sql`
        insert into house.alert_channel (name, kind, settings, host, kinds, associations,
          quiet_hours, timezone, language, position)
        values (${name}, ${settings.kind},
          ${testSeal.seal(JSON.stringify(settings), channelContext(name))}, 'h',
          ${[...kinds]}, ${[...associations]}, ${[...quiet]}, 'Europe/Paris', 'fr', 0)`
    },
    async deliveries() {
      const rows = await sql<{ line: string }[]>`
        select concat_ws(' ', channel, attempts, told,
          case when sent_at is not null then 'sent' when gave_up_at is not null then 'given up'
            else 'waits' end, failure) as line
        from house.alert_delivery order by channel, alert`
      return rows.map(({ line }) => line)
    },
  }
  await use(world)
}

interface Receiver extends AsyncDisposable {
  readonly url: string
  readonly got: { readonly body: string; readonly headers: IncomingHttpHeaders }[]
  answer(response: ServerResponse): void
}

async function receiver(): Promise<Receiver> {
  const server: Server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk: Buffer) => (body += chunk.toString()))
    request.on('end', () => {
      made.got.push({ body, headers: request.headers })
      made.answer(response)
    })
  })
  await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done))
  const made: Receiver = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    got: [],
    answer: (response) => void response.end('ok'),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
  return made
}

const slack = (url: string): ChannelSettings => ({ kind: 'slack', url, ca: null })
const status =
  (code: number, headers: Record<string, string> = {}) =>
  (response: ServerResponse): void =>
    void response.writeHead(code, headers).end()

describe('a channel', () => {
  test('is told once of what is new to it, and of nothing from before it was there', async () => {
    await withHouse(async (world) => {
      await using desk = await receiver()
      await world.raise('log-export', 'old')
      await new Promise((done) => setTimeout(done, 5))
      await world.declare(slack(desk.url))
      await world.raise('log-export', 'new')
      expect(await world.run()).toBe('1 sent, 0 failed, 0 wait for the end of quiet hours')
      expect(await world.run()).toContain('0 sent')
      expect(desk.got).toHaveLength(1)
      expect(desk.got[0]?.body).toContain('new')
      expect(await world.deliveries()).toEqual(['desk 0 1 sent'])
    })
  })

  test('hears of the kinds and the associations that it is for', async () => {
    await withHouse(async (world) => {
      await using desk = await receiver()
      await world.declare(slack(desk.url), { name: 'roles', kinds: ['role-granted'] })
      await world.declare(slack(desk.url), { name: 'paris', associations: ['75'] })
      await world.raise('log-export', 'PV-1')
      await world.raise('role-granted', 'x')
      await world.raise('gateway-impersonated', 'gw-0042', '75-0042')
      await world.run()
      expect(await world.deliveries()).toEqual(['paris 0 1 sent', 'roles 0 1 sent'])
    })
  })

  test('reads the times of a place by its clock, the others by the organisation’s', async () => {
    await withHouse(async (world) => {
      await using desk = await receiver()
      const { sql } = world.database
      await sql`update house.organisation set timezone = 'America/Martinique'`
      await sql`update house.site set timezone = 'Indian/Reunion'`
      await world.declare(slack(desk.url))
      await world.raise('log-export', 'PV-1')
      await world.raise('gateway-impersonated', 'gw-0042', '75-0042')
      await world.run()
      const rows = await sql<{ at: Date }[]>`select first_at as at from house.alert order by id`
      const own = { language: 'fr', zone: 'America/Martinique' } as const
      expect(desk.got.map(({ body }) => body)).toEqual(
        rows.map(({ at }, i) =>
          expect.stringContaining(when(at, own, i === 0 ? null : 'Indian/Reunion')),
        ),
      )
      expect(desk.got.map(({ body }) => body.includes('(UTC+4)'))).toEqual([false, true])
    })
  })

  test('is told the number of what went on, when it is over', async () => {
    await withHouse(async (world) => {
      await using desk = await receiver()
      await world.declare(slack(desk.url))
      await world.raise()
      await world.run()
      for (let i = 0; i < 8; i += 1) await world.raise()
      await world.run()
      expect(desk.got).toHaveLength(1)
      world.now += 62 * MINUTE
      await world.run()
      await world.run()
      expect(desk.got).toHaveLength(2)
      expect(desk.got[1]?.body).toContain('(9 fois)')
    })
  })

  test('that fails is tried again after a pause that grows, and what waits behind it waits', async () => {
    await withHouse(async (world) => {
      await using desk = await receiver()
      desk.answer = status(500)
      await world.declare(slack(desk.url))
      await world.raise('log-export', 'a')
      await world.raise('log-export', 'b')
      await world.run()
      expect(await world.deliveries()).toEqual(['desk 1 waits HTTP 500', 'desk 0 waits'])
      await world.run()
      expect(desk.got).toHaveLength(1)
      world.now += MINUTE
      await world.run()
      world.now += MINUTE
      await world.run()
      expect(desk.got).toHaveLength(2)
      desk.answer = status(204)
      world.now += MINUTE
      await world.run()
      expect(await world.deliveries()).toEqual(['desk 0 1 sent', 'desk 0 1 sent'])
      expect(world.counts).toEqual({ sent: 2, failed: 2, 'given-up': 0 })
    })
  })

  test('is left alone for as long as it asks (429, Retry-After)', async () => {
    await withHouse(async (world) => {
      await using desk = await receiver()
      desk.answer = status(429, { 'Retry-After': '600' })
      await world.declare(slack(desk.url))
      await world.raise()
      await world.run()
      world.now += 9 * MINUTE
      await world.run()
      expect(desk.got).toHaveLength(1)
      world.now += 2 * MINUTE
      await world.run()
      expect(desk.got).toHaveLength(2)
    })
  })

  test(
    'that hangs keeps no other waiting, and is not waited for',
    { timeout: 60_000 },
    async () => {
      await withHouse(async (world) => {
        await using hung = await receiver()
        await using desk = await receiver()
        hung.answer = () => {}
        await world.declare(slack(hung.url), { name: 'hung' })
        await world.declare(slack(desk.url))
        await world.raise()
        expect(await world.run()).toContain('1 sent, 1 failed')
        expect(await world.deliveries()).toEqual([
          'desk 0 1 sent',
          'hung 1 waits it did not answer within 0.3 s',
        ])
      })
    },
  )

  test('that leads elsewhere is not followed', async () => {
    await withHouse(async (world) => {
      await using inner = await receiver()
      await using desk = await receiver()
      desk.answer = status(307, { Location: inner.url })
      await world.declare(slack(desk.url))
      await world.raise()
      await world.run()
      expect(inner.got).toEqual([])
      expect(await world.deliveries()).toEqual(['desk 1 waits HTTP 307'])
    })
  })

  test('is given up for an alert of two days ago, and stands in the numbers', async () => {
    await withHouse(async (world) => {
      await using desk = await receiver()
      desk.answer = status(410)
      await world.declare(slack(desk.url))
      await world.raise()
      await world.run()
      expect(await deliveryStates(world.database.as('jobs'))).toEqual([
        { channel: 'desk', waiting: 1, failing: 1 },
      ])
      world.now += 49 * 60 * MINUTE
      await world.run()
      expect(await world.deliveries()).toEqual(['desk 2 given up HTTP 410'])
      expect(world.counts['given-up']).toBe(1)
    })
  })

  test('in quiet hours hears only what is urgent, and the rest at their end', async () => {
    await withHouse(async (world) => {
      await using desk = await receiver()
      const hour = (at: number): number =>
        Number(new Date(at).toLocaleTimeString('en-GB', { timeZone: 'Europe/Paris' }).slice(0, 2))
      const two = (n: number): string => String(n % 24).padStart(2, '0')
      const now = hour(world.now)
      await world.declare(slack(desk.url), { quiet: [`${two(now)}:00-${two(now + 2)}:00`] })
      await world.raise('log-export')
      await world.raise('break-glass')
      expect(await world.run()).toBe('1 sent, 0 failed, 1 wait for the end of quiet hours')
      expect(desk.got[0]?.body).toContain('compte de secours')
      world.now += 180 * MINUTE
      expect(await world.run()).toContain('1 sent')
    })
  })

  test('signs what a webhook gets', async () => {
    await withHouse(async (world) => {
      await using desk = await receiver()
      await world.declare({ kind: 'webhook', url: desk.url, secret: 'a-shared-secret', ca: null })
      await world.raise()
      await world.run()
      const [first] = desk.got
      expect(first?.headers['webhook-signature']).toMatch(/^v1,[\w+/]{43}=$/)
      expect(first?.headers['content-type']).toBe('application/json')
    })
  })
})

describe('mail', () => {
  const settings = { kind: 'mail', host: '127.0.0.1', from: 'wifi@example.org' } as const

  test('goes over STARTTLS with a password, or not at all', async () => {
    const { ca, key, cert } = await loopbackCertificate()
    const got: Mail[] = []
    await using server = await mailServer(got, { key, cert })
    await withHouse(async (world) => {
      const own = { ...settings, port: server.port, to: ['securite@example.org'] }
      const login = { user: 'wifi', password: 'right' }
      await world.declare({ ...own, ...login, security: 'starttls', ca }, { name: 'mail' })
      await world.declare(
        { ...own, ...login, security: 'starttls', ca: null },
        { name: 'untrusted' },
      )
      await world.raise('break-glass')
      await world.run()
      const [mail] = got
      expect(got).toHaveLength(1)
      expect(mail).toMatchObject({ from: 'wifi@example.org', secure: true, user: 'wifi' })
      expect(mail?.text).toContain('Auto-Submitted: auto-generated')
      const [, subject = ''] = /^Subject: (.*(?:\r\n .*)*)/m.exec(mail?.text ?? '') ?? []
      expect(subject).toContain('=?UTF-8?')
      expect((await world.deliveries())[1]).toMatch(/^untrusted 1 waits .*certificate/)
    })
  })

  test('is not sent in clear where STARTTLS is asked for', async () => {
    const got: Mail[] = []
    await using server = await mailServer(got, null)
    await withHouse(async (world) => {
      const own = { ...settings, port: server.port, to: ['securite@example.org'], ca: null }
      const nobody = { user: null, password: null }
      await world.declare({ ...own, ...nobody, security: 'starttls' })
      await world.declare({ ...own, ...nobody, security: 'none' }, { name: 'relay' })
      await world.raise()
      await world.run()
      expect(got).toHaveLength(1)
      const [desk, relay] = await world.deliveries()
      expect([desk?.startsWith('desk 1 waits'), relay]).toEqual([true, 'relay 0 1 sent'])
    })
  })
})

describe('syslog', () => {
  const settings = { kind: 'syslog', host: '127.0.0.1', ca: null } as const

  test('goes as datagrams, and as counted octets over TCP and TLS', async () => {
    const { ca, key, cert } = await loopbackCertificate()
    const got: string[] = []
    const udp = createSocket('udp4').on('message', (octets) => got.push(`udp ${octets.toString()}`))
    await new Promise<void>((done) => void udp.bind(0, '127.0.0.1', done))
    const take = (what: string) => (socket: NodeJS.ReadableStream) => {
      let text = ''
      socket.on('data', (chunk: Buffer) => (text += chunk.toString()))
      socket.on('error', () => {})
      socket.on('end', () => got.push(`${what} ${text}`))
    }
    const tcp = createTcpServer(take('tcp'))
    const tls = createTlsServer({ key, cert }, take('tls'))
    for (const server of [tcp, tls]) {
      await new Promise<void>((done) => void server.listen(0, '127.0.0.1', done))
    }
    const portOf = (server: { address(): unknown }): number =>
      (server.address() as AddressInfo).port
    await withHouse(async (world) => {
      await world.declare(
        { ...settings, port: portOf(udp), transport: 'udp', format: 'rfc5424' },
        { name: 'a' },
      )
      await world.declare(
        { ...settings, port: portOf(tcp), transport: 'tcp', format: 'json' },
        { name: 'b' },
      )
      await world.declare(
        { ...settings, port: portOf(tls), transport: 'tls', format: 'rfc5424', ca },
        { name: 'c' },
      )
      await world.declare(
        { ...settings, port: portOf(tls), transport: 'tls', format: 'rfc5424' },
        { name: 'd' },
      )
      await world.raise()
      await world.run()
      const [a, b, c, d] = await world.deliveries()
      expect([a, b, c]).toEqual(['a 0 1 sent', 'b 0 1 sent', 'c 0 1 sent'])
      expect(d).toMatch(/^d 1 waits .*(certificate|self.signed)/)
      expect(got.find((line) => line.startsWith('udp'))).toMatch(/^udp <108>1 /)
      const json = got.find((line) => line.startsWith('tcp'))?.slice(4) ?? ''
      expect(JSON.parse(json)).toMatchObject({ app: 'accueil', kind: 'log-export' })
      const counted = got.find((line) => line.startsWith('tls <') || /^tls \d/.test(line)) ?? ''
      const [, count = '', line = ''] = /^tls (\d+) (.*)$/s.exec(counted) ?? []
      expect(Buffer.byteLength(line)).toBe(Number(count))
    })
    udp.close()
    tcp.close()
    tls.close()
  })
})
