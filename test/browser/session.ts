import { join } from 'node:path'
import type { Browser, BrowserContext, Page, Route } from 'playwright-core'
import type { Language } from '../../portal/text/language.ts'

/** A browser before a portal, and what can be asked of a page in it. */

export interface Check {
  readonly name: string
  readonly ok: boolean
  readonly detail?: string
}

/** Of a machine where much else runs. */
export const NAVIGATION_MS = 60_000

export interface Session {
  readonly browser: Browser
  readonly portalUrl: string
  readonly signedPath: string
  readonly nextPhone: () => string
  readonly outDir: string | null
  readonly axe: string
}

export interface Screen {
  readonly width: number
  readonly height: number
}

interface AxeResult {
  readonly violations: readonly { id: string; nodes: readonly { html: string }[] }[]
}

interface Looked {
  readonly colorScheme?: 'light' | 'dark'
  readonly contrast?: 'more'
  /** The page asks again by itself. */
  readonly asksAgain?: boolean
}

/** It would be gone from under axe. Without script there is no other way to see that a gateway has opened. */
async function withoutRefresh(route: Route): Promise<void> {
  const response = await route.fetch()
  const body = (await response.text()).replace(/<meta http-equiv="refresh"[^>]*>/, '')
  await route.fulfill({ response, body })
}

/** axe needs script: a second look at the same page, with script on and the policy set aside. */
export async function axeChecks(
  session: Session,
  path: string,
  language: Language,
  screens: readonly Screen[],
  where: string,
  { asksAgain = false, ...media }: Looked = {},
): Promise<Check[]> {
  const context = await session.browser.newContext({
    locale: localeOf(language),
    bypassCSP: true,
    ...media,
  })
  const page = await context.newPage()
  if (asksAgain) await page.route('**/*', withoutRefresh)
  await page.goto(addressOf(session, path))
  await page.locator('details').evaluateAll((all) => {
    for (const details of all) details.setAttribute('open', '')
  })
  await page.evaluate(session.axe)
  const checks: Check[] = []
  for (const screen of screens) {
    await page.setViewportSize(screen)
    const found = await page.evaluate<AxeResult>("axe.run({ resultTypes: ['violations'] })")
    const detail = found.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)
    checks.push(
      check(`${where}, ${screen.width} px: axe finds nothing`, detail.length === 0, detail),
    )
  }
  await context.close()
  return checks
}

/** What a phone in this language asks for. */
function localeOf(language: Language): string {
  return language === 'prs' ? 'fa-AF' : language
}

export async function openPage(
  session: Session,
  language: Language,
  screen: Screen,
  colorScheme: 'light' | 'dark' = 'light',
): Promise<{ context: BrowserContext; page: Page; hosts: Set<string> }> {
  const context = await session.browser.newContext({
    viewport: screen,
    locale: localeOf(language),
    colorScheme,
    javaScriptEnabled: false,
  })
  context.setDefaultTimeout(NAVIGATION_MS)
  const page = await context.newPage()
  const hosts = new Set<string>()
  page.on('request', (request) => hosts.add(new URL(request.url()).host))
  return { context, page, hosts }
}

export async function tabTo(page: Page, selector: string): Promise<boolean> {
  const most = 20
  for (let presses = 0; presses < most; presses += 1) {
    await page.keyboard.press('Tab')
    if ((await page.locator(`${selector}:focus`).count()) > 0) return true
  }
  return false
}

export async function scrollsSideways(page: Page): Promise<boolean> {
  return page
    .locator('html')
    .evaluate((element) => element.scrollWidth > element.ownerDocument.documentElement.clientWidth)
}

export async function picture(session: Session, page: Page, name: string): Promise<void> {
  if (session.outDir !== null) await page.screenshot({ path: join(session.outDir, `${name}.png`) })
}

export function inSight(box: { y: number; height: number } | null, screen: Screen): boolean {
  return box !== null && box.y >= 0 && box.y + box.height <= screen.height
}

export function onlyOwn(session: Session, hosts: ReadonlySet<string>): boolean {
  return [...hosts].every((host) => host === new URL(session.portalUrl).host)
}

export function addressOf(session: Session, path: string): string {
  return new URL(path, session.portalUrl).href
}

export function check(name: string, ok: boolean, seen?: unknown): Check {
  return ok || seen === undefined ? { name, ok } : { name, ok, detail: JSON.stringify(seen) }
}
