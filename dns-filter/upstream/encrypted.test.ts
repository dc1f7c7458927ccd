import { afterEach, describe, expect, test } from 'vitest'
import { plainUpstream } from '#core/dns-upstream.ts'
import { createMetrics } from '#core/metrics.ts'
import { CONNECTION_LIMITS } from '../connections.ts'
import { listenDoh } from '../listen-doh.ts'
import { listenDot } from '../listen-dot.ts'
import type { Listener } from '../listener.ts'
import { createDnsMetrics } from '../metrics.ts'
import type { DnsServer } from '../server.ts'
import { wireQuery } from '../testing/asking.ts'
import { testCertificate } from '../testing/certificate.ts'
import { createFilter } from '../testing/filter.ts'
import type { Filter } from '../testing/filter.ts'
import { oracle } from '../testing/oracle.ts'
import { answerTo } from '../testing/scripted-upstream.ts'
import { OVER_UDP } from '../via.ts'
import type { Via } from '../via.ts'

const HERE = { host: '127.0.0.1', port: 0 }
const tls = await testCertificate(['dns.example.org', '127.0.0.1'])
const named = await testCertificate(['dns.example.org'])

const listeners: Listener[] = []
const filters: Filter[] = []
afterEach(async () => {
  for (const filter of filters.splice(0)) filter.forwarder.stop()
  await Promise.all(listeners.splice(0).map((listener) => listener.close()))
})

interface Resolver {
  readonly listener: Listener
  readonly asked: { readonly query: Buffer; readonly via: Via; readonly source: string }[]
}

const WAYS = [
  { name: 'TLS', over: 'tls', path: '', listen: listenDot },
  { name: 'HTTPS', over: 'https', path: '/dns-query', listen: listenDoh },
] as const
type Way = (typeof WAYS)[number]

/** A resolver that answers with 198.51.100.7, in the order that `hold` gives back. */
async function startResolver(
  way: Way,
  options: { certificate?: typeof tls; idleMs?: number; reverse?: number } = {},
): Promise<Resolver> {
  const asked: Resolver['asked'] = []
  const held: (() => void)[] = []
  const server: DnsServer = {
    handle(bytes, source, via, respond) {
      const query = Buffer.from(bytes)
      asked.push({ query, via, source })
      held.push(() => respond(answerTo(query)))
      if (held.length < (options.reverse ?? 1)) return
      for (const answer of held.splice(0).toReversed()) answer()
    },
  }
  const metrics = createDnsMetrics(createMetrics())
  const limits = { ...CONNECTION_LIMITS, idleMs: options.idleMs ?? 60_000 }
  const { certificate } = options.certificate ?? tls
  const listener = await way.listen(server, HERE, certificate, metrics, limits)
  listeners.push(listener)
  return { listener, asked }
}

async function filterWith(
  way: Way,
  port: number,
  options: { name?: string | null; ca?: string } = {},
): Promise<Filter> {
  const { name = null, ca = tls.ca } = options
  const address = { ...plainUpstream({ host: '127.0.0.1', port }), over: way.over, name }
  const filter = await createFilter({ upstreams: [{ ...address, path: way.path }], ca })
  filters.push(filter)
  return filter
}

function ask(filter: Filter, name: string): Promise<unknown> {
  return new Promise((resolve) => {
    filter.server.handle(wireQuery(name, { edns: true }), '127.0.0.1', OVER_UDP, (answer) => {
      const packet = oracle.decode(Buffer.from(answer ?? []))
      resolve(packet.answers[0]?.data ?? packet.rcode)
    })
  })
}

describe.each(WAYS)('an upstream over $name', (way) => {
  test('is asked many questions over one connection, and may answer in any order', async () => {
    const { listener, asked } = await startResolver(way, { reverse: 5 })
    const filter = await filterWith(way, listener.port)
    const names = Array.from({ length: 10 }, (_, i) => `host-${i}.example.net`)
    const got = await Promise.all(names.map((name) => ask(filter, name)))
    expect(new Set(got)).toEqual(new Set(['198.51.100.7']))
    expect(asked).toHaveLength(10)
    expect(listener.connections).toBe(1)
    expect(asked.map(({ via }) => via.transport)).toEqual(
      names.map(() => (way.name === 'TLS' ? 'dot' : 'doh')),
    )
  })

  test('gets questions that all have the same length, and no id where it means nothing', async () => {
    const { listener, asked } = await startResolver(way)
    const filter = await filterWith(way, listener.port)
    for (const name of ['a.example', 'a-much-longer-name.of.some.example.net'])
      await ask(filter, name)
    expect(asked.map(({ query }) => query.length)).toEqual([128, 128])
    const ids = asked.map(({ query }) => query.readUInt16BE(0))
    if (way.over === 'https') expect(ids).toEqual([0, 0])
    else expect(ids[0]).not.toBe(ids[1])
  })

  test('must have a certificate of the name after #, which it is asked by', async () => {
    const { listener, asked } = await startResolver(way, { certificate: named })
    const right = await filterWith(way, listener.port, { name: 'dns.example.org', ca: named.ca })
    expect(await ask(right, 'www.example.net')).toBe('198.51.100.7')
    expect(asked[0]?.via.serverName).toBe('dns.example.org')
  })

  test.each([
    ['another name', { name: 'dns.example.net', ca: named.ca }],
    ['no name but an address that the certificate lacks', { ca: named.ca }],
    ['a certificate that nobody we trust has signed', { name: 'dns.example.org' }],
  ])('is not used with %s', async (_, options) => {
    const { listener, asked } = await startResolver(way, { certificate: named })
    const filter = await filterWith(way, listener.port, options)
    expect(await ask(filter, 'www.example.net')).toBe('SERVFAIL')
    expect(asked).toEqual([])
    expect(filter.metrics.upstreamFailures.untrusted.value).toBeGreaterThan(0)
  })

  test('that has closed what was idle is connected to again, and nothing is lost', async () => {
    const { listener } = await startResolver(way, { idleMs: 1_200 })
    const filter = await filterWith(way, listener.port)
    for (const pauseMs of [0, 1_200, 1_400]) {
      await new Promise((done) => setTimeout(done, pauseMs))
      expect(await ask(filter, `after-${pauseMs}.example.net`)).toBe('198.51.100.7')
    }
    expect(filter.metrics.upstreamFailures.unreachable.value).toBe(0)
  })

  test('that is gone is a failure, and the next one is asked', async () => {
    const { listener } = await startResolver(way)
    const filter = await filterWith(way, listener.port)
    await ask(filter, 'one.example.net')
    await listener.close()
    expect(await ask(filter, 'two.example.net')).toBe('SERVFAIL')
    expect(filter.metrics.upstreamFailures.unreachable.value).toBeGreaterThan(0)
  })
})
