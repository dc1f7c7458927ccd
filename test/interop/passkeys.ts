import assert from 'node:assert/strict'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import type { BrowserContext, CDPSession, Page } from 'playwright-core'
import { totpCode, totpStep } from '../../core/totp.ts'
import { freePort } from '../support/peers/free-ports.ts'
import { createProduct } from '../support/peers/product.ts'
import type { Scenario } from './scenario.ts'

/** As root there is no sandbox to be had. */
const LAUNCH = { executablePath: '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu'] }
const PASSKEYS = '/staff/passkeys'

/** An emergency account and Chromium, with the authenticators that it has for tests (its DevTools protocol, WebAuthn). */
export async function passkeys({ folder, upstream, test }: Scenario): Promise<void> {
  const port = await freePort()
  // Browsers have passkeys for a name; this one they trust without a certificate.
  const url = `http://localhost:${port}`
  const env = { ACCUEIL_PUBLIC_URL: url, ACCUEIL_HTTP_LISTEN: `0.0.0.0:${port}` }
  await using product = await createProduct(folder, { upstream, env, roles: ['portal'] })
  await product.start()
  const applied = await product.command('apply', join(import.meta.dirname, 'fixture/house.yaml'))
  assert.equal(applied.code, 0, applied.stderr)
  const browser = await chromium.launch(LAUNCH)
  const pictures = folder.fresh('passkeys')
  try {
    const context = await browser.newContext({ locale: 'fr-FR' })
    const page = await context.newPage()
    let secret: Buffer = Buffer.alloc(0)
    await test('an emergency account signs in with a password and an app', async () => {
      secret = await enrolApp(page, url)
    })
    const key = await addAuthenticator(context, page)
    await test('it makes a passkey, which the page shows by its name', async () => {
      await page.goto(`${url}${PASSKEYS}`)
      await photograph(page, pictures, 'passkeys')
      await page.locator('#name').fill('Clé du coffre')
      await page.locator('form[data-passkey] button').click()
      await page.waitForURL(`${url}${PASSKEYS}?done=added`)
      assert.match(await page.locator('main').innerText(), /Clé du coffre/)
      assert.equal(await key.count(), 1)
    })
    await test('it signs in with it, and no code', async () => {
      await signOut(page, url)
      await typePassword(page, url)
      await photograph(page, pictures, 'code')
      await page.locator('form[data-passkey] button').click()
      await page.waitForURL(`${url}${PASSKEYS}`)
      assert.match(await page.locator('main').innerText(), /utilisée le/)
    })
    await test('with an authenticator that knows nothing of it, it is told to take the code', async () => {
      await signOut(page, url)
      await key.remove()
      await addAuthenticator(context, page)
      await typePassword(page, url)
      await page.locator('form[data-passkey] button').click()
      await page.getByText('Le navigateur n’a pas montré de clé').waitFor()
      await page.locator('#code').fill(totpCode(secret, totpStep(Date.now()) + 1))
      await page.locator('form[action="/staff/sign-in/code"] button').click()
      await page.waitForURL(`${url}${PASSKEYS}`)
    })
    await test('without script there is a code to type, and no button that does nothing', async () => {
      const plain = await browser.newContext({ locale: 'fr-FR', javaScriptEnabled: false })
      const other = await plain.newPage()
      await typePassword(other, url)
      assert.equal(await other.locator('form[data-passkey]').isVisible(), false)
      assert.equal(await other.locator('#code').isVisible(), true)
      await plain.close()
    })
    await test('removed, it is offered no more', async () => {
      await page.locator('form[action="/staff/passkeys/remove"] button').click()
      await page.waitForURL(`${url}${PASSKEYS}?done=removed`)
      await signOut(page, url)
      await typePassword(page, url)
      assert.equal(await page.locator('form[data-passkey]').count(), 0)
    })
  } finally {
    await browser.close()
  }
}

async function typePassword(page: Page, url: string): Promise<void> {
  await page.goto(`${url}${PASSKEYS}`)
  await page.locator('input[name=account]').fill('bob')
  await page.locator('input[name=password]').fill('hello')
  await page.locator('form[action="/staff/sign-in"] button').click()
  await page.waitForURL(/\/staff\/sign-in\/(code|second-factor)/)
}

/** The secret that the app would keep. */
async function enrolApp(page: Page, url: string): Promise<Buffer> {
  await typePassword(page, url)
  const secret = fromBase32((await page.locator('.code.key').innerText()).replaceAll(' ', ''))
  await page.locator('#code').fill(totpCode(secret, totpStep(Date.now())))
  await page.locator('form[action="/staff/sign-in/second-factor"] button').click()
  await page.locator('ul.codes').waitFor()
  return secret
}

function fromBase32(text: string): Buffer {
  const bits = Array.from(text, (letter) =>
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'),
  ).join('')
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
}

async function signOut(page: Page, url: string): Promise<void> {
  await page.locator('form[action="/staff/sign-out"] button').click()
  await page.waitForURL(`${url}/staff/signed-out`)
}

async function addAuthenticator(
  context: BrowserContext,
  page: Page,
): Promise<{ count(): Promise<number>; remove(): Promise<void> }> {
  const devtools: CDPSession = await context.newCDPSession(page)
  await devtools.send('WebAuthn.enable')
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      ...{ protocol: 'ctap2', transport: 'usb', hasResidentKey: false },
      ...{ hasUserVerification: true, isUserVerified: true, automaticPresenceSimulation: true },
    },
  })
  return {
    async count() {
      const { credentials } = await devtools.send('WebAuthn.getCredentials', { authenticatorId })
      return credentials.length
    },
    async remove() {
      await devtools.send('WebAuthn.removeVirtualAuthenticator', { authenticatorId })
    },
  }
}

async function photograph(page: Page, folder: string, name: string): Promise<void> {
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 844 })
    await page.screenshot({ path: join(folder, `${name}-${width}.png`), fullPage: true })
  }
}
