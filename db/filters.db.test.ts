import { describe, expect, test } from 'vitest'
import { createSeal } from '#core/seal.ts'
import { openTestDatabase } from '../test/support/database.ts'
import { CONTRACT_FILES, temporaryFolder } from '../test/support/folder.ts'
import { testSeal } from '../test/support/house.ts'
import type { Database } from './connection.ts'
import { applyDeclaration } from './declaration/apply.ts'
import { formatChange } from './declaration/difference.ts'
import { readDeclaration } from './declaration/read.ts'
import { dnsTokenOf, loadDnsTokens, rotateDnsToken } from './dns-tokens.ts'
import { loadFilters } from './filters.ts'
import { loadRules } from './rules.ts'

async function apply(database: Database, yaml: string): Promise<readonly string[]> {
  using folder = temporaryFolder({ ...CONTRACT_FILES, 'house.yaml': yaml })
  const read = readDeclaration([folder.file('house.yaml')])
  if (!read.ok) return read.problems.map((problem) => problem.replace(/^.*house\.yaml/, 'house'))
  const options = { dryRun: false, actor: 'test', now: Date.parse('2026-11-23') }
  return (await applyDeclaration(database, testSeal, read.declaration, options)).map(formatChange)
}

const CONTRACT = CONTRACT_FILES['house.yaml']

const FILTERED = `version: 1
organisation:
  name: Les Restos
  contact: wifi@example.org
  filter:
    block: adult
    imposed: list:adult
    internal: intra.example.org
    forward: { Corp.example.: [10.0.0.53, "tls://10.0.1.53:8853#dns.corp.example"], 10.in-addr.arpa: 10.0.0.53 }
    always: [sso.example.org]
    page: [192.0.2.10, "2001:DB8::10"]
    answers: { adult: page }
    guest: { safe_search: true }
associations:
  - { code: "75", name: Paris, filter: { staff: { bypass: closed } } }
sites:
  - code: "75-0042"
    name: Centre Nation
    association: "75"
    filter: { addresses: 198.51.100.7 }
    networks:
      guest:
        subnets: [192.168.77.0/24]
        filter:
          schedules:
            - { hours: "Mon-Fri  08:00-18:00", block: service:tiktok, answer: zero }
        devices:
          - { name: tablet, mac: AA-BB-CC-DD-EE-01, filter: { asked: true, block: adult } }
      staff: { subnets: [192.168.78.0/24], vlan: 20 }
    gateways:
      - { name: gw-0042, address: 127.0.0.1/32, secret: testing123, kind: generic }
`

describe('filters, declared', () => {
  test('at every level, twice is once, and without the words the filter is gone', async () => {
    await using database = await openTestDatabase()
    await apply(database, CONTRACT)
    const changes = await apply(database, FILTERED)
    expect(changes.filter((change) => change.includes('filter'))).toEqual([
      '+ filtered device 75-0042 guest tablet',
      '+ filter of the organisation',
      '+ filter of the organisation guest',
      '+ filter 75',
      '+ filter 75 staff',
      '+ filter 75-0042',
      '+ filter 75-0042 guest',
      '+ filter 75-0042 guest, schedule 1',
      '+ filter 75-0042 guest tablet',
    ])
    expect(await apply(database, FILTERED)).toEqual([])

    const { filters, devices, lifts } = await loadFilters(database.as('dns'))
    expect(devices).toEqual([
      { site: '75-0042', network: 'guest', name: 'tablet', mac: 'aa:bb:cc:dd:ee:01' },
    ])
    expect(lifts).toEqual([])
    expect(filters[0]).toMatchObject({
      ...{ association: null, site: null, network: null, device: null, hours: [] },
      ...{ block: ['adult'], imposed: ['list:adult'], internal: ['intra.example.org'] },
      ...{ always: ['sso.example.org'], page: ['192.0.2.10', '2001:db8::10'] },
      answers: ['adult=page'],
      forward: [
        'corp.example=10.0.0.53:53',
        'corp.example=tls://10.0.1.53:8853#dns.corp.example',
        '10.in-addr.arpa=10.0.0.53:53',
      ],
    })
    expect(filters[1]).toMatchObject({ network: 'guest', safeSearch: true })
    expect(filters[3]).toMatchObject({ association: '75', network: 'staff', bypass: 'closed' })
    expect(filters[4]).toMatchObject({ site: '75-0042', addresses: ['198.51.100.7/32'] })
    expect(filters[6]).toMatchObject({
      ...{ site: '75-0042', network: 'guest', hours: ['mon-fri 08:00-18:00'] },
      ...{ block: ['service:tiktok'], answer: 'zero' },
    })
    expect(filters[7]).toMatchObject({ device: 'tablet', asked: true })

    const later = FILTERED.replace('safe_search: true', 'safe_search: false')
    expect(await apply(database, later)).toEqual([
      '~ filter of the organisation guest: safe_search true → false',
    ])
    await apply(database, CONTRACT)
    expect((await loadFilters(database)).filters).toEqual([])
  })

  test('mistakes are named: what is no subject, no category of a list, or never blocked', async () => {
    await using database = await openTestDatabase()
    await apply(database, CONTRACT)
    const block = (what: string): string =>
      FILTERED.replace('block: adult\n    imposed', `${what}\n    imposed`)
    expect(await apply(database, block('block: service:tictoc'))).toEqual([
      expect.stringMatching(/^house:6: organisation\.filter\.block\[0\] .*not a service we know/),
    ])
    expect(await apply(database, block('block: adult\n    allow: adult'))).toEqual([
      expect.stringMatching(/block names "adult", which the same level always allows/),
    ])
    await expect(apply(database, block('block: gambling'))).rejects.toThrow(
      'the filter of the organisation names "gambling", but no list has this category',
    )
    const twice = FILTERED.replace('devices:\n', 'devices:\n          - { name: tablet }\n')
    expect(await apply(database, twice)).toEqual([
      expect.stringMatching(/devices\[1\]\.name "tablet" is there twice/),
    ])
    const forward = (what: string): string => FILTERED.replace('10.in-addr.arpa: 10.0.0.53', what)
    expect(await apply(database, forward('lan.example: dns.corp.example'))).toEqual([
      expect.stringMatching(/^house:9: .*forward.*"dns\.corp\.example" is not ADDRESS/),
    ])
    expect(await apply(database, forward('lan.example: []'))).toEqual([
      expect.stringMatching(/forward.*has no server/),
    ])
    for (const zone of ['localhost', 'resolver.arpa', '"a b"']) {
      expect(await apply(database, forward(`${zone}: 10.0.0.53`))).toHaveLength(1)
    }
    const hours = FILTERED.replace('"Mon-Fri  08:00-18:00"', '"25:00-26:00"')
    expect(await apply(database, hours)).toEqual([expect.stringMatching(/is not hours such as/)])
  })
})

