import { describe, expect, test } from 'vitest'
import { addressHints, isInner } from '../message/inner-address.ts'
import { parseAddress } from '#core/ip.ts'
import { wireQuery } from '../testing/asking.ts'
import { createFilter, filter, lift, network, rule } from '../testing/filter.ts'
import type { Filter } from '../testing/filter.ts'
import { oracle, summary } from '../testing/oracle.ts'
import { startUpstream } from '../testing/scripted-upstream.ts'
import { OVER_UDP } from '../via.ts'

const networks = [network('guest', '192.168.77.0/24'), network('staff', '192.168.78.0/24')]
const GUEST = '192.168.77.9'
const STAFF = '192.168.78.9'
const A = 1
const SVCB = 64
const HTTPS = 65

async function ask(
  house: Filter,
  name: string,
  { type = A, from = GUEST }: { type?: number; from?: string } = {},
): Promise<Record<string, string>> {
  const query = wireQuery(name, { edns: true, type })
  const answer = await new Promise<Uint8Array | null>((resolve) =>
    house.server.handle(query, from, OVER_UDP, resolve),
  )
  return answer === null ? {} : { ...summary(query, answer), data: dataOf(answer) }
}

function dataOf(answer: Uint8Array): string {
  return oracle
    .decode(Buffer.from(answer))
    .answers.map(
      ({ type, data }) => `${type} ${Buffer.isBuffer(data) ? data.toString('hex') : String(data)}`,
    )
    .join(', ')
}

interface Zone {
  readonly [name: string]: readonly unknown[]
}

/** An upstream that knows these names, and remembers what it was asked. */
async function zone(records: Zone) {
  const asked: string[] = []
  const upstream = await startUpstream({
    udp(query) {
      const packet = oracle.decode(query)
      const { name = '', type } = packet.questions[0] ?? {}
      asked.push(name.toLowerCase())
      return [
        {
          bytes: oracle.encode({
            ...{ type: 'response', id: packet.id, flags: 0x0180 },
            questions: [{ name, type }],
            answers: records[name.toLowerCase()] ?? [],
          }),
        },
      ]
    },
  })
  return { upstream, asked }
}

const a = (name: string, data: string): unknown => ({ name, type: 'A', ttl: 300, data })

describe('safe search', () => {
  const records = {
    'forcesafesearch.google.com': [a('forcesafesearch.google.com', '198.51.100.120')],
    'www.google.fr': [a('www.google.fr', '198.51.100.1')],
    'maps.google.fr': [a('maps.google.fr', '198.51.100.2')],
  }
  const filters = [filter({ network: 'guest', safeSearch: true })]

  test('leads a search engine to its own name for it, asked upstream, and says so', async () => {
    const { upstream, asked } = await zone(records)
    await using _ = upstream
    const house = await createFilter({ networks, filters, upstreams: [upstream.address] })
    for (let i = 0; i < 2; i++) {
      expect(await ask(house, 'WWW.google.fr')).toMatchObject({
        ...{ rcode: 'NOERROR', ede: '4:by=safe-search', question: 'kept' },
        data: 'CNAME forcesafesearch.google.com, A 198.51.100.120',
      })
    }
    // Once: the second came from memory. The client's own question was never asked.
    expect(asked).toEqual(['forcesafesearch.google.com'])
    expect(await ask(house, 'www.google.fr', { type: HTTPS })).toMatchObject({
      data: 'CNAME forcesafesearch.google.com',
    })
  })

  test('is for exactly the engine, and for those for whom it is declared', async () => {
    const { upstream } = await zone(records)
    await using _ = upstream
    const house = await createFilter({ networks, filters, upstreams: [upstream.address] })
    expect(await ask(house, 'maps.google.fr')).toMatchObject({ data: 'A 198.51.100.2' })
    expect(await ask(house, 'www.google.fr', { from: STAFF })).toMatchObject({
      data: 'A 198.51.100.1',
    })
  })

  test('an engine that does not answer is a failure, not a way round', async () => {
    const house = await createFilter({ networks, filters })
    expect(await ask(house, 'www.bing.com')).toMatchObject({ rcode: 'SERVFAIL', an: '0' })
  })
})

