import { expect, test } from 'vitest'
import { mergedMetrics } from './merged-metrics.ts'
import { createMetrics } from './metrics.ts'

test('each family stands once, with the samples of every process', async () => {
  const text = async (value: number): Promise<string> => {
    const metrics = createMetrics()
    metrics.counter('a_total', 'Things.').inc(value)
    metrics.gauges('b', 'By kind.', 'kind', () => [['x{"} 1', value]])
    return metrics.text()
  }
  const merged = mergedMetrics(await text(1), [
    { process: '1', text: await text(2) },
    { process: '2', text: await text(3) },
  ])
  expect(merged).toBe(
    [
      '# HELP a_total Things.',
      '# TYPE a_total counter',
      'a_total 1',
      'a_total{process="1"} 2',
      'a_total{process="2"} 3',
      '# HELP b By kind.',
      '# TYPE b gauge',
      'b{kind="x{\\"} 1"} 1',
      'b{process="1",kind="x{\\"} 1"} 2',
      'b{process="2",kind="x{\\"} 1"} 3',
      '',
    ].join('\n'),
  )
})

test('a process alone says what it says', async () => {
  const metrics = createMetrics()
  metrics.counter('a_total', 'Things.')
  expect(mergedMetrics(await metrics.text(), [])).toBe(
    '# HELP a_total Things.\n# TYPE a_total counter\na_total 0\n',
  )
})
