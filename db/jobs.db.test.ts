import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { systemClock } from '#core/clock.ts'
import { silentLog } from '#core/log.ts'
import type { EndedSpan } from '#core/tracing/span.ts'
import { createSpans } from '#core/tracing/spans.ts'
import { openTestDatabase } from '../test/support/database.ts'
import { createJobRunner } from './jobs.ts'

test('each run of a job has a span of its own, also one that fails', async () => {
  await using database = await openTestDatabase()
  const ended: EndedSpan[] = []
  const runner = createJobRunner({
    ...{ database: database.as('jobs'), log: silentLog, clock: systemClock },
    jobs: [
      { name: 'good', everyMs: 60_000, run: () => Promise.resolve('done') },
      { name: 'bad', everyMs: 60_000, run: () => Promise.reject(new Error('no')) },
    ],
    spans: createSpans({
      emit: (span) => void ended.push(span),
      ...{ share: 1, clock: systemClock, random: randomBytes },
    }),
  })
  await runner.start()
  await runner.stop()
  expect(ended.map(({ name, failed }) => ({ name, failed }))).toEqual([
    { name: 'job good', failed: false },
    { name: 'job bad', failed: true },
  ])
})
