import type { Network } from '#db/sites.ts'
import type { Context, MiddlewareHandler } from 'hono'
import { toPortal } from './answer-probes.ts'
import { clientAddress } from './client-address.ts'
import { deviceGrant } from './device-grant.ts'
import type { FilterVerdict } from './filter/verdict.ts'
import { foreignHost } from './foreign-host.ts'
import { blockedPage, notBlockedPage } from './pages/blocked-page.ts'
import { asksOurName, frameOf, sendPage, urlOf } from './send-page.ts'
import type { Services } from './services.ts'
import { sealUnblockTicket } from './unblock-ticket.ts'
import type { UnblockTicket } from './unblock-ticket.ts'

export const UNBLOCK_PATH = '/guest/unblock'

/**
 * A page of another site was asked of us: the DNS filter gives our address for a name that it blocks, or
 * a gateway leads a device here that has not accepted yet. The filter is asked which of the two it is, and why.
 */
export function answerBlocked(services: Services): MiddlewareHandler {
  return function answerBlockedName(c, next) {
    if (asksOurName(c, services.publicUrl)) return next()
    const domain = foreignHost(urlOf(c), services.publicUrl)
    return domain === null ? next() : answer(c, services, domain)
  }
}

async function answer(c: Context, services: Services, domain: string): Promise<Response> {
  const address = clientAddress(c)
  const network = (address && services.house().networks.lookup(address)) ?? null
  const verdict = await services.askFilter(domain, network)
  if (verdict.outcome === 'blocked') {
    return showBlocked(c, services, ticketFor(domain, network, verdict, services.clock()))
  }
  const grant = await deviceGrant(c, services)
  if (grant.state === 'captive') return toPortal(c, services)
  const isFree = verdict.outcome === 'free'
  const frame = foreignFrame(c, services)
  const body = notBlockedPage(frame, { domain, isFree })
  if (isFree) return sendPage(c, services, { name: 'not-blocked', frame, body, status: 404 })
  return sendPage(c, services, { name: 'not-blocked', frame, body, status: 503 })
}

function ticketFor(
  domain: string,
  network: Network | null,
  { cause, category, reference }: Extract<FilterVerdict, { outcome: 'blocked' }>,
  now: number,
): UnblockTicket {
  const { site = null, kind = null } = network ?? {}
  return { domain, site, network: kind, cause, category, reference, issuedAt: now }
}

/** The page, with a form that goes to our own name: the blocked one may lead elsewhere a minute later. */
export function showBlocked(
  c: Context,
  services: Services,
  ticket: UnblockTicket,
  problem: 'not-sent' | null = null,
): Response | Promise<Response> {
  const frame = foreignFrame(c, services)
  const token = sealUnblockTicket(services.seal, ticket)
  const action = new URL(
    `${UNBLOCK_PATH}?ticket=${token}&lang=${frame.language}`,
    services.publicUrl,
  )
  const body = blockedPage(frame, { ...ticket, action: action.href, problem })
  return sendPage(c, services, {
    name: 'blocked',
    frame,
    body,
    status: problem === null ? 403 : 503,
    formAction: [services.publicUrl.origin],
  })
}

/** What was asked for stands in no address of the page. */
function foreignFrame(c: Context, services: Services): ReturnType<typeof frameOf> {
  return { ...frameOf(c, services), here: { path: '/', query: [] } }
}
