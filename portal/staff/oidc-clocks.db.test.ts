import { expect, test } from 'vitest'
import { openTestDatabase } from '../../test/support/database.ts'
import { seedHouse } from '../../test/support/house.ts'
import { plainBrowser } from '../../test/support/peers/browser.ts'
import { startOpenidProvider } from '../../test/support/peers/openid-provider.ts'
import { portalAddress, startStaffPortal } from '../../test/support/staff-portal.ts'
import { declareProvider } from './testing/declare-provider.ts'

const MINUTES = 60_000

test.each([
  ['right', 0, true],
  ['30 s ahead', 30_000, true],
  ['30 s behind', -30_000, true],
  ['ten minutes ahead', 10 * MINUTES, false],
  ['ten minutes behind', -10 * MINUTES, false],
])('a provider whose clock is %s', async (_, aheadMs, isIn) => {
  await using database = await openTestDatabase()
  await seedHouse(database)
  const url = await portalAddress()
  await using provider = await startOpenidProvider(url, 'restos')
  provider.world.aheadMs = aheadMs
  await declareProvider(database, 'restos', provider.issuer)
  await using _portal = await startStaffPortal(database.as('portal'), url, {}, Date.now)
  const page = await plainBrowser().open(`${url}/staff/oidc/restos/start?to=/staff/sessions`)
  const sessions = await database.sql`select from staff.session`
  expect(sessions).toHaveLength(isIn ? 1 : 0)
  if (isIn) expect(page).toMatchObject({ status: 200, url: `${url}/staff/sessions` })
  else {
    expect(page.status).toBe(503)
    expect(page.body).toContain('Les horloges ne sont pas d’accord')
    expect(page.body).toContain('Compte restos')
    expect(page.body).toContain('href="/staff/sign-in?to=')
  }
})
