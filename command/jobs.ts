import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { AppError } from '#core/error.ts'
import { printable } from '#core/printable.ts'
import { askJob, listJobs } from '#db/admin/jobs.ts'
import type { AdminJob } from '#db/admin/jobs.ts'
import type { Database } from '#db/connection.ts'
import { cliActor } from './apply.ts'
import { withHouseAs } from './house.ts'
import { EXIT_FAILED, UsageError } from './run.ts'

const LOOK_MS = 500
/** Whoever runs jobs hears of it at once, and looks each minute in any case. */
const BEGINS_WITHIN_MS = 90_000

/** `jobs list`: those that failed first. */
export async function runJobsList(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({ args: [...args], options: { json: { type: 'boolean' } } })
  return withHouseAs('operator', 'jobs list', async ({ database }) => {
    const jobs = await listJobs(database.sql)
    if (jobs.length === 0 && values.json !== true) {
      console.log('No job has run yet: start the role jobs (npx accueil start jobs).')
    }
    for (const job of jobs) console.log(values.json === true ? JSON.stringify(job) : jobLine(job))
    return 0
  })
}

/** `jobs run NAME`: waits until it is done. */
export async function runJobsRun(args: readonly string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { reason: { type: 'string' } },
    allowPositionals: true,
  })
  const name = positionals.join(' ')
  if (name === '') throw new UsageError('jobs run needs the name of a job, as jobs list shows it')
  return withHouseAs('operator', 'jobs run', async ({ database }) => {
    const ask = { actor: cliActor(), reason: values.reason ?? null }
    if (!(await askJob(database.sql, name, ask))) {
      const names = (await listJobs(database.sql)).map((job) => job.name)
      throw new AppError('job', `there is no job "${name}"; there are ${names.join(', ')}`)
    }
    const done = await finished(database, name)
    console.log(jobLine(done))
    return done.failure === null ? 0 : EXIT_FAILED
  })
}

async function finished({ sql }: Database, name: string): Promise<AdminJob> {
  for (let waited = 0; ; waited += LOOK_MS) {
    const job = (await listJobs(sql)).find((one) => one.name === name)
    if (job === undefined) throw new AppError('job', `the job "${name}" is gone`)
    if (!job.waits && job.finishedAt !== null) return job
    if (job.waits && waited > BEGINS_WITHIN_MS && job.finishedAt !== null) {
      throw new AppError(
        'job',
        `nobody has begun the job "${name}": it stays asked for, until a process with the role jobs runs`,
      )
    }
    await sleep(LOOK_MS)
  }
}

/** `lists  2026-11-28T12:00:00Z  3.2 s  fetched 3` */
export function jobLine(job: AdminJob): string {
  const { name, startedAt, finishedAt, tookMs, result, failure, waits } = job
  const took = tookMs === null ? 'running' : `${(tookMs / 1000).toFixed(1)} s`
  const said = failure === null ? (result ?? '') : `FAILED: ${failure}`
  return [
    name.padEnd(16),
    `${startedAt.toISOString().slice(0, 19)}Z`,
    took.padEnd(9),
    printable(finishedAt === null ? '' : said),
    ...(waits ? ['(asked for)'] : []),
  ]
    .join('  ')
    .trimEnd()
}
