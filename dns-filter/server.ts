import type { Finish } from './answer-options.ts'
import { SOMEBODY } from './policy/client.ts'
import type { Exchange, Respond, Step } from './exchange.ts'
import { readQuery } from './message/query.ts'
import type { DnsMetrics } from './metrics.ts'
import type { Via } from './via.ts'

/** Bytes in, bytes out; knows no socket. */
export interface DnsServer {
  /**
   * Answers a message from `source`. `respond` is called once, before this returns whenever nobody
   * has to be asked. The bytes must not be changed afterwards.
   */
  handle(bytes: Uint8Array, source: string, via: Via, respond: Respond): void
}

export function createServer(
  pipeline: readonly Step[],
  finish: Finish,
  metrics: DnsMetrics,
): DnsServer {
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
    handle(bytes, source, via, respond) {
      metrics.queries[via.transport].inc()
      let answer: Uint8Array | null | 'later' = null
      try {
        const query = readQuery(bytes)
        answer = run({
          source,
          via,
          respond(late) {
            let whole: Uint8Array | null = null
            try {
              whole = late === null ? null : finish(late, query, source, via)
            } catch {
              metrics.drops.internal.inc()
            }
            respond(whole)
          },
          query,
          client: SOMEBODY,
          isAllowed: false,
          isExempt: false,
          route: null,
          cacheKey: 0,
        })
      } catch {
        // No bytes may end the service; the counter must stay at zero, and tests hold it there.
        metrics.drops.internal.inc()
      }
      if (answer !== 'later') respond(answer)
    },
  }
}
