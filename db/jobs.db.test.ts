import { randomBytes } from 'node:crypto'
import { expect, test, vi } from 'vitest'
import { systemClock } from '#core/clock.ts'
import { silentLog } from '#core/log.ts'
import type { EndedSpan } from '#core/tracing/span.ts'
import { createSpans } from '#core/tracing/spans.ts'
import { openTestDatabase } from '../test/support/database.ts'
import { listJobs } from './admin/jobs.ts'
import { createJobRunner } from './jobs.ts'
import type { Job } from './jobs.ts'

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

test('a run tells how far it is while it lasts, and no more when it is over', async () => {
  await using database = await openTestDatabase()
  const jobs = database.as('jobs')
  const { promise: looked, resolve: goOn } = Promise.withResolvers<void>()
  const percentNow = async (): Promise<unknown> => {
    const [row] = await database.sql`select percent from house.job`
    return row?.['percent']
  }
  const job: Job = {
    ...{ name: 'long', everyMs: 60_000 },
    async run(progress) {
      progress?.(0.424)
      // Less than was said before is not said.
      progress?.(0.1)
      await looked
      return 'done'
    },
  }
  const runner = createJobRunner({ database: jobs, log: silentLog, clock: Date.now, jobs: [job] })
  const started = runner.start()
  await vi.waitFor(async () => expect(await percentNow()).toBe(42), 20_000)
  goOn()
  await started
  await runner.stop()
  const [shown] = await listJobs(database.sql)
  expect(shown).toMatchObject({ percent: null, result: 'done' })
})
