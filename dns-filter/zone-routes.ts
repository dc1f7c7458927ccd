import type { Clock } from '#core/clock.ts'
import { formatDnsUpstream } from '#core/dns-upstream.ts'
import type { DnsUpstream } from '#core/dns-upstream.ts'
import { zoneServersOf } from '#db/filters.ts'
import { AnswerCache } from './cache.ts'
import { LIMITS } from './limits.ts'
import type { DnsMetrics } from './metrics.ts'
import { NameMap } from './names/name-map.ts'
import type { Suffixes } from './names/suffixes.ts'
import { createRoute } from './route.ts'
import type { Route } from './route.ts'
import { createForwarder } from './upstream/forwarder.ts'
import { Upstreams } from './upstream/upstreams.ts'

/** Zones of the house that are asked of servers of their own, and never of the internet's upstreams. */
export interface ZoneRoutes {
  /** `ZONE=UPSTREAM`; what has the same servers as before keeps its route, and what is remembered of it. */
  use(forward: readonly string[]): void
  /** That of the longest zone that the name is in, and which of its suffixes the zone is. */
  find(name: Suffixes): { readonly route: Route; readonly suffix: number } | null
  readonly entries: number
  readonly bytes: number
  /** Servers that failed. */
  readonly resting: number
  stop(): void
}

interface Servers {
  readonly route: Route
  readonly upstreams: Upstreams
}

/**
 * What a zone's servers say is remembered apart from what the internet says: a zone that is declared today
 * must not be answered with what was heard outside yesterday.
 */
export function createZoneRoutes(clock: Clock, metrics: DnsMetrics): ZoneRoutes {
  let zones = new NameMap<Route>([])
  /** By the servers as text: zones of the same servers share a route. */
  let byServers = new Map<string, Servers>()

  function open(addresses: readonly DnsUpstream[]): Servers {
    const { zoneCacheEntries: entries, zoneCacheBytes: bytes } = LIMITS
    const upstreams = new Upstreams(addresses, clock)
    const cache = new AnswerCache(clock, metrics.cache, { entries, bytes })
    return { upstreams, route: createRoute(cache, createForwarder(upstreams, metrics), metrics) }
  }

  function sum(read: (servers: Servers) => number): number {
    return [...byServers.values()].reduce((total, one) => total + read(one), 0)
  }

  return {
    use(forward) {
      const kept = new Map<string, Servers>()
      const routes = [...zoneServersOf(forward)].map(([zone, addresses]) => {
        const key = addresses.map(formatDnsUpstream).join(' ')
        const servers = kept.get(key) ?? byServers.get(key) ?? open(addresses)
        kept.set(key, servers)
        return [zone, servers.route] as const
      })
      // Those left out are not stopped: who waits for them gets an answer, and idle connections end.
      byServers = kept
      zones = new NameMap(routes)
    },
    find(name) {
      for (let suffix = 0; suffix < name.count; suffix++) {
        const route = zones.get(name, suffix)
        if (route !== undefined) return { route, suffix }
      }
      return null
    },
    get entries() {
      return sum(({ route }) => route.cache.size)
    },
    get bytes() {
      return sum(({ route }) => route.cache.bytes)
    },
    get resting() {
      return sum(({ upstreams }) => upstreams.resting)
    },
    stop() {
      for (const { route } of byServers.values()) route.forwarder.stop()
    },
  }
}
