import { randomBytes } from 'node:crypto'
import { hostname } from 'node:os'
import type { Clock } from '#core/clock.ts'
import type { Log } from '#core/log.ts'
import type { Metrics } from '#core/metrics.ts'
import { SPAN_OUTCOMES, createExporter } from './exporter.ts'
import type { TracingSettings } from './settings.ts'
import type { Spans } from './span.ts'
import { createSpans } from './spans.ts'

export interface Tracing {
  readonly spans: Spans
  stop(): Promise<void>
}

/** Loaded only where traces are on: `command/tracing.ts`. */
export function openTracing(deps: {
  readonly settings: TracingSettings
  readonly version: string
  readonly metrics: Metrics
  readonly log: Log
  readonly clock: Clock
}): Tracing {
  const { settings, clock } = deps
  const exporter = createExporter({
    ...{ settings, version: deps.version, log: deps.log, clock },
    resource: {
      'service.name': 'accueil',
      'service.version': deps.version,
      'service.instance.id': `${hostname()}-${process.pid}`,
    },
    outcomes: deps.metrics.counters(
      'accueil_spans_total',
      'Spans of traces: sent, not kept because the collector is away, refused by it.',
      'outcome',
      SPAN_OUTCOMES,
    ),
  })
  exporter.start()
  return {
    spans: createSpans({
      ...{ emit: exporter.emit, share: settings.share, clock },
      random: randomBytes,
    }),
    stop: exporter.stop,
  }
}
