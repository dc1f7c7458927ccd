import { expect, test } from 'vitest'
import { openTestDatabase } from '../../test/support/database.ts'
import { seedHouse } from '../../test/support/house.ts'
import { plainBrowser } from '../../test/support/peers/browser.ts'
import type { BrowserPage } from '../../test/support/peers/browser.ts'
import { startProviderElsewhen } from '../../test/support/peers/openid-provider-elsewhen.ts'
import { portalAddress, startStaffPortal } from '../../test/support/staff-portal.ts'
import { declareProvider } from './testing/declare-provider.ts'

const HOUR = 3600

/** What somebody sees who signs in, and proves once more who they are, at a provider with this clock. */
async function signInAt(seconds: number): Promise<{ first: BrowserPage; again: BrowserPage }> {
  await using database = await openTestDatabase()
  await seedHouse(database)
  const url = await portalAddress()
  await using provider = await startProviderElsewhen(url, 'restos', seconds)
  await declareProvider(database, 'restos', provider.issuer)
  await using _portal = await startStaffPortal(database.as('portal'), url, {}, Date.now)
  const browser = plainBrowser()
  const start = `${url}/staff/oidc/restos/start?to=/staff/sessions`
  const first = await browser.open(start)
  return { first, again: await browser.open(`${start}&again=1`) }
}

test.each([30, -30])('a provider whose clock is %d s off lets people in', async (seconds) => {
  const { first, again } = await signInAt(seconds)
  for (const page of [first, again]) {
    expect(page.status).toBe(200)
    expect(page.url).toMatch(/\/staff\/sessions$/)
  }
})

test('one that lives two hours ago does not: what it says was over before it was said', async () => {
  const { first } = await signInAt(-2 * HOUR)
  expect(first.status).toBeGreaterThanOrEqual(400)
  expect(first.body).toContain('href="/staff/sign-in?to=')
  expect(first.body).toContain('<h1')
})
