import { reasonOf } from '#core/error.ts'
import type { Context, Handler, NotFoundHandler } from 'hono'
import { routePath } from 'hono/route'
import type { PageName } from './counters.ts'
import { termsInForce } from './house.ts'
import { connectedPage } from './pages/connected-page.ts'
import { failurePage } from './pages/failure-page.ts'
import { homePage } from './pages/home-page.ts'
import type { Html } from './pages/html.ts'
import type { Frame } from './pages/layout.ts'
import { notFoundPage } from './pages/not-found-page.ts'
import { readTermsPage } from './pages/read-terms-page.ts'
import { openReceipt } from './receipt.ts'
import { frameOf, queryOf, sendPage } from './send-page.ts'
import type { Services } from './services.ts'

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
    const receipt = openReceipt(services.seal, queryOf(c).get('receipt') ?? '')
    return connectedPage(frame, { receipt, already: queryOf(c).has('already') })
  })
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