describe('rules, declared', () => {
  test('may end and have a note, and leave alone what a command made', async () => {
    await using database = await openTestDatabase()
    await apply(database, CONTRACT)
    await database.kysely
      .insertInto('house.rule')
      .values({
        ...{ action: 'block', domain: 'made.example', network: null, site: null },
        ...{ association: null, until: null, note: null, declared: false, made_by: 'cli:ada' },
      })
      .execute()
    const rules = `version: 1
rules:
  - { action: allow, domain: a.example, until: 2026-12-31, note: Until the new list }
  - { action: allow, domain: b.example, until: "2026-12-31T18:00:00+01:00" }
`
    await apply(database, rules)
    expect(await apply(database, rules)).toEqual([])
    expect(
      (await loadRules(database)).map(({ domain, until, note }) => [domain, until, note]),
    ).toEqual([
      ['made.example', null, null],
      ['a.example', Date.parse('2027-01-01T00:00:00Z'), 'Until the new list'],
      ['b.example', Date.parse('2026-12-31T17:00:00Z'), null],
    ])
    const taken = 'version: 1\nrules:\n  - { action: block, domain: made.example }\n'
    expect(await apply(database, taken)).toContain('~ rule made.example: declared false → true')
    expect(await apply(database, 'version: 1\nrules: []\n')).toEqual(['- rule made.example'])
  })
})

describe('the tokens of places', () => {
  const owner = { site: '75-0042', network: 'guest', device: null } as const

  test('are one for each network and device, the same on every node, and in no table', async () => {
    await using database = await openTestDatabase()
    await apply(database, CONTRACT)
    await apply(database, FILTERED)
    const tokens = await loadDnsTokens(database.as('dns'), testSeal)
    expect(tokens.map(({ site, network, device }) => [site, network, device])).toEqual([
      ['75-0042', 'guest', null],
      ['75-0042', 'staff', null],
      ['75-0042', 'guest', 'tablet'],
    ])
    expect(new Set(tokens.map(({ token }) => token)).size).toBe(3)
    // A label of a name, and 130 bits.
    for (const { token } of tokens) expect(token).toMatch(/^[a-z2-7]{26}$/)
    expect(await loadDnsTokens(database, testSeal)).toEqual(tokens)
    expect(await dnsTokenOf(database.as('portal'), testSeal, owner)).toBe(tokens[0]?.token)
    const other = createSeal(new Uint8Array(32).fill(8))
    expect(await dnsTokenOf(database, other, owner)).not.toBe(tokens[0]?.token)
  })

  test('can be replaced; the one before is valid until then', async () => {
    await using database = await openTestDatabase()
    await apply(database, CONTRACT)
    const before = await dnsTokenOf(database, testSeal, owner)
    const until = new Date('2026-12-01T00:00:00Z')
    await rotateDnsToken(database, owner, until)
    const after = await dnsTokenOf(database, testSeal, owner)
    expect(after).not.toBe(before)
    const mine = (await loadDnsTokens(database, testSeal)).filter(
      ({ network }) => network === 'guest',
    )
    expect(mine.map(({ token, until: end }) => [token, end])).toEqual([
      [after, null],
      [before, until.getTime()],
    ])
    await rotateDnsToken(database, owner, until)
    const last = (await loadDnsTokens(database, testSeal)).filter(
      ({ network }) => network === 'guest',
    )
    expect(last.map(({ token }) => token)).not.toContain(before)
  })
})
