import { describe, expect, test } from 'vitest'
import { openTestDatabase } from '../../test/support/database.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { seedHouse, testSeal } from '../../test/support/house.ts'
import type { Database } from '../connection.ts'
import { loadRoleGrants } from '../role-grants.ts'
import { applyDeclaration } from './apply.ts'
import { formatChange } from './difference.ts'
import { readDeclaration } from './read.ts'

async function declare(database: Database, roles: readonly string[]): Promise<readonly string[]> {
  const lines =
    roles.length === 0 ? 'roles: []' : `roles:\n${roles.map((r) => `  - { ${r} }`).join('\n')}`
  using folder = temporaryFolder({ 'house.yaml': `version: 1\n${lines}\n` })
  const read = readDeclaration([folder.file('house.yaml')])
  if (!read.ok)
    return read.problems.map((problem) => problem.replace(/^.*?house\.yaml/, 'house.yaml'))
  const options = { dryRun: false, actor: 'cli:ada', now: Date.now() }
  try {
    return (await applyDeclaration(database, testSeal, read.declaration, options)).map(formatChange)
  } catch (thrown) {
    return [String(thrown).replace(/^.*?house\.yaml/, 'house.yaml')]
  }
}

const NATIONAL = 'subject: "group:IT-National", role: national-admin'
const PARIS =
  'subject: "person:Ada", role: association-admin, associations: ["75"], until: 2027-01-31'

describe('declared roles', () => {
  test('are given, changed and taken away, and twice is once', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    expect(await declare(database, [NATIONAL, PARIS])).toEqual([
      '+ role group:it-national national-admin',
      '+ role person:ada association-admin',
    ])
    expect(await declare(database, [NATIONAL, PARIS])).toEqual([])
    expect(await loadRoleGrants(database)).toEqual([
      ...[
        {
          subject: 'group:it-national',
          role: 'national-admin',
          associations: null,
          sites: null,
          until: null,
        },
      ],
      ...[
        {
          subject: 'person:ada',
          role: 'association-admin',
          associations: ['75'],
          sites: null,
          until: '2027-01-31',
        },
      ],
    ])
    const others = 'subject: "group:IT", role: national-admin'
    expect(await declare(database, [others, PARIS.replace('2027', '2028')])).toEqual([
      '+ role group:it national-admin',
      '~ role person:ada association-admin: until "2027-01-31" → "2028-01-31"',
      '- role group:it-national national-admin',
    ])
  })

  test('leave the house somebody who administers it all', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    await declare(database, [NATIONAL])
    const nobody = [expect.stringContaining('leave nobody who administers the whole house')]
    for (const roles of [[], [PARIS], [`${NATIONAL}, until: 2099-12-31`]]) {
      expect([roles, await declare(database, roles)]).toEqual([roles, nobody])
    }
    // And whoever writes past the declaration is refused at the end of the transaction.
    await expect(database.sql`delete from house.role_grant`).rejects.toThrow(
      'nobody would administer the whole house any more',
    )
  })

  test('say who would both read the log and approve, by two groups', async () => {
    await using database = await openTestDatabase()
    await database.sql`
      insert into staff.person (issuer, subject, account, name, groups, state_since)
      values ('https://sso', 's1', 'zoe', 'Zoé', '{dpo,it}', now())`
    const reader = 'subject: "group:IT", role: log-reader'
    const approver = 'subject: "group:dpo", role: log-approver'
    expect(await declare(database, [reader, approver])).toEqual([
      expect.stringContaining('would make of person:zoe, by the groups that we know, both'),
    ])
    expect(await declare(database, [reader])).toEqual(['+ role group:it log-reader'])
  })

  test('live beside those of a page for the same person elsewhere', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    await database.sql`insert into house.association values ('69', 'Lyon')`
    await database.sql`
      insert into house.role_grant (subject, role, associations, made_by)
      values ('person:ada', 'association-admin', '{69}', 'staff:joe')`
    expect(await declare(database, [PARIS])).toEqual(['+ role person:ada association-admin'])
    expect(await declare(database, [])).toEqual(['- role person:ada association-admin'])
    expect(await loadRoleGrants(database)).toHaveLength(1)
  })

  test('leave alone what a page has given', async () => {
    await using database = await openTestDatabase()
    await database.sql`
      insert into house.role_grant (subject, role, made_by) values ('person:joe', 'auditor', 'staff:ada')`
    expect(await declare(database, [])).toEqual([])
    const joe = 'subject: "person:joe", role: auditor'
    expect(await declare(database, [joe])).toEqual([
      '~ role person:joe auditor: declared false → true',
    ])
    expect(await declare(database, [])).toEqual(['- role person:joe auditor'])
  })

  test('never make of one a reader of the log and an approver of packs', async () => {
    await using database = await openTestDatabase()
    const reader = 'subject: "person:zoe", role: log-reader'
    const approver = 'subject: "person:zoe", role: log-approver'
    expect(await declare(database, [reader, approver])).toEqual([
      'house.yaml:4: roles[1] gives person:zoe both log-reader and log-approver: a pack of the log takes two people',
    ])
    expect(await declare(database, [reader])).toEqual(['+ role person:zoe log-reader'])
    expect(await declare(database, [approver])).toHaveLength(2)
  })

  test('name a mistake by its line', async () => {
    await using database = await openTestDatabase()
    expect(await declare(database, ['subject: ada, role: auditor'])).toEqual([
      'house.yaml:3: roles[0].subject must be group:NAME or person:ACCOUNT',
    ])
    expect(await declare(database, ['subject: "person:ada", role: king'])).toEqual([
      expect.stringContaining('house.yaml:3: roles[0].role must be one of national-admin'),
    ])
    expect(await declare(database, ['subject: "person:ada", role: place-helper'])).toEqual([
      'house.yaml:3: roles[0].role needs associations or sites: it is never for the whole house',
    ])
    expect(await declare(database, [PARIS])).toEqual([
      'house.yaml:3: roles[0].associations "75" is not declared',
    ])
    expect(await declare(database, [NATIONAL, NATIONAL])).toEqual([
      expect.stringContaining('declares the role "group:it-national national-admin" again'),
    ])
  })
})
