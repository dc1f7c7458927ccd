import { expect, test } from 'vitest'
import { openTestDatabase } from '../test/support/database.ts'
import { temporaryFolder } from '../test/support/folder.ts'
import { testSeal } from '../test/support/house.ts'
import { applyDeclaration } from './declaration/apply.ts'
import { readDeclaration } from './declaration/read.ts'
import { writeFileSync } from 'node:fs'
import { loadSignInProviders } from './sign-in-providers.ts'
import { walledGardenNames } from './walled-garden.ts'

const DECLARED = `version: 1
sign_in:
  providers:
    - name: restos
      label: Compte Restos
      issuer: https://sso.restos.example/realms/all
      client_id: accueil
      client_secret: between-us
      claims: { groups: roles }
    - { name: public, issuer: https://login.example.org, client_id: x }
  walled_garden: [login.example.org, "*.msauth.example", ÉCOLE.example]
`

async function applied(database: Awaited<ReturnType<typeof openTestDatabase>>, text: string) {
  using folder = temporaryFolder()
  const file = folder.file('house.yaml')
  writeFileSync(file, text)
  const read = readDeclaration([file])
  if (!read.ok) throw new Error(read.problems.join('\n'))
  const options = { dryRun: false, actor: 'cli:ada', now: Date.now() }
  return applyDeclaration(database, testSeal, read.declaration, options)
}

test('identity providers are declared, sealed, and twice is once', async () => {
  await using database = await openTestDatabase()
  const first = await applied(database, DECLARED)
  expect(first.map(({ subject }) => subject)).toEqual([
    ...['sign-in provider restos', 'sign-in provider public'],
    ...['login.example.org', '*.msauth.example', 'xn--cole-9oa.example'].map(
      (name) => `walled-garden name ${name}`,
    ),
  ])
  expect(await applied(database, DECLARED)).toEqual([])
  const [restos, other] = await loadSignInProviders(database.as('portal'), testSeal)
  expect(restos).toEqual({
    name: 'restos',
    label: 'Compte Restos',
    issuer: 'https://sso.restos.example/realms/all',
    clientId: 'accueil',
    clientSecret: 'between-us',
    scopes: ['openid', 'profile', 'email'],
    claims: { account: 'preferred_username', name: 'name', mail: 'email', groups: 'roles' },
  })
  expect(other).toMatchObject({ label: 'login.example.org', clientSecret: null })
  const [row] = await database.sql<{ text: string }[]>`
    select string_agg(p::text, '') as text from staff.sign_in_provider p`
  expect(row?.text).not.toContain('between-us')
  const changed = await applied(database, DECLARED.replace('between-us', 'another'))
  expect(changed).toMatchObject([{ details: ['client_secret changed'] }])
  const gone = await applied(database, 'version: 1\nsign_in: {}\n')
  expect(gone).toHaveLength(5)
})

test('their names are open to guests, for the DNS filter and for what a gateway is told', async () => {
  await using database = await openTestDatabase()
  await applied(database, DECLARED)
  const environment = {
    issuer: 'https://SSO.other.example:8443/',
    clientId: 'a',
    clientSecret: null,
  }
  for (const role of ['dns', 'radius', 'operator', 'portal'] as const) {
    expect(await walledGardenNames(database.as(role), environment)).toEqual([
      '*.msauth.example',
      'login.example.org',
      'sso.other.example',
      'sso.restos.example',
      'xn--cole-9oa.example',
    ])
  }
})

test.each([
  ['issuer: http://sso.restos.example', 'is not an issuer'],
  ['issuer: https://sso.restos.example?x', 'is not an issuer'],
  ['scopes: [profile]', 'must have openid among them'],
  ['name: Restos', 'must be 1 to 32 small letters'],
])('a mistake is named: %s', async (line, said) => {
  await using database = await openTestDatabase()
  const text = DECLARED.replace(
    new RegExp(`^      ?${line.split(':')[0]}: .*$`, 'm'),
    `      ${line}`,
  )
  const right = line.startsWith('name')
    ? DECLARED.replace('- name: restos', `- ${line}`)
    : line.startsWith('scopes')
      ? DECLARED.replace('      claims', `      ${line}\n      claims`)
      : text
  await expect(applied(database, right)).rejects.toThrow(said)
})
