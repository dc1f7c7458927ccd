import type { IncomingMessage, ServerResponse } from 'node:http'
import { requestAddress } from './client-address.ts'
import { GUEST_PATH, readArrival } from './guest-arrival.ts'
import { internalNetworkOf } from './internal/internal-network.ts'
import { countedPast } from './limit-requests.ts'
import { namedGateway } from './named-gateway.ts'
import { writeMade } from './send-made.ts'
import type { Services } from './services.ts'
import { countTerms, termsFor } from './show-terms.ts'
import { chooseLanguage } from './text/language.ts'

/** True: it has answered. False: it has written nothing, and the pipeline is to answer. */
export type AtOnce = (incoming: IncomingMessage, outgoing: ServerResponse) => boolean

/**
 * What most requests are, a phone that its gateway sends and that has to be asked: the terms page without
 * the promises and objects of the pipeline, for about half of what it costs. The same functions in the same
 * order; whatever is not that, or goes wrong, is the pipeline's.
 */
export function answerAtOnce(services: Services): AtOnce {
  return function answerGuestAtOnce(incoming, outgoing) {
    try {
      return answer(services, incoming, outgoing)
    } catch {
      // It throws there too, and there it is told.
      return false
    }
  }
}

function answer(services: Services, incoming: IncomingMessage, outgoing: ServerResponse): boolean {
  const { method, url = '', headers } = incoming
  const queryAt = url.indexOf('?')
  if (method !== 'GET' || queryAt < 0 || headers.host !== services.publicUrl.host) return false
  const path = url.slice(0, queryAt)
  const named = namedGateway(path, services)
  if (named === null && path !== GUEST_PATH) return false
  const from = requestAddress(incoming)
  if (!countedPast(services, incoming, named, from)) return false
  const query = new URLSearchParams(url.slice(queryAt))
  const arrival = readArrival(services, { target: url, query, named, from })
  if (arrival?.outcome !== 'device') return false
  const { device } = arrival
  if (internalNetworkOf(device) !== null) return false
  if (services.grantOf(device.mac) !== null) return false
  const language = chooseLanguage(query.get('lang'), headers['accept-language'] ?? null)
  const page = termsFor(services, language, device)
  if (page instanceof Promise) {
    // Once for a house and a language: the pipeline makes it again, and tells what goes wrong.
    page.catch(() => {})
    return false
  }
  if (typeof page === 'string') return false
  services.arrivals.note(device)
  services.waiting.note(device)
  countTerms(services, page)
  writeMade(outgoing, page)
  return true
}
