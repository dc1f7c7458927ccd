import { describe, expect, test } from 'vitest'
import { NO_FILTERS } from '#db/filters.ts'
import { rpzHead } from '../lists/rpz-zone.ts'
import { nameFromText } from '../message/name.ts'
import { Suffixes } from '../names/suffixes.ts'
import { client, filter, head, listIndexOf, rule } from '../testing/filter.ts'
import type { House } from './explain.ts'
import { exportPolicy, policyWriter } from './export-policy.ts'
import type { ExportFormat } from './export-policy.ts'
import { Policy } from './policy.ts'

const TEXTS: Readonly<Record<string, string>> = {
  adult: 'bad.example\ndeep.er.bad.example\nworse.example\nsafe.example\n',
  hosts: '0.0.0.0 alone.example\n0.0.0.0 www.bad.example\n',
  games: '||play.example^\n@@||ok.play.example^\n',
  unused: 'unused.example\n',
}

const house: House = {
  heads: [
    head('adult', ['guest']),
    head('hosts', ['guest']),
    head('games', []),
    head('unused', []),
  ],
  rules: [
    rule('allow', 'school.worse.example'),
    rule('block', 'own.example', { site: '75-0042', network: 'guest' }),
    rule('block', 'elsewhere.example', { site: '69-0001' }),
  ],
  filters: {
    ...NO_FILTERS,
    filters: [
      filter({ answers: ['games=nodata'], always: ['safe.example'], internal: ['intra.example'] }),
      filter({ site: '75-0042', block: ['games', 'service:tiktok'], bypass: 'open' }),
    ],
  },
  garden: [],
  ownHosts: ['portal.example.org'],
  readText: async (list) => Buffer.from(TEXTS[list] ?? ''),
}

async function exported(format: ExportFormat, who = client('guest')) {
  const writer = policyWriter(format, (name) => name.length < 200)
  let text = ''
  for await (const line of exportPolicy(house, who, () => 0)) text += writer.write(line)
  return { text, lines: text.trim().split('\n'), lost: writer.lost }
}

describe('a policy for another resolver', () => {
  test('as a response policy zone has what is blocked, and what is let through below it', async () => {
    const { lines, lost } = await exported('rpz')
    const own = lines.filter(
      (line) => !/tiktok|byteoversea|ibyte|musical|muscdn|ttwstatic/.test(line),
    )
    expect(own.toSorted()).toEqual([
      '*.bad.example CNAME .',
      '*.intra.example CNAME .',
      '*.ok.play.example CNAME rpz-passthru.',
      '*.own.example CNAME .',
      '*.play.example CNAME *.',
      '*.school.worse.example CNAME rpz-passthru.',
      '*.worse.example CNAME .',
      'alone.example CNAME .',
      'bad.example CNAME .',
      'intra.example CNAME .',
      'ok.play.example CNAME rpz-passthru.',
      'own.example CNAME .',
      'play.example CNAME *.',
      'school.worse.example CNAME rpz-passthru.',
      'worse.example CNAME .',
    ])
    expect(lines).toContain('*.tiktok.com CNAME .')
    expect(lost).toEqual({})
  })

  test('is that of the one who asks: the staff of another place', async () => {
    const { lines } = await exported('rpz', client('staff', { site: '69-0001' }))
    expect(lines).toEqual(['elsewhere.example CNAME .', '*.elsewhere.example CNAME .'])
  })

  test('names what stands between an exception and the wildcard above it, which skips it (RFC 4592)', async () => {
    const deep = { ...house, rules: [rule('allow', 'a.b.worse.example')] }
    const writer = policyWriter('rpz', () => true)
    const lines: string[] = []
    for await (const line of exportPolicy(deep, client('guest'), () => 0)) {
      lines.push(...writer.write(line).split('\n'))
    }
    expect(lines).toContain('b.worse.example CNAME .')
    expect(lines).toContain('*.b.worse.example CNAME .')
    expect(lines).not.toContain('er.bad.example CNAME .')
  })

  test('as names or hosts has what these can say, and tells what they cannot', async () => {
    const domains = await exported('domains')
    expect(domains.lines).toContain('bad.example')
    expect(domains.lines).not.toContain('alone.example')
    expect(domains.lines).not.toContain('www.bad.example')
    expect(domains.lost).toEqual({ exceptions: 2, 'names alone, or all but their own': 1 })
    const hosts = await exported('hosts')
    expect(hosts.lines).toContain('0.0.0.0 alone.example')
    expect(hosts.lines).toContain('0.0.0.0 www.bad.example')
    expect(hosts.lines).not.toContain('0.0.0.0 ok.play.example')
    expect(Object.keys(hosts.lost)).toEqual(['names with all below them: here without those'])
  })

  test('read back as a list, decides every name as it did here', async () => {
    const { text } = await exported('rpz')
    const zone = rpzHead({ zone: 'rpz.example.', serial: 1 }) + text
    const heads = [head('zone', ['guest'])]
    const again = new Policy([], () => 0)
    again.useFilters({ ...NO_FILTERS, filters: [filter({ bypass: 'open' })] })
    again.useLists(listIndexOf(heads, () => zone))
    const here = new Policy(house.ownHosts, () => 0)
    here.useRules(house.rules)
    here.useFilters(house.filters)
    here.useLists(listIndexOf(house.heads, (list) => TEXTS[list] ?? ''))
    const name = new Suffixes()
    const asked = [
      'bad',
      'worse',
      'school.worse',
      'alone',
      'play',
      'ok.play',
      'own',
      'unused',
      'er.bad',
    ]
    for (const domain of asked.flatMap((one) => [one, `x.${one}`, `x.y.${one}`])) {
      name.read(nameFromText(`${domain}.example`) ?? new Uint8Array(1), 0)
      const [told, meant] = [again, here].map(
        (policy) => policy.decide(name, client('guest')).kind === 'block',
      )
      expect([domain, told]).toEqual([domain, meant])
    }
  })
})
