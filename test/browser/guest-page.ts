import { mkdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { chromium } from 'playwright-core'
import { directionOf, LANGUAGES, textIn } from '../../portal/text/language.ts'
import type { Language } from '../../portal/text/language.ts'
import { BLOCKED_NAME_RULE, proofAndBlockChecks } from './proof-and-block.ts'
import { releaseRedirectChecks } from './release-redirect.ts'
import {
  addressOf,
  axeChecks,
  check,
  inSight,
  NAVIGATION_MS,
  onlyOwn,
  openPage,
  picture,
  scrollsSideways,
  tabTo,
} from './session.ts'
import type { Check, Session } from './session.ts'

/** The guest pages in a real browser, without script: what a captive phone and a laptop see, in every language. */

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium'
const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  `--host-resolver-rules=${BLOCKED_NAME_RULE}`,
]

// What a first round trip carries on most networks (ten segments), less the headers.
const PAGE_BYTES = 14 * 1024
const TARGET_PIXELS = 44

const NARROWEST = { width: 320, height: 568 }
const PHONE = { width: 390, height: 844 }
const LAPTOP = { width: 1280, height: 800 }
/** 320 CSS pixels are also what a 1280-pixel screen has at 400 % (WCAG 1.4.10). */
/** A phone at 200 %, with letters twice as large. */
const ZOOMED = { width: 195, height: 422 }
const SCREENS = [NARROWEST, PHONE, LAPTOP] as const

/** The terms page is examined in all; the others in one of each direction and the longest words. */
const EXAMINED: ReadonlySet<Language> = new Set(['fr', 'ar', 'ta'])
const PICTURED: ReadonlySet<Language> = new Set(['fr', 'en', 'ar', 'bn', 'ta', 'ti'])

/**
 * Runs every check against a portal. `signedPath` is a gateway's link from the root, still valid;
 * `nextPhone` makes one for a phone that has not accepted yet: one that has does not see the page again;
 * with `outDir`, screenshots are written there.
 */
export async function guestPageChecks(
  portalUrl: string,
  signedPath: string,
  nextPhone: () => string,
  outDir: string | null,
): Promise<Check[]> {
  if (outDir !== null) await mkdir(outDir, { recursive: true })
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGUMENTS })
  const axe = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  const session = { browser, portalUrl, signedPath, nextPhone, outDir, axe }
  const checks: Check[] = []
  try {
    for (const language of LANGUAGES) {
      checks.push(...(await termsPageChecks(session, language)))
      checks.push(...(await acceptanceChecks(session, language)))
      checks.push(...(await stillPageChecks(session, language)))
    }
    checks.push(...(await smallScreenChecks(session)))
    checks.push(...(await choiceChecks(session)))
    checks.push(...(await posterChecks(session)))
    checks.push(...(await releaseRedirectChecks(browser)))
    checks.push(...(await proofAndBlockChecks(session)))
  } catch (thrown) {
    checks.push({ name: 'the browser run ends', ok: false, detail: String(thrown) })
  } finally {
    await browser.close()
  }
  return checks
}

async function termsPageChecks(session: Session, language: Language): Promise<Check[]> {
  const { context, page, hosts } = await openPage(session, language, PHONE)
  const response = await page.goto(addressOf(session, session.signedPath))
  const bytes = (await response?.body())?.length ?? 0
  const heading = (await page.locator('h1').textContent())?.trim()
  const where = `terms page, ${language}`
  const html = page.locator('html')
  const marked = `${await html.getAttribute('lang')} ${await html.getAttribute('dir')}`
  const checks = [
    check(`${where}: shows its heading`, heading === textIn(language).terms.title, heading),
    check(`${where}: is marked`, marked === `${language} ${directionOf(language)}`, marked),
    check(`${where}: weighs less than 14 KB`, bytes > 0 && bytes < PAGE_BYTES, bytes),
  ]
  for (const screen of SCREENS) {
    await page.setViewportSize(screen)
    const button = await page.locator('main form button').boundingBox()
    const at = `${where}, ${screen.width} px`
    checks.push(
      check(`${at}: does not scroll sideways`, !(await scrollsSideways(page))),
      check(`${at}: the button is in sight without scrolling`, inSight(button, screen), button),
    )
    if (PICTURED.has(language))
      await picture(session, page, `guest-terms-${language}-${screen.width}`)
  }
  await page.setViewportSize(ZOOMED)
  checks.push(check(`${where}, 200 %: does not scroll sideways`, !(await scrollsSideways(page))))
  checks.push(check(`${where}: asks no other host`, onlyOwn(session, hosts), [...hosts]))
  await context.close()
  return [...checks, ...(await axeChecks(session, session.signedPath, language, SCREENS, where))]
}

/** Keyboard only, no script: the path of a screen reader's user in a captive browser. */
async function acceptanceChecks(session: Session, language: Language): Promise<Check[]> {
  const { context, page, hosts } = await openPage(session, language, PHONE)
  await page.goto(addressOf(session, session.nextPhone()))
  const reached = await tabTo(page, 'button[name=accept]')
  await Promise.all([
    page.waitForURL('**/guest/connected*', { timeout: NAVIGATION_MS }).catch(() => {}),
    page.keyboard.press('Enter'),
  ])
  const heading = (await page.locator('h1').textContent())?.trim()
  const last = new URL(page.url())
  const text = textIn(language)
  if (PICTURED.has(language))
    await picture(session, page, `guest-connected-${language}-${PHONE.width}`)
  await page.locator('a[href^="/guest/device"]').click()
  const kept = (await page.locator('h1').textContent())?.trim()
  const device = new URL(page.url())
  if (PICTURED.has(language))
    await picture(session, page, `guest-device-${language}-${PHONE.width}`)
  await context.close()
  const where = `connected page, ${language}`
  return [
    check(`${where}: the button is reached with the Tab key`, reached),
    check(
      `${where}: Enter on the button ends there`,
      last.pathname === '/guest/connected',
      last.href,
    ),
    check(`${where}: says so`, heading === text.connected.title, heading),
    check(`${where}: leads to what is kept about the device`, kept === text.device.title, kept),
    check(`${where}: asks no other host`, onlyOwn(session, hosts), [...hosts]),
    ...(EXAMINED.has(language)
      ? [
          ...(await axeChecks(session, last.pathname + last.search, language, [PHONE], where)),
          ...(await axeChecks(
            session,
            device.pathname + device.search,
            language,
            [PHONE],
            `device page, ${language}`,
          )),
        ]
      : []),
  ]
}

