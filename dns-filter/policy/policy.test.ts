import { PROBED_SITES, PROBE_HOSTS } from '#core/probe-hosts.ts'
import { describe, expect, test } from 'vitest'
import type { Client } from './client.ts'
import { client, createFilter, filter as filterOf, network, rule } from '../testing/filter.ts'
import type { Filter } from '../testing/filter.ts'
import { nameFromText } from '../message/name.ts'
import { Suffixes } from '../names/suffixes.ts'
import { wireQuery } from '../testing/asking.ts'
import { summary } from '../testing/oracle.ts'
import { OVER_UDP } from '../via.ts'

const GUEST: Client = client('guest')
const STAFF: Client = { ...GUEST, network: 'staff' }

const lists = {
  adult: { blocks: ['guest', 'staff'], text: 'bad.example\nshared.example\nportal.example.org' },
  games: { blocks: ['guest'], text: 'play.example\nshared.example\nsub.bad.example' },
  staffonly: { blocks: ['staff'], text: 'shared.example' },
} as const

function decide(filter: Filter, domain: string, asking: Client): string {
  const name = new Suffixes()
  name.read(nameFromText(domain) ?? new Uint8Array(1), 0)
  const decision = filter.policy.decide(name, asking)
  if (decision.reason === null) return decision.kind
  return Buffer.from(decision.reason.error.text)
    .toString()
    .replace(/;ref=.*/, '')
}

function ask(filter: Filter, source: string, query: Uint8Array): Record<string, string> {
  let got: Uint8Array | null = null
  filter.server.handle(query, source, OVER_UDP, (answer) => {
    got = answer
  })
  return got === null ? {} : summary(query, got)
}

describe('what devices ask to find out whether they are online', () => {
  test('is above every policy, and a site that people visit is not', async () => {
    const { reserved } = (await createFilter({})).policy
    const find = (domain: string): string | null => {
      const name = new Suffixes()
      name.read(nameFromText(domain) ?? new Uint8Array(1), 0)
      return reserved.find(name)?.kind ?? null
    }
    for (const host of PROBE_HOSTS) expect([host, find(host)]).toEqual([host, 'exempt'])
    for (const site of PROBED_SITES) expect([site, find(site)]).toEqual([site, null])
  })
})

describe('lists', () => {
  test('block what is on them and below, on the networks they are for', async () => {
    const filter = await createFilter({ lists })
    expect(decide(filter, 'bad.example', GUEST)).toBe('cat=adult')
    expect(decide(filter, 'x.y.bad.example', STAFF)).toBe('cat=adult')
    expect(decide(filter, 'play.example', GUEST)).toBe('cat=games')
    expect(decide(filter, 'play.example', STAFF)).toBe('pass')
    expect(decide(filter, 'example', GUEST)).toBe('pass')
  })

  test('that hold the same name are told by the first that blocks on this network', async () => {
    const filter = await createFilter({ lists })
    expect(decide(filter, 'shared.example', GUEST)).toBe('cat=adult')
    const { adult: _, ...rest } = lists
    const without = await createFilter({ lists: rest })
    expect(decide(without, 'shared.example', GUEST)).toBe('cat=games')
    expect(decide(without, 'shared.example', STAFF)).toBe('cat=staffonly')
  })

  test('give way to rules, both ways', async () => {
    const rules = [
      rule('allow', 'bad.example', { network: 'staff' }),
      rule('block', 'good.example'),
    ]
    const filter = await createFilter({ lists, rules })
    expect(decide(filter, 'www.bad.example', STAFF)).toBe('allow')
    expect(decide(filter, 'www.bad.example', GUEST)).toBe('cat=adult')
    expect(decide(filter, 'good.example', GUEST)).toBe('by=rule')
  })
})

