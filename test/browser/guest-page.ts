import { mkdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { chromium } from 'playwright-core'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { releaseRedirectChecks } from './release-redirect.ts'

/** The guest page in a real browser: what a captive phone and a laptop see, in French and English. */

export interface Check {
  readonly name: string
  readonly ok: boolean
  readonly detail?: string
}

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

// What a first round trip carries on most networks (ten segments), less the headers.
const PAGE_BYTES = 14 * 1024
const NAVIGATION_MS = 10_000
const TARGET_PIXELS = 44

const SCREENS = [
  { width: 390, height: 844 },
  { width: 1280, height: 800 },
] as const
const NARROWEST = { width: 320, height: 568 }

const EXPECTED = {
  fr: { heading: 'Bienvenue sur le Wi-Fi', connected: 'Vous êtes en ligne' },
  en: { heading: 'Welcome to the Wi-Fi', connected: 'You are online' },
} as const
type Language = keyof typeof EXPECTED
const LANGUAGES: readonly Language[] = ['fr', 'en']

/**
 * Runs every check against a portal. `signedPath` is a gateway's link from the root, still valid;
 * with `outDir`, screenshots are written there.
 */
export async function guestPageChecks(
  portalUrl: string,
  signedPath: string,
  accepting: Readonly<Record<Language, string>>,
  outDir: string | null,
): Promise<Check[]> {
  if (outDir !== null) await mkdir(outDir, { recursive: true })
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS })
  const session = { browser, portalUrl, signedPath, accepting, outDir }
  const checks: Check[] = []
  try {
    for (const language of LANGUAGES) {
      for (const screen of SCREENS)
        checks.push(...(await termsPageChecks(session, language, screen)))
      checks.push(...(await acceptanceChecks(session, language)))
    }
    checks.push(...(await smallScreenChecks(session)))
    checks.push(...(await refusalChecks(session)))
    checks.push(...(await releaseRedirectChecks(browser)))
  } catch (thrown) {
    checks.push({ name: 'the browser run ends', ok: false, detail: String(thrown) })
  } finally {
    await browser.close()
  }
  return checks
}

interface Session {
  readonly browser: Browser
  readonly portalUrl: string
  readonly signedPath: string
  /** Of a phone for each language, since one that accepted does not see the page again. */
  readonly accepting: Readonly<Record<Language, string>>
  readonly outDir: string | null
}

interface Screen {
  readonly width: number
  readonly height: number
}

async function termsPageChecks(
  session: Session,
  language: Language,
  screen: Screen,
): Promise<Check[]> {
  const where = `${language} ${screen.width} px`
  const { context, page, hosts } = await openPage(session, language, screen)
  const response = await page.goto(addressOf(session, session.signedPath))
  const bytes = (await response?.body())?.length ?? 0
  const heading = (await page.locator('h1').textContent())?.trim()
  const button = await page.locator('main form button').boundingBox()
  const overflow = await scrollsSideways(page)
  await picture(session, page, `guest-terms-${language}-${screen.width}`)
  await context.close()

  return [
    check(
      `terms page, ${where}: shows its heading`,
      heading === EXPECTED[language].heading,
      heading,
    ),
    check(`terms page, ${where}: weighs less than 14 KB`, bytes > 0 && bytes < PAGE_BYTES, bytes),
    check(
      `terms page, ${where}: the button is in sight without scrolling`,
      inSight(button, screen),
      button,
    ),
    check(`terms page, ${where}: does not scroll sideways`, !overflow),
    check(`terms page, ${where}: asks no other host`, onlyOwn(session, hosts), [...hosts]),
    ...(await axeChecks(session, session.signedPath, language, screen, `terms page, ${where}`)),
  ]
}

/** Keyboard only, no script: the path of a screen reader's user in a captive browser. */
async function acceptanceChecks(session: Session, language: Language): Promise<Check[]> {
  const screen = SCREENS[0]
  const { context, page, hosts } = await openPage(session, language, screen)
  await page.goto(addressOf(session, session.accepting[language]))
  const reached = await tabTo(page, 'button')
  await Promise.all([
    page.waitForURL('**/guest/connected*', { timeout: NAVIGATION_MS }).catch(() => {}),
    page.keyboard.press('Enter'),
  ])
  const heading = (await page.locator('h1').textContent())?.trim()
  const last = new URL(page.url())
  await picture(session, page, `guest-connected-${language}-${screen.width}`)
  await context.close()
  const where = `connected page, ${language}`
  return [
    check(`${where}: the button is reached with the Tab key`, reached),
    check(
      `${where}: Enter on the button ends there`,
      last.pathname === '/guest/connected',
      last.href,
    ),
    check(`${where}: says so`, heading === EXPECTED[language].connected, heading),
    check(`${where}: asks no other host`, onlyOwn(session, hosts), [...hosts]),
    ...(await axeChecks(session, last.pathname + last.search, language, screen, where)),
  ]
}

