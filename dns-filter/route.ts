import type { AnswerCache } from './cache.ts'
import type { DnsMetrics } from './metrics.ts'
import { createResolution } from './resolution.ts'
import type { Resolution } from './resolution.ts'
import type { Forwarder } from './upstream/forwarder.ts'

/** Whom a name is asked of, and what they said: the internet's upstreams, or the servers of a zone. */
export interface Route {
  readonly cache: AnswerCache
  readonly forwarder: Forwarder
  readonly resolution: Resolution
}

export function createRoute(cache: AnswerCache, forwarder: Forwarder, metrics: DnsMetrics): Route {
  return { cache, forwarder, resolution: createResolution({ cache, forwarder, metrics }) }
}