describe('a denial (RFC 8020)', () => {
  const hosts = {
    hosts: { blocks: ['guest'], text: '0.0.0.0 bad.example play.example both.example' },
    whole: { blocks: ['guest'], text: 'whole.example\nboth.example\n' },
    staff: { blocks: ['staff'], text: 'play.example' },
    insisting: { blocks: ['guest'], text: '||all.example^$important\n|host.example^$important' },
  } as const

  test.each([
    [
      'a name that a list names alone is no data, for those below it exist',
      'bad.example',
      'NOERROR',
    ],
    ['and that another network has the whole says nothing here', 'play.example', 'NOERROR'],
    ['of a name with all below it nothing exists', 'whole.example', 'NXDOMAIN'],
    ['nor where one list names it alone and another the whole', 'both.example', 'NXDOMAIN'],
    ['nor below it', 'www.both.example', 'NXDOMAIN'],
    ['alone among what goes before exceptions', 'host.example', 'NOERROR'],
    ['the whole among what goes before exceptions', 'all.example', 'NXDOMAIN'],
  ])('%s', async (_, domain, rcode) => {
    const filter = await createFilter({ lists: hosts })
    const query = wireQuery(domain, { edns: true })
    expect(ask(filter, '192.168.77.9', query)).toMatchObject({
      rcode,
      ede: expect.stringMatching(/^15:/),
    })
  })

  test('where the whole is blocked above it, a name named alone does not exist', async () => {
    const lists = {
      alone: { blocks: ['guest'], text: '0.0.0.0 www.bad.example' },
      above: { blocks: [], text: 'bad.example' },
    } as const
    // The place says more strongly what is said of the name alone.
    const filters = [
      filterOf({ block: ['above'] }),
      filterOf({ site: '75-0042', block: ['alone'] }),
    ]
    const networks = [network('guest', '192.168.77.0/24')]
    const filter = await createFilter({ lists, filters, networks })
    const query = wireQuery('www.bad.example', { edns: true })
    expect(ask(filter, '192.168.77.9', query)).toMatchObject({
      rcode: 'NXDOMAIN',
      ede: expect.stringMatching(/cat=alone/),
    })
  })

  test('where a nearer word lets the whole through, a name named alone is no data', async () => {
    const lists = {
      alone: { blocks: [], text: '0.0.0.0 www.good.example' },
      good: { blocks: [], text: 'good.example' },
    } as const
    const filters = [filterOf({ trust: ['good'] }), filterOf({ site: '75-0042', block: ['alone'] })]
    const networks = [network('guest', '192.168.77.0/24')]
    const filter = await createFilter({ lists, filters, networks })
    const query = wireQuery('www.good.example', { edns: true })
    expect(ask(filter, '192.168.77.9', query)).toMatchObject({
      rcode: 'NOERROR',
      ede: expect.stringMatching(/cat=alone/),
    })
  })
})

describe('the client’s address', () => {
  const networks = [
    network('guest', '192.168.77.0/24'),
    network('staff', '192.168.78.0/24'),
    network('guest', '2001:db8:77::/64', '69-0001'),
    network('guest', '198.51.100.0/24', '69-0001'),
  ]
  const rules = [
    rule('block', 'a.example', { network: 'guest', site: '75-0042' }),
    rule('block', 'b.example', { site: '69-0001' }),
    rule('block', 'c.example', { network: 'guest' }),
  ]
  const blocked = { rcode: 'NXDOMAIN' }

  test.each([
    ['192.168.77.9', 'a.example', blocked],
    ['::ffff:192.168.77.9', 'a.example', blocked],
    ['192.168.78.9', 'a.example', {}],
    ['2001:db8:77::1', 'b.example', blocked],
    ['198.51.100.1', 'b.example', blocked],
    ['192.168.77.9', 'b.example', {}],
    // Unknown but inside: the organisation's own rules for guests.
    ['10.9.8.7', 'c.example', blocked],
    ['127.0.0.1', 'c.example', blocked],
    ['fe80::1%eth0', 'c.example', blocked],
    ['10.9.8.7', 'a.example', {}],
    // Unknown and outside.
    ['203.0.113.5', 'c.example', { rcode: 'REFUSED', ede: '18', an: '0' }],
    ['2001:db8:78::1', 'www.example.net', { rcode: 'REFUSED', ede: '18' }],
    ['not an address', 'www.example.net', { rcode: 'REFUSED' }],
  ])('%s asking for %s', async (source, domain, expected) => {
    // Takes every question and never answers: what got that far was let through.
    const forwarder = { resolve: () => 'asked' as const, stop: () => {} }
    const filter = await createFilter({ networks, rules, forwarder })
    const got = ask(filter, source, wireQuery(domain, { edns: true }))
    if (Object.keys(expected).length === 0) expect(got).toEqual({})
    else expect(got).toMatchObject(expected)
  })

  test('the browsers’ and phones’ canaries are for guests', async () => {
    const forwarder = { resolve: () => 'asked' as const, stop: () => {} }
    const filter = await createFilter({ networks, rules, forwarder })
    const query = wireQuery('use-application-dns.net')
    expect(ask(filter, '192.168.77.9', query)).toMatchObject(blocked)
    expect(ask(filter, '192.168.78.9', query)).toEqual({})
  })
})
