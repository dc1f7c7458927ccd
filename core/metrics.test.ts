import { expect, test } from 'vitest'
import { createMetrics } from './metrics.ts'

test('what was counted is what a scrape reads, zeros included', async () => {
  const metrics = createMetrics()
  const refused = metrics.counters('accueil_test_total', 'Test.', 'reason', ['late', 'forged'])
  refused.late.inc()
  refused.late.inc(2)
  metrics.gauge('accueil_test_size', 'Test.', () => 7)
  metrics.histogram('accueil_test_seconds', 'Test.', [0.1, 1]).observe(0.5)
  const text = await metrics.text()
  expect(text).toContain('accueil_test_total{reason="late"} 3')
  expect(text).toContain('accueil_test_total{reason="forged"} 0')
  expect(text).toContain('accueil_test_size 7')
  expect(text).toContain('accueil_test_seconds_bucket{le="1"} 1')
  expect(await metrics.text()).toBe(text)
})

test('a process tells of itself, and observes no garbage collection for it', async () => {
  const text = await createMetrics({ process: true }).text()
  for (const name of [
    'process_cpu_seconds_total',
    'process_resident_memory_bytes',
    'process_open_fds',
    'nodejs_eventloop_lag_p99_seconds',
    'nodejs_heap_size_used_bytes',
  ]) {
    expect(text).toMatch(new RegExp(`^${name} \\d`, 'm'))
  }
  expect(text).not.toContain('nodejs_gc_')
})
