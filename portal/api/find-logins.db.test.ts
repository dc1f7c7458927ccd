import { expect, test } from 'vitest'
import { createApiToken, tokenDigest } from '#db/api-tokens.ts'
import { saveLogins } from '#db/login-traces.ts'
import { openTestDatabase } from '../../test/support/database.ts'
import { seedHouse } from '../../test/support/house.ts'
import { loginRow } from '../../test/support/logins.ts'
import { findLogins } from './find-logins.ts'

const CRITERIA = { user: 'bob', mac: null, site: null, from: null, to: null }

test('pages of the API are read with the rights of the portal, by one line of the audit', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database)
  const now = Date.now()
  await saveLogins(
    database.as('radius'),
    [0, 1, 2].map((age) => loginRow({ lastAt: now - age, answeredMs: age })),
  )
  const wish = { name: 'a', actor: 'account:ada', associations: null, until: null } as const
  const made = await createApiToken(
    database.as('operator'),
    { ...wish, scopes: ['radius.explain'] },
    'cli:ada',
  )
  if (!made.ok) throw new Error(made.reason)
  const portal = database.as('portal')
  const question = { token: tokenDigest(made.token), criteria: CRITERIA, reason: 'r', rows: 2 }
  const first = await findLogins(portal, { ...question, cursor: null })
  if (!first.ok || first.page.next === null) throw new Error('there is no second page')
  expect(first.page.logins.map(({ answeredMs }) => answeredMs)).toEqual([0, 1])
  const cursor = { search: first.search, after: first.page.next }
  const second = await findLogins(portal, { ...question, cursor })
  expect(second).toMatchObject({ page: { logins: [{ answeredMs: 2 }], next: null } })
  const lines = await database.sql`select from audit.entry where action = 'radius.explain'`
  expect(lines).toHaveLength(1)
  const stranger = { ...question, token: tokenDigest('accueil_other') }
  expect(await findLogins(portal, { ...stranger, cursor })).toEqual({
    ok: false,
    refusal: 'cursor',
  })
  expect(await findLogins(portal, { ...stranger, cursor: null })).toEqual({
    ok: false,
    refusal: 'unknown',
  })
  const nobody = { ...question, criteria: { ...CRITERIA, user: 'eve', site: '75-0042' } }
  expect(await findLogins(portal, { ...nobody, cursor: null })).toMatchObject({
    page: { logins: [] },
    gateways: [{ gateway: 'gw-0042', lastAt: new Date(now) }],
  })
})
