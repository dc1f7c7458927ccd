import { answerAtOnce } from '../../portal/answer-at-once.ts'
import { createHttpListener } from '../../portal/listen-http.ts'
import { entryPath } from '../../db/gateway-entry.ts'
import type { PortalGateway } from '../../portal/gateways/gateway.ts'
import {
  fasLink,
  formAction,
  GENERIC,
  house,
  NOW,
  OPENNDS,
  signedLink,
  testPortal,
} from '../../portal/portal-fixture.ts'
import { LANGUAGES, textIn } from '../../portal/text/language.ts'
import type { Language } from '../../portal/text/language.ts'
import { freePort } from '../support/peers/free-ports.ts'
import { axeChecks, check, openPage, picture, scrollsSideways } from './session.ts'
import type { Check, Session } from './session.ts'

/** Whose page stands in its place; the browser is told where its name leads, as a blocking resolver would. */
const BLOCKED_NAME = 'videos.example.com'
const FREE_NAME = 'free.example.com'
/** One of which the filter cannot be asked without a failure of ours. */
const BROKEN_NAME = 'broken.example.com'
const HOST = '127.0.78.3'
export const BLOCKED_NAME_RULE = `MAP *.example.com ${HOST}`

/** A gateway for which the phone waits on a page of ours. */
const POLLED: PortalGateway = { ...OPENNDS, fas: { level: 4, key: '1234567890' } }
const OTHER_MAC = '02-00-00-00-00-07'

const NARROWEST = { width: 320, height: 568 }
const SCREENS = [
  { width: 390, height: 844 },
  { width: 1280, height: 800 },
] as const
const EXAMINED: ReadonlySet<Language> = new Set(['fr', 'en', 'ar', 'ta'])

/**
 * The receipt, the renewal, the block page, and those for when something is wrong, which need a moment that a
 * whole house does not come to by itself: the portal is the real one on a port of its own, with a world that is told.
 */
export async function proofAndBlockChecks(whole: Session): Promise<Check[]> {
  const port = await freePort()
  const portalUrl = `http://${HOST}:${port}`
  const portal = testPortal({ publicUrl: portalUrl })
  const { world } = portal
  const textSha256 = world.house.terms[0]?.texts.find(({ language }) => language === 'fr')?.sha256
  world.receipts.set('K7QF3MRT2B', {
    ...{ at: new Date(NOW), site: '75-0042', network: 'guest', macEnd: 'ee:ff' },
    ...{ termsVersion: '2026-01', language: 'fr', textSha256: textSha256 ?? '', renewal: false },
  })
  world.access.set('aa:bb:cc:dd:ee:ff', { until: NOW - 60_000, termsVersion: '2026-01' })
  world.house = house({ gateways: [GENERIC, POLLED] })
  world.filter = (name) => {
    if (name === BROKEN_NAME) throw new Error('asked for by the test')
    if (name === FREE_NAME) return { outcome: 'free', listed: null }
    return { outcome: 'blocked', cause: 'category', category: 'streaming', reference: 'K7F2' }
  }
  const asked = formAction(await (await portal.get(signedLink({ mac: OTHER_MAC }))).text())
  const fas = `${entryPath(POLLED)}${fasLink().slice('/guest'.length)}`
  const waits = await portal.post(formAction(await (await portal.get(fas)).text()))
  const listener = createHttpListener(portal.app, answerAtOnce(portal.services), {
    host: HOST,
    port,
  })
  await listener.open()
  const session = { ...whole, portalUrl }
  const pages = {
    receipt: `${portalUrl}/guest/receipt?code=K7QF3MRT2B`,
    'receipt-empty': `${portalUrl}/guest/receipt`,
    renewal: portalUrl + signedLink(),
    'terms-text': `${portalUrl}/guest/terms/${textSha256 ?? ''}`,
    blocked: `http://${BLOCKED_NAME}:${port}/`,
    'unblock-sent': `${portalUrl}/guest/unblock/sent`,
    'receipt-unknown': `${portalUrl}/guest/receipt?code=AAAAAAAAAA`,
    'not-blocked': `http://${FREE_NAME}:${port}/`,
    'not-found': `${portalUrl}/nowhere`,
    failure: `http://${BROKEN_NAME}:${port}/`,
    opening: new URL(waits.headers.get('Location') ?? '', portalUrl).href.replace(/&lang=.*/, ''),
  }
  const checks: Check[] = []
  try {
    for (const language of LANGUAGES.filter((one) => EXAMINED.has(one))) {
      for (const [name, address] of Object.entries(pages)) {
        const where = `${name} page, ${language}`
        checks.push(...(await lookAt(session, name, address, language)))
        const path = `${address}${address.includes('?') ? '&' : '?'}lang=${language}`
        const asksAgain = name === 'opening'
        checks.push(...(await axeChecks(session, path, language, SCREENS, where, { asksAgain })))
      }
      checks.push(await requestCheck(session, pages.blocked, language))
    }
    world.databaseUp = false
    for (const language of LANGUAGES.filter((one) => EXAMINED.has(one))) {
      // By what the browser asks for: with a language in the address it is the terms, which need no database.
      const where = `unavailable page, ${language}`
      checks.push(...(await lookAt(session, 'unavailable', portalUrl + asked, language)))
      checks.push(
        ...(await axeChecks(session, asked, language, SCREENS, where, { asksAgain: true })),
      )
    }
    checks.push(
      check('each request is kept', portal.unblocks.length === EXAMINED.size, portal.unblocks),
    )
  } finally {
    await listener.close()
  }
  return checks
}

async function lookAt(
  session: Session,
  name: string,
  address: string,
  language: Language,
): Promise<Check[]> {
  const { context, page, hosts } = await openPage(session, language, NARROWEST)
  await page.goto(address)
  const overflow = await scrollsSideways(page)
  for (const screen of SCREENS) {
    await page.setViewportSize(screen)
    await picture(session, page, `guest-${name}-${language}-${screen.width}`)
  }
  await context.close()
  const own = new Set([new URL(address).host])
  return [
    check(`${name} page, ${language}: does not scroll sideways at 320 px`, !overflow),
    check(
      `${name} page, ${language}: asks no other host`,
      hosts.isSubsetOf(own),
      [...hosts].join(),
    ),
  ]
}

/** Under the blocked site's name, without script, to our own name: the policy of the page lets it. */
async function requestCheck(session: Session, address: string, language: Language): Promise<Check> {
  const { context, page } = await openPage(session, language, NARROWEST)
  await page.goto(address)
  await page.locator('textarea').fill('Pour mes devoirs')
  await page.locator('main form button').click()
  const heading = (await page.locator('h1').textContent())?.trim()
  const host = new URL(page.url()).hostname
  await context.close()
  const { blocked } = textIn(language)
  return check(
    `blocked page, ${language}: the request is sent without script, and ends on our own name`,
    heading === blocked.sentTitle && host === HOST,
    `${heading} at ${host}`,
  )
}