describe('what an answer leads to is held against the policy again', () => {
  test('a hint of an inner address is not given to guests, however it is written', async () => {
    const hint = (hex: string): Buffer => Buffer.from(`00010000040004${hex}`, 'hex')
    const https = (hex: string): unknown[] => [
      { name: 'h.example.net', type: 'UNKNOWN_65', ttl: 60, data: hint(hex) },
    ]
    const inner = await zone({ 'h.example.net': https('c0a80101') })
    await using one = inner.upstream
    const guests = await createFilter({ networks, upstreams: [one.address] })
    const asked = { type: HTTPS }
    expect(await ask(guests, 'h.example.net', asked)).toMatchObject({
      ...{ rcode: 'NOERROR', an: '0' },
      ede: expect.stringMatching(/^15:by=private-address/),
    })
    expect(await ask(guests, 'h.example.net', { ...asked, from: STAFF })).toMatchObject({ an: '1' })

    const outer = await zone({ 'h.example.net': https('c6336401') })
    await using two = outer.upstream
    const others = await createFilter({ networks, upstreams: [two.address] })
    expect(await ask(others, 'h.example.net', asked)).toMatchObject({ an: '1' })
  })

  test('that a rule allows a name does not let it lead to a device of the place', async () => {
    const { upstream } = await zone({ 'x.example.net': [a('x.example.net', '192.168.1.1')] })
    await using _ = upstream
    const options = { networks, upstreams: [upstream.address] }
    const allowed = await createFilter({ ...options, rules: [rule('allow', 'example.net')] })
    expect(await ask(allowed, 'x.example.net')).toMatchObject({ an: '0' })
    const declared = [filter({ privateNames: ['example.net'] })]
    const excepted = await createFilter({ ...options, filters: declared })
    expect(await ask(excepted, 'x.example.net')).toMatchObject({ data: 'A 192.168.1.1' })
  })

  test('an address that a filter forbids blocks every name that leads there', async () => {
    const { upstream } = await zone({
      'x.example.net': [a('x.example.net', '198.51.100.77')],
      'y.example.net': [a('y.example.net', '198.51.101.77')],
    })
    await using _ = upstream
    const filters = [filter({ addresses: ['198.51.100.0/24'] })]
    const house = await createFilter({ networks, filters, upstreams: [upstream.address] })
    expect(await ask(house, 'x.example.net')).toMatchObject({
      ede: expect.stringMatching(/^15:by=address;ref=/),
    })
    expect(await ask(house, 'y.example.net')).toMatchObject({ an: '1' })
  })

  test('an alias of a service is the service', async () => {
    const { upstream } = await zone({
      'v.example.net': [
        { name: 'v.example.net', type: 'CNAME', ttl: 60, data: 'www.tiktok.com' },
        a('www.tiktok.com', '198.51.100.9'),
      ],
    })
    await using _ = upstream
    const filters = [filter({ block: ['service:tiktok'] })]
    const house = await createFilter({ networks, filters, upstreams: [upstream.address] })
    expect(await ask(house, 'v.example.net')).toMatchObject({
      ...{ rcode: 'NXDOMAIN', an: '0', ede: expect.stringMatching(/^15:cat=tiktok;ref=/) },
    })
  })

  test('inner addresses are known in each way to write IPv4 as IPv6', () => {
    const inner = (text: string): boolean => isInner(parseAddress(text) ?? new Uint8Array(4))
    for (const text of [
      ...['192.168.1.1', '0.0.0.1', '::', '::1', 'fe80::1', 'fd00::1', '::192.168.1.1'],
      ...['64:ff9b::c0a8:101', '64:ff9b:1::10.0.0.1', '2002:c0a8:101::1', '::ffff:10.0.0.1'],
    ]) {
      expect([text, inner(text)]).toEqual([text, true])
    }
    for (const text of ['198.51.100.1', '2001:db8::1', '64:ff9b::c633:6401', '2002:c633:6401::1']) {
      expect([text, inner(text)]).toEqual([text, false])
    }
  })

  test('hints that do not fit their record end the walk', () => {
    const whole = Buffer.from('000100000400080a0000010a000002', 'hex')
    expect(addressHints(whole, 0, whole.length)).toHaveLength(2)
    for (let end = 0; end < whole.length; end++) {
      expect(addressHints(whole.subarray(0, end), 0, end).length).toBeLessThan(2)
    }
  })
})

