import type { Context, Handler } from 'hono'
import { clientAddress } from './client-address.ts'
import { answerPoll } from './gateway-poll.ts'
import { adapterOf, recogniseAdapter } from './gateways/adapters.ts'
import type { Arrival, PortalGateway, Visit } from './gateways/gateway.ts'
import { polls } from './gateways/opennds.ts'
import { unifiGatewayOf } from './gateways/unifi.ts'
import { internalArrival } from './internal/arrival.ts'
import { namedGateway } from './named-gateway.ts'
import { connectedPage } from './pages/connected-page.ts'
import { helpPage } from './pages/help-page.ts'
import { readForm } from './read-form.ts'
import { returningDevice } from './returning-device.ts'
import { frameOf, queryOf, sendPage, sendRefusal } from './send-page.ts'
import type { Services } from './services.ts'
import { showTerms } from './show-terms.ts'

export const GUEST_PATH = '/guest'

/** `GET /guest`: a gateway sends a phone to the path that all share. */
export function guestArrival(services: Services): Handler {
  return (c) => arrive(c, services, null)
}

/** `GET /guest/from/NAME/KEY`: the same to a path of the gateway's own; or the gateway itself asks. */
export function gatewayArrival(services: Services): Handler {
  return function gatewayArrivalHandler(c) {
    const gateway = namedGateway(c.req.path, services)
    if (gateway === null) return refuseKey(c, services)
    const query = queryOf(c)
    if (asksAsGateway(gateway, query)) return answerPoll(c, services, gateway, query)
    return arrive(c, services, gateway)
  }
}

/** `GET /guest/s/SITE/`: UniFi controllers know no other path; the link proves nothing, the controller does. */
export function unifiArrival(services: Services): Handler {
  return function unifiArrivalHandler(c) {
    const { gateways, networks } = services.house()
    const address = clientAddress(c)
    const place = address === null ? undefined : networks.lookup(address)?.site
    const isNear = ({ site }: PortalGateway): boolean => site === place
    const gateway = unifiGatewayOf(c.req.param('site') ?? '', gateways, isNear)
    if (gateway === null) return sendRefusal(c, services, 'unknown-gateway')
    return arrive(c, services, gateway)
  }
}

/** `POST /guest/from/NAME/KEY`: a gateway that polls. */
export function gatewayPoll(services: Services): Handler {
  return async function gatewayPollHandler(c) {
    const gateway = namedGateway(c.req.path, services)
    if (gateway === null) return refuseKey(c, services)
    if (!polls(gateway)) return sendRefusal(c, services, 'wrong-kind')
    const form = await readForm(c)
    if (form === 'too-large') return sendRefusal(c, services, 'too-large')
    return answerPoll(c, services, gateway, form)
  }
}

/** The path of a gateway that is there, with a key that its secret does not make. */
function refuseKey(c: Context, services: Services): Response | Promise<Response> {
  const name = c.req.param('name') ?? ''
  if (services.house().gateways.has(name)) services.forgedLinks.note(name)
  return sendRefusal(c, services, 'bad-signature')
}

async function arrive(
  c: Context,
  services: Services,
  named: PortalGateway | null,
): Promise<Response> {
  const frame = frameOf(c, services)
  const { url } = c.req
  const arrival = readArrival(services, {
    target: url.slice(url.indexOf('/', url.indexOf('//') + 2)),
    query: queryOf(c),
    named,
    from: clientAddress(c),
  })
  switch (arrival?.outcome) {
    case undefined:
      return sendPage(c, services, { name: 'help', frame, body: helpPage(frame) })
    case 'device': {
      const internal = await internalArrival(c, services, arrival.device)
      if (internal !== null) return internal
      services.arrivals.note(arrival.device)
      const returned = await returningDevice(c, services, frame, arrival.device)
      if (returned !== null) return returned
      services.waiting.note(arrival.device)
      return showTerms(c, services, frame, arrival.device)
    }
    case 'already-connected': {
      const body = connectedPage(frame, { receipt: null, already: true, kept: null })
      return sendPage(c, services, { name: 'connected', frame, body })
    }
    case 'refused':
      if (arrival.forged !== undefined) services.forgedLinks.note(arrival.forged)
      return sendRefusal(c, services, arrival.reason, frame)
  }
}

/**
 * What the gateway says of the phone that it sent, checked. Null: nothing that a gateway says, or the gateway
 * itself asks.
 */
export function readArrival(
  services: Services,
  visit: Pick<Visit, 'query' | 'named' | 'from'> & {
    /** Path and query as they came. */
    readonly target: string
  },
): Arrival | null {
  const { target, query, named, from } = visit
  if (named !== null && asksAsGateway(named, query)) return null
  const adapter = named === null ? recogniseAdapter(query) : adapterOf(named.kind)
  if (adapter === null) return null
  return adapter.receive({
    // What the gateway wrote: our public name, whatever stands in front of us made of it.
    ...{ query, named, from, address: services.publicUrl.origin + target },
    gateways: services.house().gateways,
    now: services.clock(),
  })
}

function asksAsGateway(gateway: PortalGateway, query: URLSearchParams): boolean {
  return polls(gateway) && query.has('auth_get')
}
