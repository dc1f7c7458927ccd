import type { AnswerCache } from './cache.ts'
import type { Exchange } from './exchange.ts'
import { LIMITS } from './limits.ts'
import type { Query } from './message/query.ts'
import { Rcode } from './message/registry.ts'
import type { Answer } from './message/response.ts'
import type { DnsMetrics } from './metrics.ts'
import { FairShare } from './upstream/fair-share.ts'
import type { Forwarder } from './upstream/forwarder.ts'

/** What a client is told of an answer; an age below zero: it has just come. */
export type Tell = (answer: Answer, age: number) => Uint8Array

/** Asking upstream on behalf of clients: each its share, and an old answer where no new one comes. */
export interface Resolution {
  /** `query` may be about another name than the client's. Null: there is no room, and nothing to give. */
  ask(exchange: Exchange, query: Query, key: number, tell: Tell): Uint8Array | 'later' | null
  /** Before an answer's time is over, so that nobody has to wait when it is. */
  prefetch(query: Query, key: number): void
}

export function createResolution(deps: {
  readonly cache: AnswerCache
  readonly forwarder: Forwarder
  readonly metrics: DnsMetrics
}): Resolution {
  const { cache, forwarder, metrics } = deps
  const share = new FairShare(LIMITS.upstreamPerClient)

  /** The server's own guard ends where an answer comes later. */
  function tryTo(build: () => Uint8Array): Uint8Array | null {
    try {
      return build()
    } catch {
      metrics.drops.internal.inc()
      return null
    }
  }

  return {
    ask(exchange, query, key, tell) {
      const { source } = exchange
      const old = cache.stale(key, query)
      if (!share.enter(source)) return old === null ? null : tell(old, 0)
      let isAnswered = false
      function answer(found: Answer, age: number): void {
        if (isAnswered) return
        isAnswered = true
        clearTimeout(patience)
        share.leave(source)
        exchange.respond(tryTo(() => tell(found, age)))
      }
      // RFC 8767 section 5: an old answer now is better than a new one when the device has given up.
      const patience =
        old === null
          ? undefined
          : setTimeout(() => {
              cache.rest(key, query)
              answer(old, 0)
            }, LIMITS.staleAfter)
      const asked = forwarder.resolve(query, (found) => {
        if (asked === 'asked') cache.set(key, query, found)
        if (old === null || found.rcode !== Rcode.ServFail) return answer(found, -1)
        if (!isAnswered) cache.rest(key, query)
        answer(old, 0)
      })
      if (asked !== 'full') return 'later'
      clearTimeout(patience)
      share.leave(source)
      return old === null ? null : tell(old, 0)
    },
    prefetch(query, key) {
      if (forwarder.isBusy) return
      forwarder.resolve(query, (answer) => {
        if (answer.rcode !== Rcode.ServFail) cache.set(key, query, answer)
      })
    },
  }
}
