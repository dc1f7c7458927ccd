import { createRequire } from 'node:module'
import { collectDefaultMetrics } from '@prometheus-io/client'
import type { Registry } from '@prometheus-io/client'

type Collect = (registry: Registry, options: { eventLoopMonitoringPrecision: number }) => void

/** Milliseconds, as in the client's own list. */
const EVENT_LOOP_PRECISION = 10

/**
 * The client's metrics of the process and of Node, without those of garbage collections: these need an observer, which
 * after each collection takes half as long again as the collection did. A datagram waits for both.
 * What collecting costs shows in the lag of the event loop.
 */
export function collectProcessMetrics(registry: Registry): void {
  const load = createRequire(import.meta.url)
  for (const part of collectDefaultMetrics.metricsList) {
    if (part === 'gc') continue
    const collect = load(`@prometheus-io/client/lib/metrics/${part}.js`) as Collect
    collect(registry, { eventLoopMonitoringPrecision: EVENT_LOOP_PRECISION })
  }
}
