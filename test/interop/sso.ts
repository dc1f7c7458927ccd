import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromium } from 'playwright-core'
import type { Page } from 'playwright-core'
import { LEMONLDAP_PERSON, startLemonldap } from '../support/peers/lemonldap.ts'
import { eventually } from '../support/peers/process.ts'
import type { Scenario } from './scenario.ts'

const PROVIDER = 'lemon'
const CLIENT = { id: 'accueil', secret: 'a-secret-of-the-provider-and-us' }
/** As root there is no sandbox to be had. */
const LAUNCH = { executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] }

/** LemonLDAP::NG is the identity provider, and Chromium the browser of who signs in. */
export async function sso({ product, folder, test }: Scenario): Promise<void> {
  const { portalUrl: url } = product
  await using provider = await startLemonldap(folder, {
    ...CLIENT,
    redirectUri: `${url}/staff/oidc/${PROVIDER}/callback`,
    signedOutUri: `${url}/staff/signed-out`,
  })
  const apply = async (signIn: object): Promise<void> => {
    const file = folder.write('sso.yaml', JSON.stringify({ version: 1, sign_in: signIn }))
    const done = await product.command('apply', file)
    assert.equal(done.code, 0, done.stdout + done.stderr)
  }
  const browser = await chromium.launch(LAUNCH)
  try {
    const page = await browser.newPage({ locale: 'en-GB' })
    const signIn = (password: string): Promise<void> => fillIn(page, password)

    await test('its discovery is read, and the sign-in page offers it', async () => {
      await apply({
        providers: [
          {
            ...{ name: PROVIDER, label: 'LemonLDAP', issuer: `${provider.issuer}/` },
            ...{ client_id: CLIENT.id, client_secret: CLIENT.secret },
            scopes: ['openid', 'profile', 'email'],
          },
        ],
      })
      await eventually('the button', async () => {
        await page.goto(`${url}/staff/sessions`)
        return (await page.getByText('LemonLDAP').count()) > 0
      })
    })
    await test('a wrong password signs nobody in', async () => {
      await page.getByText('LemonLDAP').first().click()
      await signIn('not-the-password')
      assert.ok(page.url().startsWith(provider.issuer), page.url())
      assert.deepEqual(await sessionCookies(page, url), [])
    })
    await test('the right one leads back to the page that was asked for', async () => {
      await signIn(LEMONLDAP_PERSON.password)
      await page.waitForURL(`${url}/staff/sessions`)
      assert.equal((await sessionCookies(page, url)).length, 1)
    })
    await test('account, name, address and groups are those that it told', async () => {
      await page.goto(`${url}/staff`)
      const text = await page.locator('main').innerText()
      assert.match(text, new RegExp(LEMONLDAP_PERSON.name))
      assert.match(text, new RegExp(LEMONLDAP_PERSON.login))
      assert.match(text, new RegExp(LEMONLDAP_PERSON.mail))
      assert.match(text, /it-national/)
      assert.match(text, /staff/)
      assert.doesNotMatch(text, /others/)
    })
    await test('whoever has to prove it again is asked for the password again', async () => {
      await sleep(2_500)
      await page.goto(`${url}/staff/oidc/${PROVIDER}/start?to=/staff/devices&again=1`)
      assert.ok(page.url().startsWith(provider.issuer), page.url())
      await confirm(page)
      await signIn(LEMONLDAP_PERSON.password)
      await page.waitForURL(`${url}/staff/devices`)
    })
    await test('signing out ends the session here, and there', async () => {
      await page.goto(`${url}/staff`)
      await page.locator('form[action="/staff/sign-out"] button').click()
      await page.waitForURL((at) => at.href.startsWith(provider.issuer))
      assert.deepEqual(await sessionCookies(page, url), [])
      await confirm(page)
      await page.waitForURL(`${url}/staff/signed-out`)
      await page.goto(`${url}/staff/oidc/${PROVIDER}/start?to=/staff`)
      assert.equal(await page.locator('#passwordfield').count(), 1, page.url())
    })
  } finally {
    await browser.close()
    await apply({ providers: [] })
  }
}

/** The form of its portal, which needs no script. */
async function fillIn(page: Page, password: string): Promise<void> {
  await page.locator('#passwordfield').waitFor()
  // Whoever proves it once more is known already.
  const user = page.locator('#userfield')
  if (await user.isVisible()) await user.fill(LEMONLDAP_PERSON.login)
  await page.locator('#passwordfield').fill(password)
  await page.locator('form.login button[type=submit]').first().click()
  await page.waitForLoadState()
}

/** It asks whether one really wants to: to prove it once more, to sign out. */
async function confirm(page: Page): Promise<void> {
  const button = page.locator('form button[type=submit], form input[type=submit]').first()
  if ((await button.count()) === 0) return
  await Promise.all([page.waitForNavigation(), button.click()])
}

async function sessionCookies(page: Page, url: string): Promise<readonly string[]> {
  const cookies = await page.context().cookies(url)
  return cookies.map(({ name }) => name).filter((name) => name.endsWith('accueil-session'))
}
