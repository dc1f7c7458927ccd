import { reasonOf } from '#core/error.ts'
import type { Clock } from '#core/clock.ts'
import type { Log } from '#core/log.ts'
import type { Spans } from '#core/tracing/span.ts'
import type { Database } from './connection.ts'
import type { Progress } from './progress.ts'

/** Something done now and then, once in the whole fleet however many processes run. */
export interface Job {
  readonly name: string
  readonly everyMs: number
  /** Idempotent. Returns what it did, in one line of parts ({@link jobPart}). */
  readonly run: (progress?: Progress) => Promise<string>
}

/** The latest run of a job, wherever in the fleet. */
export interface JobRun {
  readonly name: string
  /** Null while it runs. */
  readonly finishedAt: Date | null
  readonly startedAt: Date
  readonly failed: boolean
}

export interface JobRunner {
  start(): Promise<void>
  stop(): Promise<void>
  /** When a job last failed to run in time, the sentence that says so. */
  problem(): string | null
  /** As they were at the latest look, at most a minute ago. */
  readonly runs: readonly JobRun[]
}

const LOOK_MS = 60_000
/** After a failure: a database that is back after seconds must not leave the process unready for a minute. */
const RETRY_MS = 10_000

/**
 * Each process looks every minute; the one that holds the job's advisory lock and finds it due runs
 * it. The database's clock decides what is due, so that two machines' clocks cannot run it twice.
 */
export function createJobRunner(options: {
  database: Database
  log: Log
  clock: Clock
  jobs: readonly Job[]
  /** Absent: no traces. */
  spans?: Spans | undefined
}): JobRunner {
  const { database, log, clock, jobs } = options
  const failures = new Map<string, string>()
  let runs: readonly JobRun[] = []
  let timer: NodeJS.Timeout | undefined
  let working: Promise<void> | null = null
  let isStopping = false
  let isAskedAgain = false
  let listening: { unlisten(): Promise<void> } | null = null

  async function lookAtAll(): Promise<void> {
    for (const job of jobs) {
      try {
        const result = await runIfDue(database, traced(job, options.spans))
        failures.delete(job.name)
        if (result !== null) log.info('job.finished', { job: job.name, result })
      } catch (thrown) {
        const reason = reasonOf(thrown)
        failures.set(job.name, `${reason} (at ${new Date(clock()).toISOString()})`)
        log.error('job.failed', { job: job.name, reason })
      }
    }
    runs = await readRuns(database).catch(() => runs)
  }
  function look(): Promise<void> {
    working ??= lookAtAll().finally(() => {
      working = null
      // Somebody asked while it looked, maybe after it had passed that job.
      if (isAskedAgain && !isStopping) void look()
      isAskedAgain = false
    })
    return working
  }
  function lookLater(): void {
    if (isStopping) return
    timer = setTimeout(() => void look().finally(lookLater), failures.size > 0 ? RETRY_MS : LOOK_MS)
  }
  return {
    async start() {
      listening = await database.sql
        .listen('job', () => {
          if (working === null) void look()
          else isAskedAgain = true
        })
        // The minute's look finds it too.
        .catch(() => null)
      await look()
      lookLater()
    },
    async stop() {
      isStopping = true
      clearTimeout(timer)
      await listening?.unlisten().catch(() => {})
      await working
    },
    problem() {
      const [first] = failures
      return first === undefined ? null : `the job ${first[0]} failed: ${first[1]}`
    },
    get runs() {
      return runs
    },
  }
}

/** A span for each run; what it found out is in `job.finished`. */
function traced(job: Job, spans: Spans | undefined): Job {
  if (spans === undefined) return job
  return {
    ...job,
    async run(progress) {
      const span = spans.start(`job ${job.name}`, 'internal')
      let failed = true
      try {
        const result = await job.run(progress)
        failed = false
        return result
      } finally {
        span?.end({ failed })
      }
    },
  }
}

function readRuns({ sql }: Database): Promise<readonly JobRun[]> {
  return sql<JobRun[]>`
    select name, started_at as "startedAt", finished_at as "finishedAt",
      failure is not null as failed
    from house.job order by name`
}

/** Runs the job if it is due and nobody else is at it; null when there was nothing to do. */
async function runIfDue(database: Database, job: Job): Promise<string | null> {
  const connection = await database.sql.reserve()
  try {
    const [lock] = await connection<{ held: boolean }[]>`
      select pg_try_advisory_lock(hashtextextended(${`job ${job.name}`}, 0)) as held`
    if (lock?.held !== true) return null
    try {
      const [due] = await connection<{ due: boolean }[]>`
        select coalesce(
          max(finished_at) filter (where failure is null) <= now() - ${job.everyMs} * interval '1 ms',
          true) or coalesce(bool_or(asked_at > started_at), false) as due
        from house.job where name = ${job.name}`
      return due?.due === true ? await runAndRecord(connection, job) : null
    } finally {
      await connection`
        select pg_advisory_unlock(hashtextextended(${`job ${job.name}`}, 0))`
    }
  } finally {
    connection.release()
  }
}

async function runAndRecord(sql: Database['sql'], job: Job): Promise<string> {
  await sql`
    insert into house.job (name, started_at) values (${job.name}, clock_timestamp())
    on conflict (name) do update set started_at = clock_timestamp(), finished_at = null, result = null, failure = null, percent = null`
  try {
    const result = await job.run(noteProgress(sql, job.name))
    await sql`update house.job set finished_at = now(), result = ${result} where name = ${job.name}`
    return result
  } catch (thrown) {
    await sql`
      update house.job set finished_at = now(), failure = ${reasonOf(thrown)} where name = ${job.name}`
    throw thrown
  }
}

/** Whole percents, one statement at a time: who waits looks every few seconds. A number that is lost harms nobody. */
function noteProgress(sql: Database['sql'], name: string): Progress {
  let noted = 0
  let isBusy = false
  return (part) => {
    const percent = Math.floor(Math.min(1, Math.max(0, part)) * 100)
    if (isBusy || percent <= noted) return
    isBusy = true
    noted = percent
    sql`update house.job set percent = ${percent} where name = ${name} and finished_at is null`
      .catch(() => {})
      .finally(() => {
        isBusy = false
      })
  }
}
