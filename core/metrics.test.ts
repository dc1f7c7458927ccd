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
