import { reasonOf } from '#core/error.ts'
import { portalSessionKey } from '#db/session-key.ts'
import type { AccountingRecord } from '#db/accounting-record.ts'
import type { Context } from 'hono'
import { authMonList, readAuthMon } from './gateways/authmon.ts'
import type { AuthMonEnd, AuthMonRequest } from './gateways/authmon.ts'
import type { PortalGateway } from './gateways/gateway.ts'
import type { Services } from './services.ts'

/** A gateway that polls asks by its own path; what it asks may come as a form or, by wget, as a query. */
export async function answerPoll(
  c: Context,
  services: Services,
  gateway: PortalGateway,
  form: URLSearchParams,
): Promise<Response> {
  const request = readAuthMon(form)
  if (request === null) {
    services.counters.polls.malformed.inc()
    return c.text('ERROR: malformed', 400)
  }
  services.counters.polls[request.ask].inc()
  try {
    return c.text(await answerTo(request, services, gateway))
  } catch (thrown) {
    services.counters.databaseFailures.inc()
    const reason = reasonOf(thrown)
    services.log.warn('portal.poll.failed', { gateway: gateway.name, ask: request.ask, reason })
    // It tells again whom it let in; those it put out are lost with it, and end with their grant.
    return c.text('ERROR: try again', 503)
  }
}

async function answerTo(
  request: AuthMonRequest,
  { polls }: Services,
  gateway: PortalGateway,
): Promise<string> {
  switch (request.ask) {
    case 'clear':
      await polls.clear(gateway.name)
      return 'ack'
    case 'list':
      return authMonList(polls.waiting(gateway.name), polls.turn(gateway.name))
    case 'acknowledge':
      if (request.keys.length > 0) await polls.opened(gateway.name, request.keys)
      return 'ack'
    case 'ended':
      await polls.ended(stopOf(gateway, request.end))
      return 'ack'
    case 'custom':
      return 'ack'
  }
}

function stopOf(gateway: PortalGateway, end: AuthMonEnd): AccountingRecord {
  const { startedAt, endedAt } = end
  const nasAt = endedAt === null ? null : new Date(endedAt * 1000)
  return {
    kind: 'stop',
    gateway: gateway.name,
    site: gateway.site,
    network: 'guest',
    // The connection that the acceptance opened: this gateway names it in no other way.
    sessionKey: portalSessionKey(gateway.name, end.mac),
    mac: end.mac,
    account: null,
    ipv4: null,
    ipv6: null,
    publicSource: null,
    at: nasAt ?? new Date(0),
    nasAt,
    sessionSeconds:
      startedAt === null || endedAt === null ? null : Math.max(endedAt - startedAt, 0),
    octetsIn: end.octetsIn,
    octetsOut: end.octetsOut,
    counterBits: end.octetsIn === null || end.octetsOut === null ? null : 64,
    cause: end.cause,
  }
}
