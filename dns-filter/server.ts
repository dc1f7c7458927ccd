import type { Clock } from '#core/clock.ts'
import type { Finish } from './answer-options.ts'
import { SOMEBODY } from './policy/client.ts'
import { UNLISTED } from './policy/listed.ts'
import type { Exchange, Respond, Step } from './exchange.ts'
import { readQuery } from './message/query.ts'
import type { Query } from './message/query.ts'
import type { DnsMetrics } from './metrics.ts'
import type { Via } from './via.ts'

/** Bytes in, bytes out; knows no socket. */
export interface DnsServer {
  /**
   * Answers a message from `source`. `respond` is called once, before this returns whenever nobody
   * has to be asked, and is told `to`, so that it may be one for all. The bytes must not be changed afterwards.
   */
  handle(bytes: Uint8Array, source: string, via: Via, respond: Respond, to?: unknown): void
}

export function createServer(
  pipeline: readonly Step[],
  finish: Finish,
  metrics: DnsMetrics,
  clock: Clock,
): DnsServer {
  /** A class without closures of its own: of nothing else a flood makes so many. */
  class Handling implements Exchange {
    client = SOMEBODY
    isAllowed = false
    isExempt = false
    listed = UNLISTED
    route: Exchange['route'] = null
    cacheKey = 0
    readonly query: Query
    readonly source: string
    readonly via: Via
    readonly at: number = clock()
    readonly #reply: Respond
    readonly #to: unknown

    constructor(query: Query, source: string, via: Via, reply: Respond, to: unknown) {
      this.query = query
      this.source = source
      this.via = via
      this.#reply = reply
      this.#to = to
    }

    respond(late: Uint8Array | null): void {
      let whole: Uint8Array | null = null
      try {
        whole = late === null ? null : finish(late, this.query, this.source, this.via)
      } catch {
        metrics.drops.internal.inc()
      }
      this.#reply(whole, this.#to)
    }
  }

  function run(exchange: Exchange): Uint8Array | null | 'later' {
    for (const step of pipeline) {
      const outcome = step(exchange)
      if (outcome === 'next') continue
      if (outcome === 'drop' || outcome === 'later') return outcome === 'drop' ? null : outcome
      return finish(outcome, exchange.query, exchange.source, exchange.via)
    }
    return null
  }

  return {
    handle(bytes, source, via, respond, to) {
      metrics.queries[via.transport].inc()
      let answer: Uint8Array | null | 'later' = null
      try {
        answer = run(new Handling(readQuery(bytes), source, via, respond, to))
      } catch {
        // No bytes may end the service; the counter must stay at zero, and tests hold it there.
        metrics.drops.internal.inc()
      }
      if (answer !== 'later') respond(answer, to)
    },
  }
}
