import type { Context } from 'hono'
import { escapeToBuffer } from 'hono/utils/html'
import type { ContentfulStatusCode } from 'hono/utils/http-status'
import type { Device } from './gateways/gateway.ts'
import { adapterOf } from './gateways/adapters.ts'
import { termsInForce } from './house.ts'
import { madeTerms, SLOTS } from './made-terms.ts'
import type { Frame } from './pages/layout.ts'
import { renewalPage } from './pages/renewal-page.ts'
import { termsPage } from './pages/terms-page.ts'
import type { TermsPage } from './pages/terms-page.ts'
import type { RefusalReason } from './refusal.ts'
import { sendMade } from './send-made.ts'
import type { MadePage } from './send-made.ts'
import { madePageHeaders, sendRefusal } from './send-page.ts'
import type { Services } from './services.ts'
import type { Language } from './text/language.ts'
import { sealTicket } from './ticket.ts'

export const ACCEPT_PATH = '/guest/accept'
export const NOTICE_PATH = '/guest/notice'

interface Options {
  readonly message?: TermsPage['message']
  readonly status?: ContentfulStatusCode
}

/** Sends `termsFor`. */
export async function showTerms(
  c: Context,
  services: Services,
  frame: Frame,
  device: Device,
  options: Options = {},
): Promise<Response> {
  const page = await termsFor(services, frame.language, device, options)
  if (typeof page === 'string') return sendRefusal(c, services, page, frame)
  countTerms(services, page)
  return sendMade(c, page)
}

export interface ShownTerms extends MadePage {
  readonly name: 'terms' | 'renewal'
}

export function countTerms({ counters }: Services, { name }: ShownTerms): void {
  counters.pages[name].inc()
}

/**
 * The terms page for a device, with a fresh ticket in the form's address; for one that accepted this very
 * version the last time, as one button with the text folded away. Links to other languages
 * go through that address too: unlike the gateway's link, it is good for an hour.
 */
export function termsFor(
  services: Services,
  language: Language,
  device: Device,
  { message = null, status = 200 }: Options = {},
): ShownTerms | RefusalReason | Promise<ShownTerms> {
  const now = services.clock()
  const { gateway } = device
  const { guest } = gateway
  if (guest === null) return 'no-guest-network'
  const house = services.house()
  const terms = termsInForce(house, language, now)
  if (terms === null) return 'no-terms'

  const renewal = services.lastGrantOf(device.mac)?.termsVersion === terms.version
  const pieces = madeTerms(
    house,
    `${language} ${terms.version} ${terms.text.sha256} ${guest.grantSeconds} ${message} ${renewal}`,
    () =>
      (renewal ? renewalPage : termsPage)(
        {
          // Of the house that the page is kept with: it may have changed since the frame was made.
          look: house.look,
          language,
          here: { path: ACCEPT_PATH, query: [['ticket', SLOTS.ticket]] },
        },
        {
          ...{ terms, message, grantSeconds: guest.grantSeconds, siteName: SLOTS.siteName },
          action: acceptAddress(SLOTS.ticket),
          notice: `${NOTICE_PATH}?ticket=${SLOTS.ticket}&lang=${language}`,
        },
      ),
  )
  const ticket = sealTicket(services.seal, {
    gateway: gateway.name,
    kind: gateway.kind,
    mac: device.mac,
    ip: device.ip,
    returnData: device.returnData,
    termsVersion: terms.version,
    textSha256: terms.text.sha256,
    language,
    renewal,
    issuedAt: now,
  })
  const page = {
    name: renewal ? ('renewal' as const) : ('terms' as const),
    status,
    headers: madePageHeaders(house.look, language, adapterOf(gateway.kind).formAction(gateway)),
    values: { ticket, siteName: escaped(gateway.siteName) },
  }
  return pieces instanceof Promise
    ? pieces.then((ready) => ({ ...page, pieces: ready }))
    : { ...page, pieces }
}

/** At once, where a template would be a promise. */
function escaped(text: string): string {
  const buffer: [string] = ['']
  escapeToBuffer(text, buffer)
  return buffer[0]
}

/** One parameter only: nothing in it needs escaping, so that the simplest browser reads it right. */
export function acceptAddress(token: string): string {
  return `${ACCEPT_PATH}?ticket=${token}`
}
