import { describe, expect, test } from 'vitest'
import { createMetrics } from '#core/metrics.ts'
import { createDnsMetrics } from './metrics.ts'
import { nameFromText } from './message/name.ts'
import { Suffixes } from './names/suffixes.ts'
import { wireQuery } from './testing/asking.ts'
import { createFilter, filter, network, rule } from './testing/filter.ts'
import type { Filter } from './testing/filter.ts'
import { oracle, summary } from './testing/oracle.ts'
import { answerTo, startUpstream } from './testing/scripted-upstream.ts'
import { OVER_UDP } from './via.ts'
import { createZoneRoutes } from './zone-routes.ts'

const networks = [network('guest', '192.168.77.0/24'), network('staff', '192.168.78.0/24')]
const GUEST = '192.168.77.9'
const STAFF = '192.168.78.9'

/** A server whose answers end in this octet, and what it was asked. */
async function serverSaying(host: number) {
  const upstream = await startUpstream({ udp: (query) => [{ bytes: answerTo(query, { host }) }] })
  return {
    at: `127.0.0.1:${upstream.address.port}`,
    address: upstream.address,
    asked: () =>
      upstream.asked.udp.map((query) => oracle.decode(query).questions[0]?.name?.toLowerCase()),
    [Symbol.asyncDispose]: () => upstream[Symbol.asyncDispose](),
  }
}

async function ask(house: Filter, name: string, from: string): Promise<Record<string, string>> {
  const query = wireQuery(name, { edns: true })
  const answer = await new Promise<Uint8Array | null>((resolve) =>
    house.server.handle(query, from, OVER_UDP, resolve),
  )
  if (answer === null) return {}
  const [first] = oracle.decode(Buffer.from(answer)).answers
  return { ...summary(query, answer), data: String(first?.data) }
}

describe('a zone of the house with servers of its own', () => {
  test('is asked of them for staff, and of nobody for guests', async () => {
    await using internet = await serverSaying(1)
    await using inner = await serverSaying(2)
    const filters = [filter({ forward: [`corp.example=${inner.at}`] })]
    const house = await createFilter({ networks, filters, upstreams: [internet.address] })
    expect(await ask(house, 'Files.Corp.example', STAFF)).toMatchObject({ data: '198.51.100.2' })
    expect(await ask(house, 'www.example.net', STAFF)).toMatchObject({ data: '198.51.100.1' })
    for (const name of ['files.corp.example', 'other.corp.example', 'corp.example']) {
      expect(await ask(house, name, GUEST)).toMatchObject({
        ...{ rcode: 'NXDOMAIN', an: '0', ede: expect.stringMatching(/^15:by=internal;ref=/) },
      })
    }
    // From memory the second time, and never of the internet.
    expect(await ask(house, 'files.corp.example', STAFF)).toMatchObject({ data: '198.51.100.2' })
    expect(inner.asked()).toEqual(['files.corp.example'])
    expect(internet.asked()).toEqual(['www.example.net'])
  })

  test('whose servers are dead fails, and is not asked of the internet instead', async () => {
    await using internet = await serverSaying(1)
    const gone = await serverSaying(2)
    await gone[Symbol.asyncDispose]()
    const filters = [filter({ forward: [`corp.example=${gone.at}`] })]
    const house = await createFilter({ networks, filters, upstreams: [internet.address] })
    expect(await ask(house, 'files.corp.example', STAFF)).toMatchObject({
      ...{ rcode: 'SERVFAIL', ede: expect.stringMatching(/^2[23]/) },
    })
    expect(internet.asked()).toEqual([])
  })

  test('may be one that is empty elsewhere, and rules hold in it', async () => {
    await using inner = await serverSaying(2)
    const filters = [filter({ forward: [`10.in-addr.arpa=${inner.at}`, `corp.test=${inner.at}`] })]
    const rules = [rule('block', 'games.corp.test')]
    const house = await createFilter({ networks, filters, rules })
    await ask(house, '7.0.0.10.in-addr.arpa', STAFF)
    expect(await ask(house, 'files.corp.test', STAFF)).toMatchObject({ data: '198.51.100.2' })
    expect(await ask(house, 'games.corp.test', STAFF)).toMatchObject({ rcode: 'NXDOMAIN' })
    expect(await ask(house, 'other.test', STAFF)).toMatchObject({ rcode: 'NXDOMAIN' })
    expect(await ask(house, '7.0.168.192.in-addr.arpa', STAFF)).toMatchObject({ rcode: 'NXDOMAIN' })
    expect(inner.asked()).toEqual(['7.0.0.10.in-addr.arpa', 'files.corp.test'])
  })

  test('what is internal within it is nobody’s, what is always needed is asked of it for guests too', async () => {
    await using internet = await serverSaying(1)
    await using inner = await serverSaying(2)
    const filters = [
      filter({
        forward: [`corp.example=${inner.at}`],
        internal: ['secret.corp.example'],
        always: ['sso.corp.example'],
      }),
    ]
    const house = await createFilter({ networks, filters, upstreams: [internet.address] })
    expect(await ask(house, 'x.secret.corp.example', STAFF)).toMatchObject({ rcode: 'NXDOMAIN' })
    expect(await ask(house, 'sso.corp.example', GUEST)).toMatchObject({ data: '198.51.100.2' })
    expect(inner.asked()).toEqual(['sso.corp.example'])
    expect(internet.asked()).toEqual([])
  })

  test('is not answered to guests although a name above it is always needed', async () => {
    await using inner = await serverSaying(2)
    const filters = [filter({ forward: [`corp.example=${inner.at}`], always: ['example'] })]
    const house = await createFilter({ networks, filters })
    expect(await ask(house, 'files.corp.example', GUEST)).toMatchObject({ rcode: 'NXDOMAIN' })
    expect(inner.asked()).toEqual([])
  })
})

test('a route stays while its servers do, and zones of the same servers share it', () => {
  const routes = createZoneRoutes(() => 0, createDnsMetrics(createMetrics()))
  const name = new Suffixes()
  const routeOf = (text: string) => {
    name.read(nameFromText(text) ?? Uint8Array.of(0), 0)
    return routes.find(name)
  }
  routes.use(['a.example=192.0.2.1', 'b.example=192.0.2.1', 'x.a.example=192.0.2.2'])
  const first = routeOf('www.a.example')
  expect(first?.suffix).toBe(1)
  expect(routeOf('b.example')?.route).toBe(first?.route)
  expect(routeOf('y.x.a.example')?.route).not.toBe(first?.route)
  expect(routeOf('example')).toBeNull()
  routes.use(['c.example=192.0.2.1', 'x.a.example=192.0.2.3'])
  expect(routeOf('c.example')?.route).toBe(first?.route)
  expect(routeOf('www.a.example')).toBeNull()
  routes.use([])
  expect(routeOf('c.example')).toBeNull()
  routes.stop()
})
