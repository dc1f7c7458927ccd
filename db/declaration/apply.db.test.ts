import { describe, expect, test } from 'vitest'
import { openTestDatabase } from '../../test/support/database.ts'
import { CONTRACT_FILES, temporaryFolder } from '../../test/support/folder.ts'
import { createSeal } from '#core/seal.ts'
import { loadListKeys } from '../list-keys.ts'
import { testSeal } from '../../test/support/house.ts'
import { createTestAuthority } from '../../test/support/gateway-certificate.ts'
import { loadAuthorities } from '../authorities.ts'
import type { Database } from '../connection.ts'
import { loadGateways } from '../gateways.ts'
import { addList } from '../list-changes.ts'
import { loadRules } from '../rules.ts'
import { applyDeclaration } from './apply.ts'
import type { ApplyOptions } from './apply.ts'
import { formatChange } from './difference.ts'
import { readDeclaration } from './read.ts'

const CONTRACT = CONTRACT_FILES['house.yaml']

async function apply(
  database: Database,
  yaml: string,
  more: Partial<ApplyOptions> = {},
  files: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  using folder = temporaryFolder({ ...CONTRACT_FILES, ...files, 'house.yaml': yaml })
  const read = readDeclaration([folder.file('house.yaml')])
  if (!read.ok) throw new Error(read.problems.join('\n'))
  const options = { dryRun: false, actor: 'test', now: Date.parse('2026-11-23'), ...more }
  const changes = await applyDeclaration(database, testSeal, read.declaration, options)
  return changes.map(formatChange)
}

