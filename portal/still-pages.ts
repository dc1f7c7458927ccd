import { reasonOf } from '#core/error.ts'
import type { Context, Handler, NotFoundHandler } from 'hono'
import { routePath } from 'hono/route'
import type { PageName } from './counters.ts'
import { legalBasisOf, termsInForce } from './house.ts'
import { DEVICE_PATH } from './kept-about-device.ts'
import { accessibilityPage } from './pages/accessibility-page.ts'
import { connectedPage } from './pages/connected-page.ts'
import { failurePage } from './pages/failure-page.ts'
import { homePage } from './pages/home-page.ts'
import type { Html } from './pages/html.ts'
import type { Frame } from './pages/layout.ts'
import { notFoundPage } from './pages/not-found-page.ts'
import { noticePage } from './pages/notice-page.ts'
import { readTermsPage } from './pages/read-terms-page.ts'
import { openReceipt } from './receipt.ts'
import { frameOf, queryOf, sendPage } from './send-page.ts'
import type { Services } from './services.ts'
import { acceptAddress } from './show-terms.ts'

/** The pages that only show: nothing is asked of the database, nothing changes. */

export function home(services: Services): Handler {
  return show(services, 'home', homePage)
}

export function readTerms(services: Services): Handler {
  return show(services, 'read-terms', (frame) =>
    readTermsPage(frame, termsInForce(services.house(), frame.language, services.clock())),
  )
}

export function connected(services: Services): Handler {
  return show(services, 'connected', (frame, c) => {
    const token = queryOf(c).get('receipt') ?? ''
    const receipt = openReceipt(services.seal, token)
    const kept = receipt && `${DEVICE_PATH}?receipt=${token}&lang=${frame.language}`
    return connectedPage(frame, { receipt, already: queryOf(c).has('already'), kept })
  })
}

/** The way back leads to the terms with their button where a ticket came along. */
export function notice(services: Services): Handler {
  return show(services, 'notice', (frame, c) => {
    const ticket = queryOf(c).get('ticket') ?? ''
    const terms = SEALED.test(ticket) ? `${acceptAddress(ticket)}&` : '/guest/terms?'
    const legalBasis = legalBasisOf(services.house(), services.clock())
    return noticePage(frame, { legalBasis, back: `${terms}lang=${frame.language}` })
  })
}

/** Letters that a sealed text has; whether it is ours is seen where it is opened. */
const SEALED = /^[\w.-]+$/

export function accessibility(services: Services): Handler {
  return show(services, 'accessibility', (frame) =>
    accessibilityPage(frame, services.publicUrl.href),
  )
}

export function notFound(services: Services): NotFoundHandler {
  return function notFoundHandler(c) {
    const frame = frameOf(c, services)
    const body = notFoundPage(frame)
    return sendPage(c, services, { name: 'not-found', frame, body, status: 404 })
  }
}

export function failure(
  services: Services,
  c: Context,
  thrown: unknown,
): Response | Promise<Response> {
  // The route, never the address asked for: that one carries the device.
  services.log.error('portal.request.failed', { route: routePath(c), reason: reasonOf(thrown) })
  const frame = frameOf(c, services)
  return sendPage(c, services, { name: 'failure', frame, body: failurePage(frame), status: 500 })
}

function show(
  services: Services,
  name: PageName,
  page: (frame: Frame, c: Context) => Html,
): Handler {
  return function showPage(c) {
    const frame = frameOf(c, services)
    return sendPage(c, services, { name, frame, body: page(frame, c) })
  }
}
