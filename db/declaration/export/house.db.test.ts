import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import fc from 'fast-check'
import { beforeAll, describe, expect, test } from 'vitest'
import { stringify } from 'yaml'
import { createSeal } from '#core/seal.ts'
import type { Seal } from '#core/seal.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import { temporaryFolder } from '../../../test/support/folder.ts'
import { createTestAuthority } from '../../../test/support/gateway-certificate.ts'
import { seedHouse, testSeal } from '../../../test/support/house.ts'
import type { Database } from '../../connection.ts'
import { applyDeclaration } from '../apply.ts'
import { formatChange } from '../difference.ts'
import { readDeclaration } from '../read.ts'
import { exportHouse } from './house.ts'
import type { ExportedHouse, ExportOptions } from './house.ts'

const NOW = Date.parse('2026-11-28')
const SECRETS = ['radius-secret-', 'hello-', 'bind-password-', 'passphrase-of-', 'client-secret-']

let pem: Readonly<Record<'authority' | 'certificate' | 'key', string>>
beforeAll(async () => {
  const authority = await createTestAuthority('gateways')
  const own = await authority.issue('us.example')
  pem = { authority: authority.declared.pem, certificate: own.pem, key: own.keyPem }
})

async function apply(
  database: Database,
  house: ExportedHouse,
  { dryRun = false, seal = testSeal }: { dryRun?: boolean; seal?: Seal } = {},
): Promise<readonly string[]> {
  using folder = temporaryFolder({ 'house.yaml': house.yaml })
  for (const [name, bytes] of house.files) {
    mkdirSync(dirname(join(folder.path, name)), { recursive: true })
    writeFileSync(join(folder.path, name), bytes)
  }
  const read = readDeclaration([folder.file('house.yaml')], () => seal)
  if (!read.ok) return read.problems.map((problem) => problem.replaceAll(`${folder.path}/`, ''))
  const options = { dryRun, actor: 'test', now: NOW }
  return (await applyDeclaration(database, seal, read.declaration, options)).map(formatChange)
}

function exported(database: Database, how: Partial<ExportOptions>): Promise<ExportedHouse> {
  const options = { secrets: 'sealed', beside: true, actor: 'test', reason: null, ...how } as const
  return exportHouse(database, testSeal, options)
}