describe('apply', () => {
  test('twice is once, and a dry run changes nothing', async () => {
    await using database = await openTestDatabase()
    const planned = await apply(database, CONTRACT, { dryRun: true })
    expect(planned).toEqual([
      '+ organisation',
      '+ association 75',
      '+ site 75-0042',
      '+ network 75-0042 guest',
      '+ network 75-0042 staff',
      '+ gateway gw-0042',
      '+ terms 2026-01',
      '+ list adult',
      '+ rule example.org guest',
      '+ account bob',
    ])
    expect(await loadGateways(database, testSeal)).toEqual([])
    expect(await apply(database, CONTRACT)).toEqual(planned)
    expect(await apply(database, CONTRACT)).toEqual([])
    const audit = await database.sql`select actor, action, subject from audit.entry order by id`
    expect([...audit]).toEqual([
      ...planned.map((line) => ({
        actor: 'test',
        action: expect.stringMatching(/^[a-z]+[.]create$/),
        subject: line.slice(2),
      })),
      { actor: 'test', action: 'apply', subject: 'house' },
    ])
  })

  test('leaves of each thing how it was and is, of which association, and never a secret', async () => {
    await using database = await openTestDatabase()
    await apply(database, CONTRACT)
    await apply(database, CONTRACT.replace('Centre Nation', 'Centre République'))
    const [line] = await database.sql`
      select details, association from audit.entry where action = 'site.change'`
    expect(line).toMatchObject({
      association: '75',
      details: { before: { name: 'Centre Nation' }, after: { name: 'Centre République' } },
    })
    const [gateway] = await database.sql`
      select details, association from audit.entry where action = 'gateway.create'`
    expect(gateway).toMatchObject({
      association: '75',
      details: { before: null, after: { name: 'gw-0042', address: '127.0.0.1/32' } },
    })
    const [{ everything } = { everything: '' }] = await database.sql<{ everything: string }[]>`
      select string_agg(details::text, '') as everything from audit.entry`
    for (const secret of ['testing123', 'hello', 'argon2']) expect(everything).not.toContain(secret)
  })

  test('of a list with an address leaves its text to who fetches it, and what a command added alone', async () => {
    await using database = await openTestDatabase()
    const lists = (more: string): string => `version: 1\nlists:\n${more}`
    const games = '  - { name: games, category: games, url: "https://lists.example/games" }\n'
    expect(await apply(database, lists(games))).toEqual(['+ list games'])
    const fetched = { sha256: 'ab', content: Buffer.from('fetched') }
    await database.kysely.updateTable('house.list').set(fetched).execute()
    expect(await apply(database, lists(games))).toEqual([])

    const from = { text: Buffer.from('own.example') }
    const own = { name: 'own', category: 'own', blocks: ['guest'], from } as const
    await addList(database, testSeal, own, 'cli:ada')
    const moved = games.replace('/games"', '/other.tar.gz", folder: play')
    expect(await apply(database, lists(moved))).toEqual([
      '~ list games: url "https://lists.example/games" → "https://lists.example/other.tar.gz", folder none → "play"',
    ])
    const rows = await database.sql`
      select l.name, l.sha256, o.url, o.folder from house.list l
      left join house.list_source o on o.list = l.name order by l.name`
    expect([...rows]).toMatchObject([
      { name: 'games', sha256: 'ab', url: 'https://lists.example/other.tar.gz', folder: 'play' },
      { name: 'own', url: null },
    ])
    const file = '  - { name: own, category: own, file: ./adult.txt }\n'
    expect(await apply(database, lists(file))).toEqual([
      expect.stringMatching(/^~ list own: .*made_by "command" → "declaration"/),
      '- list games',
    ])
  })

  test('prints what changes, and never a secret', async () => {
    await using database = await openTestDatabase()
    await apply(database, CONTRACT)
    const changed = CONTRACT.replace('Centre Nation', 'Centre République')
      .replace('testing123', 'another-secret')
      .replace('password: hello', 'password: bonjour')
      .replace('action: block', 'action: allow')
      .replace('vlan: 20', 'vlan: 30')
    expect(await apply(database, changed)).toEqual([
      '~ site 75-0042: name "Centre Nation" → "Centre République"',
      '~ network 75-0042 staff: vlan 20 → 30',
      '~ gateway gw-0042: secret changed, former_secret changed, former_secret_until none → "2026-11-30T00:00:00.000Z"',
      '~ rule example.org guest: action "block" → "allow"',
      '~ account bob: password_hash changed',
    ])
    expect((await loadGateways(database, testSeal))[0]).toMatchObject({
      secret: 'another-secret',
      staff: { vlan: 30 },
    })
  })

  test('a section that is there is complete, one that is not is left alone', async () => {
    await using database = await openTestDatabase()
    await apply(database, CONTRACT)
    expect(await apply(database, 'version: 1\nrules: []\n')).toEqual(['- rule example.org guest'])
    expect(await loadRules(database)).toEqual([])
    expect(await loadGateways(database, testSeal)).toHaveLength(1)
  })

  test('what does not fit the house changes nothing and is named, all of it', async () => {
    await using database = await openTestDatabase()
    await apply(database, CONTRACT)
    const wrong = `version: 1
sites:
  - code: "13-0001"
    name: Marseille
    association: "13"
    gateways:
      - { name: gw-0001, address: 127.0.0.1/32, secret: testing123, kind: generic }
rules:
  - { action: block, domain: example.net, site: "13-9999" }
`
    await expect(apply(database, wrong)).rejects.toMatchObject({
      problems: [
        expect.stringMatching(/:3: sites\[0\]\.association "13" is not an association/),
        expect.stringMatching(
          /:7: sites\[0\]\.gateways\[0\]\.address .* belongs to the gateway "gw-0042"/,
        ),
        expect.stringMatching(/:9: rules\[0\]\.site "13-9999" is not declared/),
      ],
    })
    expect(await loadRules(database)).toHaveLength(1)
  })

  test('terms in force cannot be rewritten, terms to come can', async () => {
    await using database = await openTestDatabase()
    await apply(database, CONTRACT)
    const rewritten = CONTRACT.replace('en: ./terms.en.md', 'en: ./terms.fr.md')
    await expect(apply(database, rewritten)).rejects.toMatchObject({
      problems: [
        expect.stringMatching(
          /house\.yaml:\d+: terms\[0\] changes the terms "2026-01" \(the text in "en"\), in force since 2026-01-01: .*declare what is new as a version of its own/,
        ),
      ],
    })
    const moved = CONTRACT.replace('effective: 2026-01-01', 'effective: 2026-02-01')
    await expect(apply(database, moved)).rejects.toThrow(/\(its date\)/)
    const toCome = CONTRACT.replace('effective: 2026-01-01', 'effective: 2099-01-01').replace(
      'version: "2026-01"',
      'version: "2099-01"',
    )
    expect(await apply(database, toCome)).toEqual(['+ terms 2099-01'])
    const improved = toCome.replace('en: ./terms.en.md', 'en: ./terms.fr.md')
    expect(await apply(database, improved)).toEqual([
      expect.stringMatching(/^~ terms 2099-01: texts/),
    ])
    // With its last change it may take effect at once.
    const now = toCome.replace('effective: 2099-01-01', 'effective: 2026-06-01')
    expect(await apply(database, now)).toEqual([
      expect.stringMatching(/^~ terms 2099-01: effective "2099-01-01" → "2026-06-01", texts/),
    ])
  })

  test('the first real declaration takes the place of a provisional one', async () => {
    await using database = await openTestDatabase()
    await apply(database, CONTRACT, { provisional: true })
    const real = CONTRACT.replaceAll('75-0042', '75-0001').replace('name: gw-0042', 'name: gw-0001')
    const changes = await apply(database, real)
    expect(changes).toContain('- site 75-0042')
    expect(
      (await loadGateways(database, testSeal)).map(({ name, site }) => `${name} ${site}`),
    ).toEqual(['gw-0001 75-0001'])
  })

  test('two gateways can swap their addresses', async () => {
    await using database = await openTestDatabase()
    const one =
      '      - { name: gw-0042, address: 127.0.0.1/32, secret: testing123, kind: generic }\n'
    const two = one.replace('gw-0042', 'gw-0043').replace('127.0.0.1', '127.0.0.2')
    await apply(database, CONTRACT.replace(one, one + two))
    const swapped = one.replace('127.0.0.1', '127.0.0.2') + two.replace('127.0.0.2', '127.0.0.1')
    expect(await apply(database, CONTRACT.replace(one, swapped))).toHaveLength(2)
  })

  test('a gateway behind NAT has an authority, a name and a way to be told, and no address', async () => {
    await using database = await openTestDatabase()
    const authority = await createTestAuthority('gateways')
    const coa = 'coa: { vendor: cisco, port: 1700, secret: coa-secret }'
    const behindNat = CONTRACT.replace(
      'name: gw-0042, address: 127.0.0.1/32,',
      `name: gw-0042, radsec: { name: GW-0042.example.org, authority: gateways }, ${coa},`,
    )
    const declared = `${behindNat}authorities:\n  - { name: gateways, file: ./ca.pem, revoked: ["00:0A:1b"] }\n`
    const files = { 'ca.pem': authority.declared.pem }
    await apply(database, declared, {}, files)
    expect(await apply(database, declared, {}, files)).toEqual([])
    expect((await loadGateways(database, testSeal))[0]).toMatchObject({
      address: null,
      radsec: { by: 'name', name: 'gw-0042.example.org', authority: 'gateways' },
      vendor: 'cisco',
      coa: { port: 1700, secret: 'coa-secret' },
    })
    expect(await loadAuthorities(database)).toEqual([
      { ...authority.declared, revoked: new Set(['a1b']) },
    ])
    expect(await apply(database, CONTRACT)).toEqual([
      expect.stringMatching(/^~ gateway gw-0042: address none → .*coa_secret changed/),
    ])
  })

  test('a gateway must sign its requests unless it says otherwise, and again when it no longer does', async () => {
    await using database = await openTestDatabase()
    await apply(database, CONTRACT)
    const rule = async (): Promise<unknown> =>
      (await loadGateways(database, testSeal))[0]?.messageAuthenticator
    expect(await rule()).toBe('required')
    const lenient = CONTRACT.replace('kind: generic', 'kind: generic, message_authenticator: auto')
    expect(await apply(database, lenient)).toEqual([
      '~ gateway gw-0042: message_authenticator "required" → "auto"',
    ])
    expect(await apply(database, lenient)).toEqual([])
    expect(await rule()).toBe('auto')
    await expect(apply(database, lenient.replace(': auto', ': sometimes'))).rejects.toThrow(
      /:\d+: .*message_authenticator must be one of required, auto, optional, trusted/,
    )
    await apply(database, CONTRACT)
    expect(await rule()).toBe('required')
  })

  test('a key and the secret of CoA are sealed, and never printed', async () => {
    await using database = await openTestDatabase()
    const key = 'a key of more than sixteen'
    const keyed = (psk: string): string =>
      CONTRACT.replace('address: 127.0.0.1/32', `radsec: { psk: ${psk} }, coa: {}`)
    await apply(database, keyed(key))
    expect((await loadGateways(database, testSeal))[0]).toMatchObject({
      radsec: { by: 'psk', psk: key },
      vendor: 'standard',
      coa: { port: 3799, secret: 'testing123' },
    })
    const [row] = await database.sql`select radsec_psk from house.gateway`
    expect(JSON.stringify(row)).not.toContain(key)
    expect(await apply(database, keyed('another key of as many'))).toEqual([
      '~ gateway gw-0042: radsec_psk changed',
    ])
  })

  test('an authority that a gateway needs must be declared, and cannot go before it', async () => {
    await using database = await openTestDatabase()
    const authority = await createTestAuthority('gateways')
    const files = { 'ca.pem': authority.declared.pem }
    const named = CONTRACT.replace(
      'address: 127.0.0.1/32',
      'radsec: { name: gw, authority: gateways }',
    )
    await expect(apply(database, named)).rejects.toMatchObject({
      problems: [expect.stringMatching(/radsec.authority "gateways" is not an authority/)],
    })
    const authorities = 'authorities: [{ name: gateways, file: ./ca.pem }]\n'
    await apply(database, named + authorities, {}, files)
    await expect(apply(database, 'version: 1\nauthorities: []\n')).rejects.toMatchObject({
      problems: ['the authority "gateways" is still needed by the gateway "gw-0042"'],
    })
  })

  test('a legal basis is added and ended, stays when it is no longer declared, and meets no other', async () => {
    await using database = await openTestDatabase()
    const first = 'version: 1\nlegal:\n  - { id: one, text: décret, from: 2025-10-21 }\n'
    const second = '  - { id: two, text: décret, from: 2026-10-21, until: 2027-10-20 }\n'
    expect(await apply(database, first)).toEqual(['+ legal basis one'])
    await expect(apply(database, `version: 1\nlegal:\n${second}`)).rejects.toMatchObject({
      problems: [
        expect.stringMatching(/"two" is in force at the same time as "one" .* has no end/),
      ],
    })
    const ended = first.replace('2025-10-21 }', '2025-10-21, until: 2026-10-20 }')
    expect(await apply(database, ended + second)).toEqual([
      '~ legal basis one: ends_on none → "2026-10-20"',
      '+ legal basis two',
    ])
    expect(await apply(database, `version: 1\nlegal:\n${second}`)).toEqual([])
  })
})

test('the key of a zone is sealed, never shown, and written anew when it is another', async () => {
  await using database = await openTestDatabase()
  const lists = (secret: string): string =>
    `version: 1\nlists:\n  - { name: feed, category: feed, url: "rpz+axfr://192.0.2.1/rpz.example", tsig: { name: K.example, secret: "${secret}" } }\n`
  const first = Buffer.alloc(32, 1).toString('base64')
  const second = Buffer.alloc(32, 2).toString('base64')
  expect(await apply(database, lists(first))).toEqual(['+ list feed'])
  expect(await apply(database, lists(first))).toEqual([])
  const changes = await apply(database, lists(second))
  expect(changes).toHaveLength(1)
  expect(changes.join()).not.toContain(second)
  const keys = await loadListKeys(database.as('jobs'), testSeal)
  expect(keys.get('feed')).toEqual({
    ...{ name: 'k.example', algorithm: 'hmac-sha256' },
    secret: new Uint8Array(32).fill(2),
  })
  const [row] = await database.sql`select tsig_secret from house.list_source`
  expect(row?.['tsig_secret']).not.toContain(second)
  const other = createSeal(new Uint8Array(32).fill(9))
  expect((await loadListKeys(database, other)).get('feed')).toBeNull()
})
