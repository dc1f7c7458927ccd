import type { Clock } from '#core/clock.ts'
import { reasonOf } from '#core/error.ts'
import type { Log } from '#core/log.ts'
import { createLogLimit } from '#core/log-limit.ts'
import type { Counter } from '#core/metrics.ts'
import { otlpRequest } from './otlp.ts'
import type { EndedSpan } from './span.ts'
import type { TracingSettings } from './settings.ts'

/** What became of spans: `full`, a collector that is away or slow; `refused`, one that does not want them. */
export const SPAN_OUTCOMES = ['sent', 'full', 'refused'] as const

export interface Exporter {
  emit(span: EndedSpan): void
  start(): void
  /** Sends what is left, once. */
  stop(): Promise<void>
}

const LIMITS = {
  waiting: 4_096,
  batch: 512,
  everyMs: 5_000,
  longestPauseMs: 60_000,
  answerMs: 10_000,
}
/** OTLP/HTTP, "Retryable Response Codes": what is answered otherwise will be again. */
const RETRYABLE = new Set([429, 502, 503, 504])

/** Sends spans in batches by OTLP/HTTP. Never throws, never waits for: a trace is worth less than a login. */
export function createExporter(deps: {
  readonly settings: TracingSettings
  readonly resource: Readonly<Record<string, string>>
  readonly version: string
  readonly outcomes: Readonly<Record<(typeof SPAN_OUTCOMES)[number], Counter>>
  readonly log: Log
  readonly clock: Clock
}): Exporter {
  const { settings, outcomes, log } = deps
  const waiting: EndedSpan[] = []
  const mayLog = createLogLimit(deps.clock)
  let pauseMs = LIMITS.everyMs
  let timer: NodeJS.Timeout | undefined
  let sending: Promise<void> = Promise.resolve()
  let isStopped = false

  /** True: taken, or refused for good. */
  async function post(batch: readonly EndedSpan[]): Promise<boolean> {
    try {
      const response = await fetch(settings.url, {
        method: 'POST',
        headers: { ...settings.headers, 'content-type': 'application/json' },
        body: otlpRequest(batch, deps.resource, deps.version),
        // A secret in a header goes to nobody else.
        redirect: 'error',
        signal: AbortSignal.timeout(LIMITS.answerMs),
      })
      await response.body?.cancel()
      if (response.ok) outcomes.sent.inc(batch.length)
      else complain(`the collector answers ${response.status}`)
      if (!response.ok && !RETRYABLE.has(response.status)) outcomes.refused.inc(batch.length)
      return response.ok || !RETRYABLE.has(response.status)
    } catch (thrown) {
      complain(reasonOf(thrown))
      return false
    }
  }

  function complain(reason: string): void {
    const heldBack = mayLog()
    if (heldBack !== null) log.warn('traces.not-sent', { reason, heldBack })
  }

  async function sendAll(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, LIMITS.batch)
      if (!(await post(batch))) {
        pauseMs = Math.min(pauseMs * 2, LIMITS.longestPauseMs)
        return
      }
      waiting.splice(0, batch.length)
      pauseMs = LIMITS.everyMs
    }
  }

  function sendLater(): void {
    if (isStopped) return
    timer = setTimeout(() => {
      sending = sendAll().finally(sendLater)
    }, pauseMs)
    timer.unref()
  }

  return {
    emit(span) {
      if (waiting.length >= LIMITS.waiting) return outcomes.full.inc()
      waiting.push(span)
    },
    start: sendLater,
    async stop() {
      isStopped = true
      clearTimeout(timer)
      await sending
      await sendAll()
    },
  }
}