describe('names of the house', () => {
  const filters = [filter({ internal: ['intra.example.org'], always: ['sso.intra.example.org'] })]

  test('of an internal zone are not answered to guests, and asked of no upstream by anybody', async () => {
    const { upstream, asked } = await zone({})
    await using _ = upstream
    const house = await createFilter({ networks, filters, upstreams: [upstream.address] })
    expect(await ask(house, 'files.intra.example.org')).toMatchObject({
      ...{ rcode: 'NXDOMAIN', ede: expect.stringMatching(/^15:by=internal;ref=/) },
    })
    expect(await ask(house, 'files.intra.example.org', { from: STAFF })).toMatchObject({
      rcode: 'NXDOMAIN',
    })
    expect(asked).toEqual([])
  })

  test('that are always needed are above lists, rules and the internal zone they stand in', async () => {
    const { upstream } = await zone({
      'sso.intra.example.org': [a('sso.intra.example.org', '10.0.0.7')],
    })
    await using _ = upstream
    const rules = [rule('block', 'sso.intra.example.org')]
    const house = await createFilter({ networks, filters, rules, upstreams: [upstream.address] })
    expect(await ask(house, 'sso.intra.example.org')).toMatchObject({ data: 'A 10.0.0.7' })
  })
})

describe('ways round the filter', () => {
  const silent = { resolve: () => 'asked' as const, stop: () => {} }

  async function verdict(house: Filter, name: string, from: string): Promise<string> {
    const query = wireQuery(name, { edns: true })
    let got: Uint8Array | null = null
    house.server.handle(query, from, OVER_UDP, (answer) => (got = answer))
    return got === null ? 'asked' : (summary(query, got)['ede'] ?? 'answered')
  }

  test('are closed to guests, and open to staff unless it is declared otherwise', async () => {
    const names = ['dns.google', 'mask.icloud.com', 'use-application-dns.net']
    const house = await createFilter({ networks, forwarder: silent })
    for (const name of names) {
      expect([name, await verdict(house, name, GUEST)]).toEqual([
        name,
        expect.stringMatching(/^15:/),
      ])
      expect([name, await verdict(house, name, STAFF)]).toEqual([name, 'asked'])
    }
    const turned = [
      filter({ network: 'guest', bypass: 'open' }),
      filter({ network: 'staff', bypass: 'closed' }),
    ]
    const other = await createFilter({ networks, filters: turned, forwarder: silent })
    for (const name of names) {
      expect([name, await verdict(other, name, GUEST)]).toEqual([name, 'asked'])
      expect([name, await verdict(other, name, STAFF)]).toEqual([
        name,
        expect.stringMatching(/^15:/),
      ])
    }
  })

  test('a device that asks for a resolver over TLS or HTTPS is shown ours, with its place', async () => {
    const tokens = [
      { token: 'tok', site: '75-0042', network: 'guest', device: null, until: null },
    ] as const
    const encryptedSelf = { name: 'dns.example.org', dotPort: 853, dohPort: 8443 }
    const house = await createFilter({ networks, tokens, encryptedSelf, forwarder: silent })
    const answer = await ask(house, '_dns.resolver.arpa', { type: SVCB })
    expect(answer).toMatchObject({ rcode: 'NOERROR', an: '2' })
    // Read by hand against RFC 9460 section 2.2 and RFC 9461: priority, target, alpn, port, dohpath.
    const target = '03646e73076578616d706c65036f726700'
    const path = Buffer.from('/dns-query/tok{?dns}').toString('hex')
    expect(answer['data']?.replaceAll(/UNKNOWN_64 /g, '')).toBe(
      [
        `0001${target}000100030268320003000220fb00070014${path}`,
        `0002${target}0001000403646f74`,
      ].join(', '),
    )
    for (const [name, type] of [
      ['resolver.arpa', SVCB],
      ['_dns.resolver.arpa', A],
    ] as const) {
      expect(await ask(house, name, { type })).toMatchObject({ rcode: 'NOERROR', an: '0' })
    }
    const without = await createFilter({ networks, forwarder: silent })
    expect(await ask(without, '_dns.resolver.arpa', { type: SVCB })).toMatchObject({
      ...{ rcode: 'NOERROR', an: '0', ns: '1' },
    })
  })
})

