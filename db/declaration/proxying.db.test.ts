import { describe, expect, test } from 'vitest'
import { openTestDatabase } from '../../test/support/database.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { createTestAuthority } from '../../test/support/gateway-certificate.ts'
import { testSeal } from '../../test/support/house.ts'
import type { Database } from '../connection.ts'
import { loadProxying } from '../proxying.ts'
import { applyDeclaration } from './apply.ts'
import { formatChange } from './difference.ts'
import type { OwnRadius } from './proxying.ts'
import { readDeclaration } from './read.ts'

const authority = await createTestAuthority('federation')
const ours = await authority.issue('ours')
const other = await authority.issue('other')

const HOUSE = `
version: 1
home_servers:
  - { name: south, address: 192.0.2.10, secret: between-us }
  - name: federation
    address: flr1.example.org
    radsec: { ca: ./ca.pem, certificate: ./ours.pem, key: ./ours.key }
    status_server: false
realms:
  - { realm: Example.ORG, servers: [south, federation], accounting: true, vlan: 30, groups: [visitors] }
  - { realm: "*", servers: [federation], gives: [filter, vlan], operator: restos.example, strip: true }
  - { realm: restos.example, local: true }
`

const RADSEC = 'radsec: { certificate: ./ours.pem, key: ./ours.key }'

function read(yaml: string) {
  using folder = temporaryFolder({
    'house.yaml': yaml,
    'ca.pem': authority.declared.pem,
    'ours.pem': ours.pem,
    'ours.key': ours.keyPem,
    'other.key': other.keyPem,
  })
  const outcome = readDeclaration([folder.file('house.yaml')])
  const strip = (text: string): string => text.replaceAll(folder.file(''), '')
  return outcome.ok ? outcome : { ok: false as const, problems: outcome.problems.map(strip) }
}

async function apply(
  database: Database,
  yaml: string,
  own?: OwnRadius,
): Promise<readonly string[]> {
  const outcome = read(yaml)
  if (!outcome.ok) throw new Error(outcome.problems.join('\n'))
  const options = { dryRun: false, actor: 'test', now: Date.now(), ...(own && { own }) }
  return (await applyDeclaration(database, testSeal, outcome.declaration, options)).map(
    formatChange,
  )
}

