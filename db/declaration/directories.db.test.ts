import { X509Certificate } from 'node:crypto'
import { rootCertificates } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { openTestDatabase } from '../../test/support/database.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { testSeal } from '../../test/support/house.ts'
import type { Database } from '../connection.ts'
import { loadDirectories } from '../directories.ts'
import { applyDeclaration } from './apply.ts'
import { formatChange } from './difference.ts'
import { readDeclaration } from './read.ts'

const CA = rootCertificates[0] ?? ''
const NATIONAL = `
version: 1
directories:
  - name: national
    url: [ldaps://ldap1.restos.example, "ldap://ldap2.restos.example:1389"]
    ca: ./ca.pem
    base_dn: dc=restos,dc=example
    bind_dn: cn=accueil,dc=restos,dc=example
    bind_password: let-me-look
    kind: openldap
    users: (&(objectClass=inetOrgPerson)(uid={user}))
    groups: { base_dn: "ou=groups,dc=restos,dc=example", nested: false }
    last_good: 4h
    nt_hash: sambaNTPassword
`

function read(yaml: string) {
  using folder = temporaryFolder({ 'house.yaml': yaml, 'ca.pem': CA, 'not.pem': 'hello' })
  const outcome = readDeclaration([folder.file('house.yaml')])
  const strip = (text: string): string => text.replaceAll(folder.file(''), '')
  return outcome.ok ? outcome : { ok: false as const, problems: outcome.problems.map(strip) }
}

async function apply(database: Database, yaml: string, dryRun = false): Promise<readonly string[]> {
  const outcome = read(yaml)
  if (!outcome.ok) throw new Error(outcome.problems.join('\n'))
  const options = { dryRun, actor: 'test', now: Date.now() }
  return (await applyDeclaration(database, testSeal, outcome.declaration, options)).map(
    formatChange,
  )
}

describe('directories', () => {
  test('are declared, kept sealed, and loaded as they were declared', async () => {
    await using database = await openTestDatabase()
    expect(await apply(database, NATIONAL, true)).toEqual(['+ directory national'])
    expect(await loadDirectories(database, testSeal)).toEqual([])
    expect(await apply(database, NATIONAL)).toEqual(['+ directory national'])
    expect(await apply(database, NATIONAL)).toEqual([])
    const [row] = await database.sql<{ text: string }[]>`
      select to_jsonb(d)::text as text from staff.directory d`
    expect(row?.text).not.toContain('let-me-look')
    const [loaded] = await loadDirectories(database, testSeal)
    expect(new X509Certificate(loaded?.caPem ?? '').ca).toBe(true)
    expect(loaded).toEqual({
      name: 'national',
      urls: ['ldaps://ldap1.restos.example', 'ldap://ldap2.restos.example:1389'],
      startTls: true,
      caPem: expect.any(String),
      baseDn: 'dc=restos,dc=example',
      bindDn: 'cn=accueil,dc=restos,dc=example',
      bindPassword: 'let-me-look',
      kind: 'openldap',
      realms: ['restos.example', ''],
      userFilter: '(&(objectClass=inetOrgPerson)(uid={user}))',
      groups: { baseDn: 'ou=groups,dc=restos,dc=example', from: 'members', nested: false },
      lastGoodMs: 4 * 3_600_000,
      ntHashAttribute: 'sambaNTPassword',
    })
  })

  test('that change are shown without their secret, and those no longer declared go', async () => {
    await using database = await openTestDatabase()
    await apply(database, NATIONAL)
    const changed = NATIONAL.replace('let-me-look', 'let-me-see').replace('4h', '"0"')
    expect(await apply(database, changed)).toEqual([
      '~ directory national: bind_password changed, last_good_seconds 14400 → 0',
    ])
    expect(await apply(database, 'version: 1\ndirectories: []\n')).toEqual(['- directory national'])
    expect(await loadDirectories(database, testSeal)).toEqual([])
  })

  test('are read where staff sign in and by the job that asks who has left, and by no other part', async () => {
    await using database = await openTestDatabase()
    await apply(database, NATIONAL)
    for (const part of ['radius', 'portal', 'jobs'] as const) {
      expect(await loadDirectories(database.as(part), testSeal)).toHaveLength(1)
    }
    for (const part of ['dns', 'operator'] as const) {
      await expect(loadDirectories(database.as(part), testSeal)).rejects.toThrow(
        /permission denied/,
      )
    }
  })

  test('are announced to whoever holds them in memory', async () => {
    await using database = await openTestDatabase()
    const heard = Promise.withResolvers<string>()
    await database.sql.listen('house', (table) => heard.resolve(table))
    await apply(database, NATIONAL)
    expect(await heard.promise).toBe('directory')
  })
})

describe('a directory that cannot be right is refused when it is declared', () => {
  const with_ = (from: string | RegExp, to: string): string => NATIONAL.replace(from, to)
  const second = (realms: string): string =>
    `${with_('kind: openldap', 'realms: [restos.example]')}  - name: other
    url: ldaps://other.example
    base_dn: o=other
    bind_dn: cn=accueil
    bind_password: secret
    realms: ${realms}
`
  test.each([
    [
      with_('kind: openldap', 'kind: nis'),
      'directories[0].kind must be openldap or active-directory',
    ],
    [with_('ldaps://ldap1', 'https://ldap1'), 'must be an address such as ldaps://'],
    [with_('ca: ./ca.pem', 'ca: ./not.pem'), 'has no certificate in PEM in it'],
    [with_('ca: ./ca.pem', 'start_tls: false'), 'would send passwords over the network in clear'],
    [with_('uid={user}', 'uid=bob'), 'must have {user} or {login}'],
    [with_('4h', '48h'), 'is not a length of time such as 30m or 8h, a day at most'],
    [
      with_('nested: false', 'deep: true'),
      'directories[0].groups.deep is not a key of this format',
    ],
    [with_('    bind_password: let-me-look\n', ''), 'bind_password is missing'],
    [with_('dc=restos,dc=example\n', 'restos.example\n'), 'directories[0].base_dn is not a name'],
    [
      second('[RESTOS.example]'),
      'realms has "restos.example", which belongs to the directory "national" already',
    ],
    [second('["a b"]'), 'is not a realm such as restos.example'],
  ])('%#', (yaml, problem) => {
    const outcome = read(yaml)
    const problems = outcome.ok ? [] : outcome.problems
    expect(problems).toEqual([expect.stringContaining(problem)])
    expect(problems.join()).not.toContain('let-me-look')
  })
})
