import { readInteger, readText } from '../attributes.ts'
import { readClass } from '../class.ts'
import { ACCT_STATUS_TYPE, ATTRIBUTE, CODE } from '../dictionary.ts'
import type { RadiusRequest } from '../request.ts'
import { fitsPacket, forwardedAccounting } from './forwarded.ts'
import type { HomeTable, Route } from './home-table.ts'
import type { ProxyMetrics } from './proxy-metrics.ts'
import { hopsOf } from './proxy-state.ts'

/** Records that wait for a home server to say that it has them; one more is not passed on. */
const FORWARD_MOST = 2_048

/** Passes records on to who answers for the person. It is told of a packet when that is on our own disk. */
export interface AccountingForwarder {
  saw(request: RadiusRequest): void
  readonly underWay: number
}

/**
 * The log of the law is ours; what a home server gets is a courtesy: tried for half a minute, at the next
 * server where one is silent, and then counted as unanswered and let go.
 */
export function createAccountingForwarder(
  homes: HomeTable,
  metrics: ProxyMetrics,
): AccountingForwarder {
  let underWay = 0

  async function forward(request: RadiusRequest, { realm, servers }: Route): Promise<void> {
    const attributes = forwardedAccounting(request, realm, homes.tag)
    if (!fitsPacket(attributes)) return metrics.forwarded['too-long'].inc()
    for (const server of servers) {
      if (server.state !== 'closed') continue
      const answer = await server.ask(CODE['Accounting-Request'], () => attributes, false)
      if (answer.ok) return metrics.forwarded.answered.inc()
      if (answer.reason === 'too-many') return metrics.forwarded['too-many'].inc()
    }
    metrics.forwarded.unanswered.inc()
  }

  function routeOf({ packet }: RadiusRequest): Route | null {
    const route = homes.routeOf(packet)
    if (route !== null) return route.realm.accounting ? route : null
    // A gateway that reports the name without its realm still has the Class that we gave it.
    const account = readClass(packet)?.account ?? null
    const name = account ?? readText(packet, ATTRIBUTE['User-Name'])
    const other = name === null ? null : homes.route(name)
    return other?.realm.accounting === true ? other : null
  }

  return {
    get underWay() {
      return underWay
    },
    saw(request) {
      const { packet } = request
      if (!homes.hasRealms || packet.code !== CODE['Accounting-Request']) return
      const status = readInteger(packet, ATTRIBUTE['Acct-Status-Type'])
      // Accounting-On and -Off are of the gateway, and no realm's.
      if (status === null || status > ACCT_STATUS_TYPE['Interim-Update']) return
      const route = routeOf(request)
      if (route === null) return
      if (hopsOf(packet, homes.tag) !== 'few') return metrics.forwarded.loop.inc()
      if (underWay >= FORWARD_MOST) return metrics.forwarded['too-many'].inc()
      underWay += 1
      void forward(request, route).finally(() => (underWay -= 1))
    },
  }
}
