import type { Context, Handler } from 'hono'
import { clientAddress } from './client-address.ts'
import { answerPoll } from './gateway-poll.ts'
import { adapterOf, recogniseAdapter } from './gateways/adapters.ts'
import type { GatewayAdapter, PortalGateway } from './gateways/gateway.ts'
import { polls } from './gateways/opennds.ts'
import { unifiGatewayOf } from './gateways/unifi.ts'
import { namedGateway } from './named-gateway.ts'
import { connectedPage } from './pages/connected-page.ts'
import { helpPage } from './pages/help-page.ts'
import { readForm } from './read-form.ts'
import { returningDevice } from './returning-device.ts'
import { frameOf, queryOf, sendPage, sendRefusal } from './send-page.ts'
import type { Services } from './services.ts'
import { showTerms } from './show-terms.ts'

/** `GET /guest`: a gateway sends a phone to the path that all share. */
export function guestArrival(services: Services): Handler {
  return function guestArrivalHandler(c) {
    const adapter = recogniseAdapter(queryOf(c))
    if (adapter === null) {
      const frame = frameOf(c, services)
      return sendPage(c, services, { name: 'help', frame, body: helpPage(frame) })
    }
    return arrive(c, services, adapter, null)
  }
}

/** `GET /guest/from/NAME/KEY`: the same to a path of the gateway's own; or the gateway itself asks. */
export function gatewayArrival(services: Services): Handler {
  return function gatewayArrivalHandler(c) {
    const gateway = namedGateway(c, services)
    if (gateway === null) return sendRefusal(c, services, 'bad-signature')
    const query = queryOf(c)
    if (polls(gateway) && query.has('auth_get')) return answerPoll(c, services, gateway, query)
    return arrive(c, services, adapterOf(gateway.kind), gateway)
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
    return arrive(c, services, adapterOf(gateway.kind), gateway)
  }
}

/** `POST /guest/from/NAME/KEY`: a gateway that polls. */
export function gatewayPoll(services: Services): Handler {
  return async function gatewayPollHandler(c) {
    const gateway = namedGateway(c, services)
    if (gateway === null) return sendRefusal(c, services, 'bad-signature')
    if (!polls(gateway)) return sendRefusal(c, services, 'wrong-kind')
    const form = await readForm(c.req.raw)
    if (form === 'too-large') return sendRefusal(c, services, 'too-large')
    return answerPoll(c, services, gateway, form)
  }
}

async function arrive(
  c: Context,
  services: Services,
  adapter: GatewayAdapter,
  named: PortalGateway | null,
): Promise<Response> {
  const frame = frameOf(c, services)
  const { gateways } = services.house()
  const arrival = adapter.receive({
    query: queryOf(c),
    address: addressOf(c, services.publicUrl),
    named,
    from: clientAddress(c),
    gateways,
    now: services.clock(),
  })
  switch (arrival.outcome) {
    case 'device': {
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
      return sendRefusal(c, services, arrival.reason, frame)
  }
}

/** What the gateway wrote: our public name, whatever stands in front of us made of it. */
function addressOf(c: Context, publicUrl: URL): string {
  const { url } = c.req
  return `${publicUrl.origin}${url.slice(url.indexOf('/', url.indexOf('//') + 2))}`
}
