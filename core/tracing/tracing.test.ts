import { randomBytes } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { createMetrics } from '#core/metrics.ts'
import type { Fields } from '#core/log.ts'
import { silentLog } from '#core/log.ts'
import { openTracing } from './open-tracing.ts'
import type { Tracing } from './open-tracing.ts'
import { parseOtlpHeaders } from './settings.ts'
import { createSpans } from './spans.ts'
import { startCollector } from './testing/collector.ts'
import { soon } from '../../test/support/soon.ts'

const NOW = 1_790_000_000_000.25

function tracingTo(
  endpoint: string,
  more: { readonly share?: number } = {},
): { readonly tracing: Tracing; readonly warned: Fields[]; text(): Promise<string> } {
  const metrics = createMetrics()
  const warned: Fields[] = []
  const tracing = openTracing({
    settings: {
      url: `${endpoint}/v1/traces`,
      headers: { authorization: 'Bearer abc' },
      share: more.share ?? 1,
    },
    ...{ version: '1.2.3', metrics, clock: () => NOW },
    log: { ...silentLog, warn: (_, fields = {}) => void warned.push(fields) },
  })
  return { tracing, warned, text: () => metrics.text() }
}

test('a span and its child reach the collector, with times, kind and what they say', async () => {
  await using collector = await startCollector()
  const { tracing, text } = tracingTo(collector.endpoint)
  const span = tracing.spans.start('radius login', 'server', NOW - 250)
  span?.child('radius directory', 'client', NOW - 200).end()
  span?.end({
    attributes: { 'accueil.outcome': 'accept', 'accueil.rounds': 3, 'accueil.resumed': true },
    failed: true,
  })
  await tracing.stop()
  expect(collector.faults).toEqual([])
  const [child, parent] = collector.spans
  expect(child).toMatchObject({ name: 'radius directory', kind: 3, parentSpanId: parent?.spanId })
  expect(child?.traceId).toBe(parent?.traceId)
  expect(parent).toMatchObject({
    ...{ name: 'radius login', kind: 2, status: { code: 2 } },
    startTimeUnixNano: '1789999999750250000',
    endTimeUnixNano: '1790000000000250000',
    attributes: [
      { key: 'accueil.outcome', value: { stringValue: 'accept' } },
      { key: 'accueil.rounds', value: { intValue: '3' } },
      { key: 'accueil.resumed', value: { boolValue: true } },
    ],
  })
  expect(collector.headers[0]).toMatchObject({ authorization: 'Bearer abc' })
  expect(await text()).toContain('accueil_spans_total{outcome="sent"} 2')
})

test('a collector that is away costs spans and no more: they wait, at most 4,096 of them', async () => {
  await using collector = await startCollector()
  collector.answer(503)
  const { tracing, warned, text } = tracingTo(collector.endpoint)
  for (let i = 0; i < 4_100; i += 1) tracing.spans.start('x', 'internal')?.end()
  await tracing.stop()
  expect(await text()).toContain('accueil_spans_total{outcome="full"} 4')
  expect(await text()).toContain('accueil_spans_total{outcome="sent"} 0')
  expect(warned).toEqual([{ reason: 'the collector answers 503', heldBack: 0 }])
})

test('what was not taken is sent again later', async () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  try {
    await using collector = await startCollector()
    collector.answer(503)
    const { tracing } = tracingTo(collector.endpoint)
    tracing.spans.start('x', 'internal')?.end()
    await vi.advanceTimersByTimeAsync(5_000)
    await soon(() => expect(collector.headers).toHaveLength(1))
    collector.answer(200)
    await tracing.stop()
    expect(collector.spans).toHaveLength(1)
  } finally {
    vi.useRealTimers()
  }
})

test('what a collector does not want is not sent again', async () => {
  await using collector = await startCollector()
  collector.answer(400)
  const { tracing, text } = tracingTo(collector.endpoint)
  tracing.spans.start('x', 'internal')?.end()
  await tracing.stop()
  expect(await text()).toContain('accueil_spans_total{outcome="refused"} 1')
})

test('a share of the beginnings is kept, with all that is part of them', () => {
  const emit = vi.fn()
  const spans = createSpans({ emit, share: 0.25, clock: () => NOW, random: randomBytes })
  const kept = Array.from({ length: 4_000 }, () => spans.start('x', 'internal')).filter(
    (span) => span !== null,
  )
  expect(kept.length).toBeGreaterThan(800)
  expect(kept.length).toBeLessThan(1_200)
  const none = createSpans({ emit, share: 0, clock: () => NOW, random: randomBytes })
  expect(none.start('x', 'internal')).toBeNull()
})

test('headers are read as the variable of OpenTelemetry has them', () => {
  expect(parseOtlpHeaders('Authorization=Bearer%20a=b, x-tenant=wifi')).toEqual({
    authorization: 'Bearer a=b',
    'x-tenant': 'wifi',
  })
  expect(parseOtlpHeaders('')).toEqual({})
  expect(parseOtlpHeaders('no value')).toBeNull()
  expect(parseOtlpHeaders('a=%zz')).toBeNull()
})
