import type { Metrics } from '#core/metrics.ts'
import type { JobRun, JobRunner } from '#db/jobs.ts'

/** What an alert asks of the jobs: when each was last done, and whether it went well. The same in each process. */
export function measureJobs(metrics: Metrics, runner: Pick<JobRunner, 'runs'>): void {
  const each =
    (read: (run: JobRun) => number): (() => [string, number][]) =>
    () =>
      runner.runs.map((run) => [run.name, read(run)])
  metrics.gauges(
    'accueil_job_started_seconds',
    'When each job last began, in seconds since 1970, wherever in the fleet.',
    'job_name',
    each((run) => run.startedAt.getTime() / 1000),
  )
  metrics.gauges(
    'accueil_job_running',
    '1 from the beginning of a run to its end.',
    'job_name',
    each((run) => (run.finishedAt === null ? 1 : 0)),
  )
  metrics.gauges(
    'accueil_job_failed',
    '1 where the latest run of a job failed.',
    'job_name',
    each((run) => (run.failed ? 1 : 0)),
  )
}