const word = fc.stringMatching(/^[a-zéèœ '"#:<&=@-]{0,12}$/).map((text) => `é${text}`.trim())
const some = <T>(item: fc.Arbitrary<T>): fc.Arbitrary<T[]> =>
  fc.uniqueArray(item, { maxLength: 3, selector: (one) => JSON.stringify(one) })
const network = fc.constantFrom('guest', 'staff')
const minutes = fc.integer({ min: 1, max: 40_000 }).map((count) => `${count}m`)
const subject = fc.constantFrom('adult', 'games', 'list:adult', 'service:netflix')
const hours = fc.constantFrom('mon-fri 08:00-20:00', 'sat,sun', '22:00-06:00')

/** A record of which each key is there or not. */
function maybe<const A extends Record<string, fc.Arbitrary<unknown>>>(
  keys: A,
): fc.Arbitrary<{ [K in keyof A]?: A[K] extends fc.Arbitrary<infer T> ? T : never }> {
  return fc.record(keys, { requiredKeys: [] }) as never
}

const layer = {
  block: some(subject),
  answer: fc.constantFrom('nxdomain', 'nodata', 'zero'),
  answers: fc.constantFrom({ adult: 'zero' }, { games: 'nodata', adult: 'nxdomain' }),
  safe_search: fc.boolean(),
  bypass: fc.constantFrom('closed', 'open'),
  asked: fc.boolean(),
  addresses: fc.constantFrom(['192.0.2.0/24'], ['2001:db8::/32', '198.51.100.7/32']),
  private_names: some(fc.constantFrom('nas.example', 'tv.example')),
}
const level = maybe({
  ...layer,
  schedules: fc.array(
    fc
      .tuple(some(hours), maybe(layer))
      .map(([when, more]) => ({ hours: [...when, 'sun'], ...more })),
    { maxLength: 2 },
  ),
})
const houseLevel = fc
  .tuple(
    level,
    maybe({
      guest: level,
      staff: level,
      imposed: some(subject),
      internal: some(fc.constantFrom('intra.example')),
      forward: fc.constantFrom(
        { 'corp.example': ['10.0.0.53', 'tls://10.0.1.53#dns.corp.example'] },
        { 'b.example': ['10.0.0.53:5300'], '10.in-addr.arpa': ['https://10.0.0.53/dns-query'] },
      ),
      always: some(fc.constantFrom('bank.example')),
    }),
  )
  .map(([base, more]) => ({ ...base, ...more }))

const networkOf = (n: number) =>
  maybe({
    vlan: fc.integer({ min: 1, max: 4094 }),
    grant: minutes,
    nat: fc.constantFrom(
      { ports: '1024-65535', each: 64 },
      { address: '203.0.113.9', ports: '2048-65535', each: 32 },
    ),
    ssid: fc.constantFrom('Restos', 'Étage "2"'),
    filter: level,
    devices: fc.constantFrom(
      [],
      [{ name: 'till', mac: '02-00-00-00-00-01', filter: { block: ['adult'] } }, { name: 'tv' }],
    ),
  }).map((given) => ({ subnets: [`10.${n}.0.0/25`], ...given }))

const staffNetworkOf = (n: number) =>
  fc
    .tuple(
      networkOf(n),
      maybe({
        captive: fc.constantFrom(
          { ssid: 'Sign-In', vlan: 4094 },
          { ssid: 'Sign-In', vlan: 4093, grant: '2d', random_mac: '90m' },
        ),
      }),
    )
    .map(([network, more]) => ({
      ...network,
      ...('vlan' in network && network.vlan > 4092 ? {} : more),
    }))

const kinds = (n: number) =>
  fc.constantFrom(
    { kind: 'generic', address: `192.0.2.${n}` },
    { kind: 'generic', radsec: { psk: `radius-secret-psk-${n}` }, coa: {} },
    { kind: 'generic', radsec: { name: `gw-${n}.example`, authority: 'gateways' } },
    { kind: 'generic', radsec: { certificate: `sha256:${String(n).padStart(64, 'a')}` } },
    { kind: 'opennds', address: `192.0.2.${n}`, fas: { level: 3, key: `radius-secret-fas` } },
    { kind: 'uspot', address: `192.0.2.${n}`, uam: { secret: 'radius-secret-uam', method: 'pap' } },
    {
      ...{ kind: 'omada', address: `2001:db8::${n}/128`, message_authenticator: 'auto' },
      controller: {
        ...{ url: 'https://omada.example:8043', username: 'u', password: 'hello-omada' },
        ...{ id: 'abc', certificate: `sha256:${'0b'.repeat(32)}` },
      },
    },
    {
      ...{ kind: 'unifi', address: `192.0.2.${n}`, vendor: 'standard' },
      controller: { url: 'https://unifi.example', api_key: 'hello-unifi' },
    },
    {
      ...{ kind: 'cisco', address: `192.0.2.${n}`, captive: { acl: 'redirect' } },
      coa: { port: 1700, secret: 'radius-secret-coa' },
    },
    { kind: 'mikrotik', address: `192.0.2.${n}`, login: 'http://10.0.0.1/login' },
  )

const site = (n: number) =>
  fc
    .tuple(
      maybe({
        timezone: fc.constantFrom('Europe/Paris', 'Indian/Reunion'),
        address: fc.constant('12, rue de l’Été, 75012 Paris'),
        managed: fc.constant('pages' as const),
        filter: level,
      }),
      word,
      maybe({ guest: networkOf(n), staff: staffNetworkOf(n + 100) }),
      fc.option(kinds(n)),
    )
    .map(([more, name, networks, gateway]) => ({
      ...{ code: `75-000${n}`, name, association: '75', ...more, networks },
      gateways:
        gateway === null ? [] : [{ name: `gw-${n}`, secret: `radius-secret-${n}`, ...gateway }],
    }))

/** A house in the format of `apply`: its sections, each with all the keys that it may have. */
const houses = maybe({
  organisation: fc
    .tuple(word, maybe({ filter: houseLevel, timezone: fc.constant('Indian/Reunion') }))
    .map(([name, more]) => ({
      ...{ name, contact: 'wifi@example.org', logo: './logo.svg', ...more },
      privacy: { controller: 'Association <X>', dpo: 'dpo@example.org' },
      accessibility: {
        ...{ contact: 'a11y@example.org', not_accessible: ['La carte'] },
        audit: { by: 'Ada', on: '2026-10-02', percent: 0 },
      },
    })),
  legal: fc.constant([
    {
      id: 'decree',
      text: 'Décret : n° 1',
      network: 'guest',
      from: '2025-01-01',
      until: '2026-12-31',
    },
    { id: 'security', text: 'Security', network: 'staff', from: '2025-01-01' },
  ]),
  rules: some(
    fc
      .tuple(
        fc.constantFrom('block', 'allow'),
        fc.constantFrom('a.example', 'b.example'),
        maybe({
          until: fc.constantFrom('2027-01-01', '2027-01-01T08:00:00+01:00'),
          note: word,
          managed: fc.constant('pages' as const),
        }),
      )
      .map(([action, domain, more]) => ({ action, domain, ...more })),
  ).map((rules) => rules.slice(0, 1)),
  policies: maybe({
    network: network,
    hours: some(hours).map((list) => [...list, 'sat 10:00-11:00']),
    devices: fc.constant(['till']),
    by: fc.constant(['certificate']),
  }).chain((when) =>
    maybe({
      vlan: fc.constant(20),
      session: minutes,
      down: fc.constantFrom('512k', '20M', '1G'),
      up: fc.constant('3M'),
      filter: word,
      redirect: fc.constant('https://help.example/?a=b'),
    }).map((give) => [
      { name: 'first', when: { ...when, associations: ['75'] }, give },
      { name: 'last', refuse: 'Non : fermé' },
    ]),
  ),
  accounts: fc
    .boolean()
    .map((mschap) => [
      { username: 'Bob', password: 'hello-bob', groups: ['staff', 'été'], mschap },
    ]),
  directories: fc.constantFrom(
    [],
    [
      {
        ...{ name: 'ldap', url: ['ldaps://a.example', 'ldaps://b.example:1636'], ca: './ca.pem' },
        ...{
          base_dn: 'dc=restos,dc=example',
          bind_dn: 'cn=accueil',
          bind_password: 'bind-password-1',
        },
        ...{ kind: 'openldap', users: '(uid={user})', groups: { from: 'memberOf', nested: false } },
        ...{ last_good: '90m', nt_hash: 'sambaNTPassword' },
      },
    ],
    [
      {
        ...{ name: 'local', url: 'ldap://127.0.0.1', base_dn: 'o=x', bind_dn: 'cn=a' },
        ...{ bind_password: 'bind-password-2', last_good: '0' },
      },
    ],
  ),
  alerts: fc
    .tuple(
      maybe({ opening: some(hours).map((list) => [...list, 'sat 10:00-11:00']) }),
      some(
        fc.constantFrom(
          { name: 'desk', kind: 'slack', url: 'https://hooks.slack.example/hello-T0/B0' },
          {
            ...{ name: 'siem', kind: 'syslog', host: 'siem.example', transport: 'tcp' },
            ...{ format: 'json', kinds: ['role-granted'], associations: ['75'] },
          },
          {
            ...{ name: 'mail', kind: 'mail', host: 'mx.example', port: 2525, language: 'en' },
            ...{ user: 'wifi', password: 'hello-mail', from: 'w@example.org' },
            ...{ to: ['a@example.org'], quiet: { hours: 'sun', timezone: 'Indian/Reunion' } },
          },
          {
            ...{ name: 'hook', kind: 'webhook', url: 'https://hook.example/' },
            secret: 'hello-webhook-secret',
          },
        ),
      ),
    )
    .map(([more, channels]) => ({ timezone: 'Europe/Paris', ...more, channels })),
  home_servers: fc.constant([
    { name: 'udp', address: '192.0.2.200', secret: 'radius-secret-home', status_server: false },
    {
      ...{ name: 'tls', address: 'home.example', message_authenticator: 'optional' },
      radsec: { ca: './ca.pem', certificate: './own.pem', key: './own.key' },
    },
  ]),
  device_ca: fc.constant([
    {
      name: 'laptops',
      file: './ca.pem',
      name_from: 'dns',
      names: 'device',
      groups: ['tills'],
      device: 'till',
      revoked: ['3F:0A'],
    },
  ]),
  device_keys: fc.boolean().map((isTheirs) => [
    {
      ...{
        name: 'till-1',
        owner: 'Alice',
        kind: 'till',
        ssid: 'Things',
        passphrase: 'passphrase-of-till',
      },
      ...{ groups: ['tills'], association: '75', devices: 3, until: '2027-01-31' },
      ...(isTheirs ? { managed: 'pages' } : {}),
    },
  ]),
  enrolment: maybe({
    realm: fc.constant('restos.example'),
    ssids: fc.constant(['Restos', 'Réserve']),
    valid: fc.constant('400d'),
    things: fc.constant('Restos-objets'),
    passwords: fc.boolean(),
  }),
  sealing: fc.constant({
    publish: [{ file: '/var/seals.jsonl' }, { url: 'https://archive.example/a' }],
  }),
  retention: fc.constant({ audit: '2y', logins: '31d' }),
  roles: fc.constant([
    { subject: 'group:it', role: 'national-admin' },
    { subject: 'person:ada', role: 'association-admin', associations: ['75'], until: '2027-01-01' },
    { subject: 'person:zoe', role: 'auditor', managed: 'pages' },
  ]),
  sign_in: fc.constant({
    providers: [
      {
        name: 'sso',
        issuer: 'https://sso.example/realms/all',
        client_id: 'accueil',
        client_secret: 'client-secret-1',
      },
      {
        name: 'public',
        label: 'Été',
        issuer: 'https://b.example',
        client_id: 'b',
        claims: { groups: 'roles' },
      },
    ],
    walled_garden: ['cdn.example', '*.auth.example'],
  }),
}).chain((sections) =>
  fc.tuple(site(1), site(2)).map((sites) => ({
    version: 1,
    ...sections,
    associations: [{ code: '75', name: 'Paris', filter: { staff: { block: ['games'] } } }],
    authorities: [{ name: 'gateways', file: './ca.pem', revoked: ['3f0a91'] }],
    sites,
    lists: [
      { name: 'adult', category: 'adult', file: './adult.txt', block: ['guest'] },
      {
        name: 'games',
        category: 'games',
        url: 'https://lists.example/games.tar.gz',
        folder: 'games',
        allow_private: true,
      },
      {
        name: 'zone',
        category: 'zone',
        url: 'rpz+axfr://192.0.2.1/rpz.example',
        tsig: {
          name: 'k.example',
          secret: Buffer.from('bind-password-of-zone').toString('base64'),
        },
      },
    ],
    terms: [
      { version: '2026-01', effective: '2026-01-01', text: { fr: './fr.md', en: './en.md' } },
      { version: '2027-01', effective: '2027-01-01', text: { fr: './fr.md' } },
    ],
  })),
)

function houseOf(declaration: object): ExportedHouse {
  const files = {
    ...{ 'logo.svg': '<svg/>', 'adult.txt': 'bad.example\n# é\n' },
    ...{ 'fr.md': '# Conditions\n\nÀ lire.', 'en.md': '# Terms\n' },
    ...{ 'ca.pem': pem.authority, 'own.pem': pem.certificate, 'own.key': pem.key },
  }
  return {
    yaml: stringify(declaration),
    files: new Map(Object.entries(files).map(([name, text]) => [name, Buffer.from(text)])),
  }
}

describe('the house, exported', () => {
  test('is found to be as it is by apply, whatever was declared and wherever its files stand', async () => {
    await fc.assert(
      fc.asyncProperty(houses, fc.boolean(), async (declaration, beside) => {
        await using database = await openTestDatabase()
        const made = await apply(database, houseOf(declaration))
        expect(made.filter((line) => !line.startsWith('+ '))).toEqual([])
        for (const secrets of ['sealed', 'clear'] as const) {
          const house = await exported(database, { secrets, beside })
          expect(house.files.size > 0).toBe(beside)
          expect(await apply(database, house, { dryRun: true })).toEqual([])
          const whole = [house.yaml, ...house.files.values()].join('\n')
          const inside = Array.from(whole.matchAll(/base64,([A-Za-z0-9+/=]+)/g), ([, text = '']) =>
            Buffer.from(text, 'base64').toString(),
          )
          const shown = [whole, ...inside].join('\n')
          expect(SECRETS.some((word) => shown.includes(word))).toBe(secrets === 'clear')
          expect(/BEGIN[A-Z ]* PRIVATE KEY/.test(shown)).toBe(
            secrets === 'clear' && 'home_servers' in declaration,
          )
        }
        // On an empty house it makes the same house again.
        await using second = await openTestDatabase()
        const house = await exported(database, { beside })
        expect(await apply(second, house)).not.toEqual([])
        expect((await exported(second, { secrets: 'clear', beside })).yaml).toBe(
          (await exported(database, { secrets: 'clear', beside })).yaml,
        )
      }),
      { numRuns: 4 },
    )
  }, 240_000)

  test('leaves the places of the demonstration out, which end with the first that is declared', async () => {
    await using database = await openTestDatabase()
    await database.sql`insert into house.association values ('demo', 'Demo')`
    await database.sql`
      insert into house.site (code, name, association, timezone, provisional)
      values ('demo', 'Demo', 'demo', 'Europe/Paris', true)`
    const house = await exported(database, {})
    expect(house.yaml).not.toContain('sites:')
    expect(await apply(database, house)).toEqual([])
  })

  test('leaves what a page manages to the pages, and makes it where it is missing', async () => {
    await using database = await openTestDatabase()
    await database.sql`insert into house.association values ('75', 'Paris')`
    await database.sql`
      insert into house.site (code, name, association, timezone, declared)
      values ('75-0042', 'Nation', '75', 'Europe/Paris', false)`
    await database.sql`
      insert into house.rule (action, domain, declared) values ('block', 'a.example', false)`
    const house = await exported(database, {})
    await database.sql`update house.site set name = 'République'`
    await database.sql`update house.rule set action = 'allow'`
    expect(await apply(database, house)).toEqual([])

    await using restored = await openTestDatabase()
    expect(await apply(restored, house)).toEqual([
      '+ association 75',
      '+ site 75-0042',
      '+ rule a.example',
    ])
    const [made] = await restored.sql`
      select (select declared from house.site) as site, (select declared from house.rule) as rule`
    expect(made).toEqual({ site: false, rule: false })
  })

  test('is read again where the key of openNDS waits in a gateway that is of another kind now', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    await database.sql`
      update house.gateway set kind = 'mikrotik', fas_level = 1,
        fas_key = ${testSeal.seal('1234567890', 'fas:gw-0042')}`
    const house = await exported(database, {})
    expect(house.yaml).not.toContain('fas:')
    await using empty = await openTestDatabase()
    expect(await apply(empty, house)).toContain('+ gateway gw-0042')
  })

  test('counts for the house that sealed it, and each secret in its own place', async () => {
    await using database = await openTestDatabase()
    const said = houseOf({
      version: 1,
      directories: [
        {
          ...{ name: 'ldap', url: 'ldaps://a.example', base_dn: 'dc=a', bind_dn: 'cn=a' },
          bind_password: 'bind-password-1',
        },
      ],
    })
    await apply(database, said)
    const { yaml, files } = await exported(database, {})
    const problem =
      'was sealed by another house, or for another place of the file: write the secret itself'
    const other = createSeal(new Uint8Array(32).fill(8))
    expect(await apply(database, { yaml, files }, { seal: other })).toEqual([
      expect.stringMatching(
        RegExp(`^house.yaml:\\d+: directories\\[0\\].bind_password ${problem}`),
      ),
    ])
    const sealed = /sealed:\S+/.exec(yaml)?.[0] ?? ''
    const moved = `version: 1\nhome_servers:\n  - { name: a, address: 192.0.2.1, secret: "${sealed}" }\n`
    expect(await apply(database, { yaml: moved, files })).toEqual([
      `house.yaml:3: home_servers[0].secret ${problem}`,
    ])
  })

  test('is a copy that stands in the audit: who took it, why, and whether its secrets are in clear', async () => {
    await using database = await openTestDatabase()
    await exported(database, { secrets: 'clear', actor: 'cli:ada', reason: 'moving house' })
    const lines = await database.sql`select actor, action, reason, details from audit.entry`
    expect([...lines]).toEqual([
      {
        ...{ actor: 'cli:ada', action: 'house.export', reason: 'moving house' },
        details: { secrets: 'clear' },
      },
    ])
  })
})