/** The pages that need no device, and a refusal, on the narrowest screen. */
async function stillPageChecks(session: Session, language: Language): Promise<Check[]> {
  const forged = session.signedPath.replace(/sig=[0-9a-f]{8}/, 'sig=00000000')
  const paths = {
    refusal: forged,
    help: '/guest',
    home: '/',
    'read-terms': '/guest/terms',
    notice: '/guest/notice',
    accessibility: '/accessibility',
  }
  const { context, page } = await openPage(session, language, NARROWEST)
  const checks: Check[] = []
  for (const [name, path] of Object.entries(paths)) {
    await page.setViewportSize(NARROWEST)
    const response = await page.goto(addressOf(session, path))
    const bytes = (await response?.body())?.length ?? 0
    const where = `${name} page, ${language}`
    checks.push(
      check(`${where}: does not scroll sideways at 320 px`, !(await scrollsSideways(page))),
      check(`${where}: weighs less than 14 KB`, bytes > 0 && bytes < PAGE_BYTES, bytes),
    )
    await page.setViewportSize(PHONE)
    if (PICTURED.has(language))
      await picture(session, page, `guest-${name}-${language}-${PHONE.width}`)
    if (EXAMINED.has(language))
      checks.push(...(await axeChecks(session, path, language, [PHONE], where)))
  }
  await context.close()
  return checks
}

/** In the dark, with what is touched measured, and with more contrast asked for. */
async function smallScreenChecks(session: Session): Promise<Check[]> {
  const { context, page } = await openPage(session, 'fr', NARROWEST, 'dark')
  await page.goto(addressOf(session, session.signedPath))
  await page.locator('.langs summary').click()
  const small = await page.locator('a:visible, button:visible, summary').evaluateAll(
    (elements, least) =>
      elements
        .filter((element) => !element.closest('p, dd, .skip'))
        .filter((element) => element.getBoundingClientRect().height < least)
        .map((element) => element.textContent),
    TARGET_PIXELS,
  )
  const overflow = await scrollsSideways(page)
  await page.locator('.langs summary').click()
  await picture(session, page, 'guest-terms-fr-320-dark')
  await context.close()
  return [
    check('terms page, 320 px, languages open: does not scroll sideways', !overflow),
    check('terms page, 320 px: what is touched is 44 px high', small.length === 0, small),
    ...(await axeChecks(session, session.signedPath, 'fr', [NARROWEST], 'terms page, dark', {
      colorScheme: 'dark',
    })),
    ...(await axeChecks(session, session.signedPath, 'fr', [NARROWEST], 'terms page, contrast', {
      contrast: 'more',
    })),
  ]
}

/** Another language is chosen with a finger, and kept to the end. */
async function choiceChecks(session: Session): Promise<Check[]> {
  const { context, page } = await openPage(session, 'fr', PHONE)
  await page.goto(addressOf(session, session.nextPhone()))
  await page.locator('.langs summary').click()
  await picture(session, page, 'guest-languages-fr-390')
  await page.locator('.langs button[lang=ar]').click()
  const chosen = (await page.locator('h1').textContent())?.trim()
  await page.locator('a[href^="/guest/notice"]').click()
  const notice = (await page.locator('h1').textContent())?.trim()
  await page.locator('a[href^="/guest/accept"]').first().click()
  await page.locator('button[name=accept]').click()
  const last = (await page.locator('h1').textContent())?.trim()
  await context.close()
  const { terms, notice: words, connected } = textIn('ar')
  return [
    check('a language is chosen without script', chosen === terms.title, chosen),
    check('the notice is in the language chosen', notice === words.heading, notice),
    check('the way back from it leads to the button, and online', last === connected.title, last),
  ]
}

async function posterChecks(session: Session): Promise<Check[]> {
  const path = '/poster?site=75-0042'
  const { context, page } = await openPage(session, 'fr', LAPTOP)
  const sheets: string[] = []
  // The usual languages, and those with the longest words.
  for (const languages of ['', '&lang=ta,bn,ro']) {
    await page.goto(addressOf(session, path + languages))
    const sheet = await page.pdf({ preferCSSPageSize: true })
    sheets.push(String(sheet.toString('latin1').match(/\/Type\s*\/Page\b/g)?.length))
  }
  await page.goto(addressOf(session, path))
  await page.setViewportSize(A4)
  await picture(session, page, 'poster')
  await page.setViewportSize(NARROWEST)
  const overflow = await scrollsSideways(page)
  await context.close()
  return [
    check('the poster is one sheet of A4', sheets.join() === '1,1', sheets),
    check('the poster, 320 px: does not scroll sideways', !overflow),
    ...(await axeChecks(session, path, 'fr', [LAPTOP], 'the poster')),
  ]
}

/** In CSS pixels. */
const A4 = { width: 794, height: 1123 }