describe('by whom a name is blocked', () => {
  const lists = { adult: { blocks: [], text: 'bad.example' } } as const

  test.each([
    ['the operator', { block: ['adult'] }, '15'],
    ['an order from outside', { imposed: ['adult'] }, '16'],
    ['who uses the device asked for it', { block: ['adult'], asked: true }, '17'],
  ])('%s is told by its own code', async (_, said, code) => {
    const filters = [filter(said)]
    const house = await createFilter({ networks, lists, filters })
    expect(await ask(house, 'bad.example')).toMatchObject({
      ede: expect.stringMatching(new RegExp(`^${code}:cat=adult;ref=[0-9A-Z]{5}$`)),
    })
  })

  test('and nothing of who asks or what for is in the reference', async () => {
    const house = await createFilter({ networks, lists, filters: [filter({ block: ['adult'] })] })
    const one = await ask(house, 'bad.example', { from: GUEST })
    const two = await ask(house, 'x.y.bad.example', { from: STAFF })
    expect(one['ede']).toBe(two['ede'])
  })
})

describe('what is kept of what was asked', () => {
  const lists = { games: { blocks: ['guest'], text: 'play.example' } } as const

  test('is how often, by place, network and category', async () => {
    const { upstream } = await zone({ 'www.example.net': [a('www.example.net', '198.51.100.1')] })
    await using _ = upstream
    const house = await createFilter({ networks, lists, upstreams: [upstream.address] })
    await ask(house, 'play.example')
    await ask(house, 'x.play.example')
    await ask(house, 'www.example.net')
    await ask(house, 'www.example.net', { from: STAFF })
    const at = { site: '75-0042' }
    const counted = house.counts.take()
    expect(counted).toEqual([
      { ...at, network: 'guest', category: null, queries: 1, passed: 0 },
      { ...at, network: 'guest', category: 'games', queries: 2, passed: 0 },
      { ...at, network: 'staff', category: null, queries: 1, passed: 0 },
    ])
    expect(house.counts.take()).toEqual([])
    house.counts.giveBack(counted)
    await ask(house, 'play.example')
    expect(house.counts.take()).toContainEqual({
      ...at,
      network: 'guest',
      category: 'games',
      queries: 3,
      passed: 0,
    })
  })

  test('is how often a name was let through that lists name, by the category of each', async () => {
    const { upstream } = await zone({
      'www.example.net': [
        { name: 'www.example.net', type: 'CNAME', ttl: 300, data: 'ads.example' },
        a('ads.example', '198.51.100.1'),
      ],
    })
    await using _ = upstream
    let now = Date.parse('2026-11-30T10:00Z')
    const house = await createFilter({
      ...{ networks, upstreams: [upstream.address], clock: () => now },
      lists: {
        games: { blocks: ['guest'], text: 'play.example\nboth.example' },
        more: { blocks: ['staff'], text: 'play.example\nsub.both.example' },
        ads: { blocks: [], text: 'ads.example\n@@||good.ads.example^' },
        night: { blocks: [], text: 'late.example' },
      },
      rules: [rule('allow', 'allowed.both.example'), rule('block', 'ruled.ads.example')],
      filters: [
        filter({ network: 'staff', allow: ['games'] }),
        filter({ hours: ['22:00-06:00'], block: ['night'] }),
        filter({ always: ['always.ads.example'] }),
      ],
      lifts: [lift({ network: 'guest', subject: 'games', from: now + 100_000_000 })],
    })
    const counted = async (name: string, from = GUEST, times = 1): Promise<readonly string[]> => {
      for (let i = 0; i < times; i++) await ask(house, name, { from })
      return house.counts
        .take()
        .map(({ category, queries, passed }) => `${category ?? 'all'} ${queries} ${passed}`)
    }
    expect(await counted('www.nowhere.example')).toEqual(['all 1 0'])
    expect(await counted('play.example')).toEqual(['games 1 0'])
    // Of a list for staff, whose category a level allows and of another that is for them.
    expect(await counted('play.example', STAFF)).toEqual(['more 1 0'])
    expect(await counted('www.both.example', STAFF)).toEqual(['all 1 0', 'games 0 1'])
    // By a rule; on two lists, and from memory the second time.
    expect(await counted('allowed.both.example', GUEST, 2)).toEqual(['all 2 0', 'games 0 2'])
    expect(await counted('ruled.ads.example')).toEqual(['rule 1 0'])
    expect(await counted('late.example')).toEqual(['all 1 0', 'night 0 1'])
    now += 12 * 3_600_000
    expect(await counted('late.example')).toEqual(['night 1 0'])
    // What the list takes back itself; what is above every policy; what an answer leads to.
    expect(await counted('good.ads.example')).toEqual(['all 1 0'])
    expect(await counted('always.ads.example')).toEqual(['all 1 0'])
    expect(await counted('www.example.net', STAFF)).toEqual(['all 1 0', 'ads 0 1'])
    now += 100_000_000
    expect(await counted('sub.both.example')).toEqual(['all 1 0', 'games 0 1', 'more 0 1'])
    await ask(house, 'sub.both.example')
    const taken = house.counts.take()
    house.counts.giveBack(taken)
    expect(house.counts.take()).toEqual(taken)
  })

  test('and who asks for it is told by which lists a name that is let through might be blocked', async () => {
    const { upstream } = await zone({ 'play.example': [a('play.example', '198.51.100.1')] })
    await using _ = upstream
    const house = await createFilter({
      ...{ networks, upstreams: [upstream.address] },
      lists: {
        ...lists,
        shops: { blocks: [], text: 'play.example' },
        [`long-${'x'.repeat(90)}`]: { blocks: [], text: 'play.example' },
        news: { blocks: [], text: 'play.example' },
      },
    })
    const told = async (name: string, from: string): Promise<unknown> => {
      const plain = wireQuery(name, { edns: true })
      plain.writeUInt16BE(4, plain.length - 2)
      const query = Buffer.concat([plain, Buffer.from('fe330000', 'hex')])
      const answer = await new Promise<Uint8Array | null>((resolve) =>
        house.server.handle(query, from, OVER_UDP, resolve),
      )
      return answer === null ? null : summary(query, answer)['ede']
    }
    // Twice: the second from memory, which is not told to who does not ask.
    for (let i = 0; i < 2; i++) {
      expect(await told('play.example', STAFF)).toBe('0:listed=games,shops,news')
    }
    expect(await ask(house, 'play.example', { from: STAFF })).not.toHaveProperty('ede')
    expect(await told('nowhere.example', STAFF)).toBe('0:listed=')
    expect(await told('play.example', GUEST)).toMatch(/^15:cat=games;ref=/)
  })

  test('is no name, unless a window is open for the one device', async () => {
    let now = 1_000
    const house = await createFilter({ networks, lists, clock: () => now })
    await ask(house, 'play.example')
    expect(house.watch.take()).toEqual([])
    const window = {
      id: '7',
      site: '75-0042',
      network: 'guest',
      device: null,
      until: 5_000,
    } as const
    house.watch.useWindows([{ ...window, address: GUEST }])
    await ask(house, 'Play.example')
    await ask(house, 'play.example', { from: '192.168.77.10' })
    expect(house.watch.take()).toEqual([
      { window: '7', at: new Date(1_000), name: 'Play.example', type: 1, category: 'games' },
    ])
    now = 5_000
    await ask(house, 'play.example')
    expect(house.watch.take()).toEqual([])
  })
})
