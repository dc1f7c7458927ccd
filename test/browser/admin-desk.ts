import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { chromium } from 'playwright-core'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { totpCode, totpStep } from '../../core/totp.ts'
import { scrollsSideways } from './session.ts'

/** Somebody of the administration before a Chromium of their own. */
export interface Desk extends AsyncDisposable {
  readonly page: Page
  /** Opens a page of the product. */
  open(path: string): Promise<void>
  /** A picture of the whole page at 390 and 1280 px, and what axe and the edge of the screen say of it. */
  look(name: string, language?: Seat['language']): Promise<readonly string[]>
}

export interface Seat {
  readonly account: string
  readonly password: string
  readonly language: 'fr' | 'en'
  readonly hasScript: boolean
}

const SIZES = [
  { width: 390, height: 844 },
  { width: 1280, height: 900 },
] as const
const WAIT_MS = 60_000
const TOTP_MS = 30_000

export async function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env['CHROMIUM'] ?? '/usr/bin/chromium',
    args: ['--no-sandbox', '--disable-gpu', '--no-first-run', '--disable-background-networking'],
  })
}

/** Signed in with a password and the first code of a new app, as on somebody's first day. */
export async function sitDown(
  browser: Browser,
  portalUrl: string,
  seat: Seat,
  pictures: string,
): Promise<Desk> {
  const context = await browser.newContext({
    locale: seat.language,
    javaScriptEnabled: seat.hasScript,
    acceptDownloads: true,
  })
  context.setDefaultTimeout(WAIT_MS)
  const page = await context.newPage()
  await page.goto(`${portalUrl}/staff/sign-in?to=/admin&lang=${seat.language}`)
  await page.locator('#account').fill(seat.account)
  await page.locator('#password').fill(seat.password)
  await page.locator('main form button').click()
  const key = ((await page.locator('.code.key').textContent()) ?? '').replaceAll(' ', '')
  // A code that ends while the page loads would be a wrong one.
  const left = TOTP_MS - (Date.now() % TOTP_MS)
  if (left < TOTP_MS / 3) await sleep(left)
  await page.locator('#code').fill(totpCode(fromBase32(key), totpStep(Date.now())))
  await page.locator('main form button').click()
  await page.locator('main a.button').click()
  await page.locator('ul.tabs').first().waitFor()
  const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  return {
    page,
    open: async (path) => void (await page.goto(`${portalUrl}${path}`)),
    async look(name, language = seat.language) {
      const found: string[] = []
      for (const size of SIZES) {
        await page.setViewportSize(size)
        if (await scrollsSideways(page)) found.push(`${name} scrolls sideways at ${size.width} px`)
        const cut = await cutCells(page)
        if (cut.length > 0)
          found.push(`${name} has cells cut off at ${size.width} px: ${cut.join()}`)
        const path = join(pictures, `admin-${name}-${language}-${size.width}.png`)
        await page.screenshot({ path, fullPage: true })
      }
      return [...found, ...(await axeFindings(browser, context, page.url(), axe))]
    },
    [Symbol.asyncDispose]: () => context.close(),
  }
}

/** Of the charts the numbers stay columns, which a phone moves sideways; nobody should have to for any other table. */
async function cutCells(page: Page): Promise<readonly string[]> {
  const cells = page.locator('table:not(#activity-table) :is(th, td)')
  return cells.evaluateAll((all) =>
    all
      .filter((cell) => {
        const { left, right } = cell.getBoundingClientRect()
        // What only who listens to the page is told is one pixel of it.
        if ((cell.closest('thead')?.getBoundingClientRect().width ?? 2) < 2) return false
        const room = cell.closest('.scroll')?.getBoundingClientRect()
        const edge = cell.ownerDocument.documentElement.clientWidth
        // Half a pixel is how browsers round.
        return left < -0.5 || right > Math.min(edge, room?.right ?? edge) + 0.5
      })
      .map((cell) => cell.textContent.trim().slice(0, 40)),
  )
}

interface AxeResult {
  readonly violations: readonly { id: string; nodes: readonly { html: string }[] }[]
}

/** axe needs script: a second look at the same page by the same person, with script on and the policy set aside. */
async function axeFindings(
  browser: Browser,
  own: BrowserContext,
  url: string,
  axe: string,
): Promise<readonly string[]> {
  const context = await browser.newContext({
    bypassCSP: true,
    storageState: await own.storageState(),
  })
  try {
    const page = await context.newPage()
    await page.goto(url)
    await page.locator('details').evaluateAll((all) => {
      for (const details of all) details.setAttribute('open', '')
    })
    await page.evaluate(axe)
    const found = await page.evaluate<AxeResult>("axe.run({ resultTypes: ['violations'] })")
    return found.violations.map(({ id, nodes }) => `axe ${id}: ${nodes[0]?.html ?? ''}`)
  } finally {
    await context.close()
  }
}

function fromBase32(text: string): Buffer {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
  const bits = Array.from(text, (letter) => letters.indexOf(letter).toString(2).padStart(5, '0'))
  const octets = bits.join('').match(/.{8}/g) ?? []
  return Buffer.from(octets.map((octet) => Number.parseInt(octet, 2)))
}
