import type { Handler } from 'hono'
import { recogniseAdapter } from './gateways/adapters.ts'
import { connectedPage } from './pages/connected-page.ts'
import { helpPage } from './pages/help-page.ts'
import { frameOf, queryOf, sendPage, sendRefusal } from './send-page.ts'
import type { Services } from './services.ts'
import { showTerms } from './show-terms.ts'

/** `GET /guest`: a gateway sends a phone here. */
export function guestArrival(services: Services): Handler {
  return function guestArrivalHandler(c) {
    const query = queryOf(c)
    const frame = frameOf(c, services)
    const adapter = recogniseAdapter(query)
    if (adapter === null)
      return sendPage(c, services, { name: 'help', frame, body: helpPage(frame) })

    const { gateways } = services.house()
    const arrival = adapter.receive({ query, gateways, now: services.clock() })
    switch (arrival.outcome) {
      case 'device':
        return showTerms(c, services, frame, arrival.device)
      case 'already-connected': {
        const body = connectedPage(frame, { receipt: null, already: true, kept: null })
        return sendPage(c, services, { name: 'connected', frame, body })
      }
      case 'refused':
        return sendRefusal(c, services, arrival.reason, frame)
    }
  }
}
