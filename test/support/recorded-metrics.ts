import { createMetrics } from '#core/metrics.ts'
import type { Metrics } from '#core/metrics.ts'

/** What a part says of a metric when it makes it. */
export interface RecordedMetric {
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  readonly label: string | null
  /** Null where they come and go. */
  readonly values: readonly string[] | null
}

/** Real metrics, with a note of each that is made. */
export function recordedMetrics(): {
  readonly metrics: Metrics
  readonly made: readonly RecordedMetric[]
} {
  const made: RecordedMetric[] = []
  const real = createMetrics()
  const note = (
    type: RecordedMetric['type'],
    [name, help]: readonly [string, string],
    label: string | null = null,
    values: readonly string[] | null = null,
  ): number => made.push({ name, type, help, label, values })
  const metrics: Metrics = {
    counter(name, help) {
      note('counter', [name, help])
      return real.counter(name, help)
    },
    counters(name, help, label, values) {
      note('counter', [name, help], label, values)
      return real.counters(name, help, label, values)
    },
    gauge(name, help, read) {
      note('gauge', [name, help])
      real.gauge(name, help, read)
    },
    gauges(name, help, label, read) {
      note('gauge', [name, help], label)
      real.gauges(name, help, label, read)
    },
    histogram(name, help, buckets) {
      note('histogram', [name, help])
      return real.histogram(name, help, buckets)
    },
    text: () => real.text(),
  }
  return { metrics, made }
}