/** 320 CSS pixels are also what a 1280-pixel screen has at 400 % (WCAG 1.4.10); dark as well. */
async function smallScreenChecks(session: Session): Promise<Check[]> {
  const { context, page } = await openPage(session, 'fr', NARROWEST, 'dark')
  await page.goto(addressOf(session, session.signedPath))
  const overflow = await scrollsSideways(page)
  const small = await page.locator('a:visible, button, summary').evaluateAll(
    (elements, least) =>
      elements
        .filter((element) => !element.closest('p, dd, .skip'))
        .filter((element) => element.getBoundingClientRect().height < least)
        .map((element) => element.textContent),
    TARGET_PIXELS,
  )
  await picture(session, page, 'guest-terms-fr-320-dark')
  await context.close()
  return [
    check('terms page, 320 px: does not scroll sideways', !overflow),
    check('terms page, 320 px: what is touched is 44 px high', small.length === 0, small),
    ...(await axeChecks(session, session.signedPath, 'fr', NARROWEST, 'terms page, dark', 'dark')),
  ]
}

async function refusalChecks(session: Session): Promise<Check[]> {
  const forged = session.signedPath.replace(/sig=[0-9a-f]{8}/, 'sig=00000000')
  const paths = { refusal: forged, help: '/guest', home: '/', 'read-terms': '/guest/terms' }
  const checks: Check[] = []
  for (const [name, path] of Object.entries(paths)) {
    const { context, page } = await openPage(session, 'fr', SCREENS[0])
    await page.goto(addressOf(session, path))
    await picture(session, page, `guest-${name}-fr-390`)
    await context.close()
    checks.push(...(await axeChecks(session, path, 'fr', SCREENS[0], `${name} page`)))
  }
  return checks
}

interface AxeResult {
  readonly violations: readonly { id: string; nodes: readonly { html: string }[] }[]
}

/** axe needs script: a second look at the same page, with script on and the policy set aside. */
async function axeChecks(
  session: Session,
  path: string,
  language: Language,
  screen: Screen,
  where: string,
  colorScheme: 'light' | 'dark' = 'light',
): Promise<Check[]> {
  const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  const context = await session.browser.newContext({
    viewport: screen,
    locale: language,
    colorScheme,
    bypassCSP: true,
  })
  const page = await context.newPage()
  await page.goto(addressOf(session, path))
  await page.locator('details').evaluateAll((all) => {
    for (const details of all) details.setAttribute('open', '')
  })
  await page.evaluate(axe)
  const found = await page.evaluate<AxeResult>('axe.run()')
  await context.close()
  const detail = found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)
  return [check(`${where}: axe finds nothing`, detail.length === 0, detail)]
}

async function openPage(
  session: Session,
  language: Language,
  screen: Screen,
  colorScheme: 'light' | 'dark' = 'light',
): Promise<{ context: BrowserContext; page: Page; hosts: Set<string> }> {
  const context = await session.browser.newContext({
    viewport: screen,
    locale: language,
    colorScheme,
    javaScriptEnabled: false,
  })
  context.setDefaultTimeout(NAVIGATION_MS)
  const page = await context.newPage()
  const hosts = new Set<string>()
  page.on('request', (request) => hosts.add(new URL(request.url()).host))
  return { context, page, hosts }
}

async function tabTo(page: Page, tag: string): Promise<boolean> {
  const most = 20
  for (let presses = 0; presses < most; presses += 1) {
    await page.keyboard.press('Tab')
    if ((await page.locator(`${tag}:focus`).count()) > 0) return true
  }
  return false
}

async function scrollsSideways(page: Page): Promise<boolean> {
  return page
    .locator('html')
    .evaluate((element) => element.scrollWidth > element.ownerDocument.documentElement.clientWidth)
}

async function picture(session: Session, page: Page, name: string): Promise<void> {
  if (session.outDir !== null) await page.screenshot({ path: join(session.outDir, `${name}.png`) })
}

function inSight(box: { y: number; height: number } | null, screen: Screen): boolean {
  return box !== null && box.y >= 0 && box.y + box.height <= screen.height
}

function onlyOwn(session: Session, hosts: ReadonlySet<string>): boolean {
  return [...hosts].every((host) => host === new URL(session.portalUrl).host)
}

function addressOf(session: Session, path: string): string {
  return new URL(path, session.portalUrl).href
}

function check(name: string, ok: boolean, seen?: unknown): Check {
  return ok || seen === undefined ? { name, ok } : { name, ok, detail: JSON.stringify(seen) }
}
