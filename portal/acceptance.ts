import { reasonOf } from '#core/error.ts'
import { parseMac } from '#core/mac.ts'
import { publicSource } from '#db/public-source.ts'
import type { Context, Handler } from 'hono'
import { clientAddress, countedAs } from './client-address.ts'
import { adapterOf } from './gateways/adapters.ts'
import { openGateway } from './open-gateway.ts'
import type { Device } from './gateways/gateway.ts'
import { termsInForce } from './house.ts'
import { provesDevice } from './kept-about-device.ts'
import type { Frame } from './pages/layout.ts'
import { unavailablePage } from './pages/unavailable-page.ts'
import { readForm } from './read-form.ts'
import { sealReceipt } from './receipt.ts'
import type { RefusalReason } from './refusal.ts'
import { frameOf, queryOf, sendPage, sendRefusal } from './send-page.ts'
import type { Services } from './services.ts'
import { acceptAddress, showTerms } from './show-terms.ts'
import { openTicket } from './ticket.ts'
import type { Ticket } from './ticket.ts'

interface Presented {
  readonly ticket: Ticket
  readonly device: Device
  readonly frame: Frame
  /** The form's address again, for a page that lets the person retry. */
  readonly action: string
}

/** `GET /guest/accept`: the terms again, for a change of language or after an outage. */
export function acceptanceAgain(services: Services): Handler {
  return async function acceptanceAgainHandler(c) {
    const presented = present(c, services)
    if (typeof presented === 'string') return sendRefusal(c, services, presented)
    const { frame, device } = presented
    // A change of language needs no database; the retry after an outage must not promise too much.
    if (queryOf(c).has('lang')) return showTerms(c, services, frame, device)
    if (!(await services.database.answers())) {
      services.counters.databaseFailures.inc()
      return unavailable(c, services, presented)
    }
    return showTerms(c, services, frame, device, { message: 'back' })
  }
}

/** `POST /guest/accept`: the person said yes. Written first, opened second. */
export function acceptance(services: Services): Handler {
  return async function acceptanceHandler(c) {
    const presented = present(c, services)
    if (typeof presented === 'string') return sendRefusal(c, services, presented)
    const { ticket, device, frame } = presented

    const wait = services.acceptances.take(`${device.gateway.name} ${countedAs(clientAddress(c))}`)
    if (wait > 0) {
      c.header('Retry-After', String(wait))
      return sendRefusal(c, services, 'too-many', frame)
    }
    const form = await readForm(c)
    if (form === 'too-large') return sendRefusal(c, services, 'too-large', frame)
    if (form.get('accept') !== 'yes')
      return showTerms(c, services, frame, device, { message: 'notAccepted', status: 422 })

    // What they read must be what is in force: a new version in the meantime is shown, not assumed.
    const terms = termsInForce(services.house(), ticket.language, services.clock())
    if (terms?.version !== ticket.termsVersion || terms.text.sha256 !== ticket.textSha256)
      return showTerms(c, services, frame, device, { message: 'changed', status: 409 })
    // Before it is written: nobody accepts for a device that its own controller does not see.
    const unseen = await services.confirm(device)
    if (unseen !== null) return sendRefusal(c, services, unseen, frame)
    return record(c, services, presented, terms.text.language)
  }
}

/** The ticket opened and its gateway found again, or why not. */
function present(c: Context, services: Services): Presented | RefusalReason {
  const token = queryOf(c).get('ticket') ?? ''
  const opened = openTicket(services.seal, token, services.clock())
  if (opened.outcome === 'refused') return opened.reason
  const { ticket } = opened
  const gateway = services.house().gateways.get(ticket.gateway)
  if (gateway === undefined) return 'unknown-gateway'
  // The return data is of the kind that the gateway had.
  if (gateway.kind !== ticket.kind) return 'wrong-kind'
  const mac = parseMac(ticket.mac)
  if (mac === null) return 'bad-ticket'
  return {
    ticket,
    device: { gateway, mac, ip: ticket.ip, returnData: ticket.returnData },
    frame: frameOf(c, services, ticket.language),
    action: acceptAddress(token),
  }
}

async function record(
  c: Context,
  services: Services,
  presented: Presented,
  textLanguage: string,
): Promise<Response> {
  const { device, frame, ticket } = presented
  const { gateway } = device
  if (gateway.guest === null) return sendRefusal(c, services, 'no-guest-network', frame)
  let written: { readonly code: string; readonly grantUntil: Date }
  try {
    written = await services.database.record({
      mac: device.mac,
      ip: device.ip,
      publicSource: publicSource(gateway.guest, device.ip, null),
      gateway: gateway.name,
      site: gateway.site,
      network: 'guest',
      termsVersion: ticket.termsVersion,
      language: textLanguage,
      textSha256: ticket.textSha256,
      method: gateway.kind,
      renewal: ticket.renewal,
      grantSeconds: gateway.guest.grantSeconds,
      at: new Date(services.clock()),
    })
  } catch (thrown) {
    services.counters.databaseFailures.inc()
    services.log.warn('portal.acceptance.not-recorded', {
      gateway: gateway.name,
      reason: reasonOf(thrown),
    })
    return unavailable(c, services, presented)
  }
  services.counters.acceptances.inc()
  const receipt = {
    code: written.code,
    until: written.grantUntil.getTime(),
    timezone: gateway.guest.timezone,
    at: services.clock(),
    site: gateway.site,
    mac: device.mac,
    termsVersion: ticket.termsVersion,
    language: textLanguage,
    textSha256: ticket.textSha256,
    deviceProven: provesDevice(gateway.kind),
  }
  const path = `/guest/connected?receipt=${sealReceipt(services.seal, receipt)}&lang=${frame.language}`
  const opened = { device, until: receipt.until, path }
  return (await openGateway(c, services, frame, opened)) ?? unavailable(c, services, presented)
}

function unavailable(
  c: Context,
  services: Services,
  { frame, action, device }: Presented,
): Response | Promise<Response> {
  return sendPage(c, services, {
    name: 'unavailable',
    frame,
    body: unavailablePage(frame, action),
    status: 503,
    formAction: adapterOf(device.gateway.kind).formAction(device.gateway),
  })
}
