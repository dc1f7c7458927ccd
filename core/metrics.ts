import { Counter as PromCounter, Gauge, Histogram, Registry } from '@prometheus-io/client'
import { collectProcessMetrics } from './process-metrics.ts'

/** A plain number: adding to it on a hot path costs an addition; the registry reads it at a scrape. */
export interface Counter {
  value: number
  inc(by?: number): void
}

export interface Metrics {
  counter(name: string, help: string): Counter
  /** One counter for each value of one label, all made at the start, so that a zero is visible. */
  counters<V extends string>(
    name: string,
    help: string,
    label: string,
    values: readonly V[],
  ): Readonly<Record<V, Counter>>
  /** `read` is called at each scrape. */
  gauge(name: string, help: string, read: () => number): void
  /** The same for things that come and go: one value for each value of one label. */
  gauges(
    name: string,
    help: string,
    label: string,
    read: () => Iterable<readonly [labelValue: string, value: number]>,
  ): void
  /** `buckets` are upper bounds in seconds. */
  histogram(
    name: string,
    help: string,
    buckets: readonly number[],
  ): { observe(seconds: number): void }
  /** The Prometheus text format, version 0.0.4. */
  text(): Promise<string>
}

export function createMetrics(options: { process?: boolean } = {}): Metrics {
  const registry = new Registry()
  if (options.process === true) collectProcessMetrics(registry)
  return {
    counter(name, help) {
      const counter = plainCounter()
      new PromCounter({
        name,
        help,
        registers: [registry],
        collect() {
          this.reset()
          this.inc(counter.value)
        },
      })
      return counter
    },
    counters(name, help, label, values) {
      const byValue = new Map(values.map((value) => [value, plainCounter()]))
      new PromCounter({
        name,
        help,
        labelNames: [label],
        registers: [registry],
        collect() {
          this.reset()
          for (const [value, counter] of byValue) this.inc({ [label]: value }, counter.value)
        },
      })
      return Object.fromEntries(byValue) as Record<(typeof values)[number], Counter>
    },
    gauge(name, help, read) {
      new Gauge({
        name,
        help,
        registers: [registry],
        collect() {
          this.set(read())
        },
      })
    },
    gauges(name, help, label, read) {
      new Gauge({
        name,
        help,
        labelNames: [label],
        registers: [registry],
        collect() {
          this.reset()
          for (const [labelValue, value] of read()) this.set({ [label]: labelValue }, value)
        },
      })
    },
    histogram(name, help, buckets) {
      return new Histogram({ name, help, buckets: [...buckets], registers: [registry] })
    },
    text: () => registry.metrics(),
  }
}

function plainCounter(): Counter {
  return {
    value: 0,
    inc(by = 1) {
      this.value += by
    },
  }
}