describe('home servers and realms', () => {
  test('are declared, kept sealed, and loaded as they were declared', async () => {
    await using database = await openTestDatabase()
    expect(await apply(database, HOUSE)).toEqual([
      '+ home server south',
      '+ home server federation',
      '+ realm example.org',
      '+ realm *',
      '+ realm restos.example',
    ])
    expect(await apply(database, HOUSE)).toEqual([])
    const [row] = await database.sql<{ text: string }[]>`
      select string_agg(to_jsonb(s)::text, '') as text from staff.home_server s`
    expect(row?.text).not.toContain('between-us')
    expect(row?.text).not.toContain('PRIVATE KEY')

    const radius = database.as('radius')
    const { tag, servers, realms } = await loadProxying(radius, testSeal)
    expect(tag).toHaveLength(16)
    expect(servers).toEqual([
      {
        name: 'federation',
        address: 'flr1.example.org',
        transport: {
          kind: 'radsec',
          port: 2083,
          tlsName: 'flr1.example.org',
          caPem: authority.declared.pem,
          own: { chainPem: ours.pem, keyPem: ours.keyPem },
        },
        signsReplies: true,
        statusServer: false,
      },
      {
        name: 'south',
        address: '192.0.2.10',
        transport: { kind: 'udp', port: 1812, accountingPort: 1813, secret: 'between-us' },
        signsReplies: true,
        statusServer: true,
      },
    ])
    expect(realms.map(({ realm }) => realm).toSorted()).toEqual([
      '*',
      'example.org',
      'restos.example',
    ])
    expect(realms.find(({ realm }) => realm === 'example.org')).toEqual({
      realm: 'example.org',
      servers: ['south', 'federation'],
      strip: false,
      accounting: true,
      vlan: 30,
      groups: ['visitors'],
      gives: new Set(),
      operator: null,
    })
    expect(realms.find(({ realm }) => realm === '*')).toMatchObject({
      strip: true,
      gives: new Set(['vlan', 'filter']),
      operator: 'restos.example',
    })
  })

  test('that change are shown without their secret, and those no longer declared go', async () => {
    await using database = await openTestDatabase()
    await apply(database, HOUSE)
    const changed = HOUSE.replace('between-us', 'another-one').replace('vlan: 30', 'vlan: 31')
    expect(await apply(database, changed)).toEqual([
      '~ home server south: secret changed',
      '~ realm example.org: vlan 30 → 31',
    ])
    expect(await apply(database, 'version: 1\nhome_servers: []\nrealms: []')).toHaveLength(5)
    expect(await loadProxying(database, testSeal)).toMatchObject({ servers: [], realms: [] })
  })

  test('a realm needs its servers, in the same file or in the database', async () => {
    await using database = await openTestDatabase()
    const realm = 'version: 1\nrealms: [ { realm: example.org, servers: [south] } ]'
    await expect(apply(database, realm)).rejects.toThrow(
      'house.yaml:2: realms[0] names the home server "south", which is not declared',
    )
    await apply(database, HOUSE)
    await apply(database, realm)
    await expect(apply(database, 'version: 1\nhome_servers: []')).rejects.toThrow(
      'the realm "example.org" names the home server "south", which is not declared',
    )
  })

  test('a home server that is this server is refused', async () => {
    await using database = await openTestDatabase()
    const own = { addresses: new Set(['192.0.2.10']), ports: new Set([1812, 2083]) }
    await expect(apply(database, HOUSE, own)).rejects.toThrow(
      'home_servers[0] "south" is this server itself (192.0.2.10, port 1812)',
    )
    // Another program on this machine is another server.
    const beside = HOUSE.replace('192.0.2.10,', '192.0.2.10, port: 11812,')
    expect(await apply(database, beside, own)).toHaveLength(5)
  })

  test.each([
    ['{ name: a, address: example.org, secret: between-us }', 'must be an IP address'],
    ['{ name: a, address: 192.0.2.1 }', 'or radsec: it must have one of them'],
    [`{ name: a, address: 192.0.2.1, secret: between-us, ${RADSEC} }`, 'or radsec'],
    ['{ name: a, address: 192.0.2.1, radsec: { key: ./ours.key } }', 'certificate is missing'],
    [
      '{ name: a, address: 192.0.2.1, radsec: { certificate: ./ours.pem, key: ./other.key } }',
      'radsec.key is not the key of certificate',
    ],
    [`{ name: a, address: 192.0.2.1, ${RADSEC}, accounting_port: 1813 }`, 'one port has'],
  ])('%s is a mistake that names the line', (server, said) => {
    const outcome = read(`version: 1\nhome_servers:\n  - ${server}`)
    if (outcome.ok) throw new Error('it was taken')
    expect(outcome.problems.join('\n')).toContain('house.yaml:3: home_servers[0].')
    expect(outcome.problems.join('\n')).toContain(said)
  })

  test.each([
    ['{ realm: example.org }', 'or local: a realm is answered by home servers, or here'],
    ['{ realm: "*", local: true }', 'says nothing of "*"'],
    ['{ realm: exa mple, servers: [a] }', 'is not a realm such as example.org'],
    ['{ realm: a.example, servers: [a], vlan: 3, gives: [vlan] }', 'whose home server may not say'],
    ['{ realm: a.example, servers: [a], gives: [keys] }', 'must be some of vlan, filter'],
    ['{ realm: restos.example, servers: [a] }', 'belongs to the directory "national" already'],
  ])('%s is a mistake that names the line', (realm, said) => {
    const outcome = read(`version: 1
realms:
  - ${realm}
directories:
  - name: national
    url: ldaps://ldap.restos.example
    base_dn: dc=restos,dc=example
    bind_dn: cn=accueil,dc=restos,dc=example
    bind_password: let-me-look
`)
    if (outcome.ok) throw new Error('it was taken')
    expect(outcome.problems.join('\n')).toContain('house.yaml:3: realms[0]')
    expect(outcome.problems.join('\n')).toContain(said)
  })
})
