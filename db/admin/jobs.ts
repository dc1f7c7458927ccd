import type postgres from 'postgres'

/** What runs once in the fleet, how it went last, and who wants it now. */
export interface AdminJob {
  readonly name: string
  readonly startedAt: Date
  /** Null: it runs. */
  readonly finishedAt: Date | null
  /** How long the last run took; null: it runs. */
  readonly tookMs: number | null
  readonly result: string | null
  readonly failure: string | null
  /** How far it has come, where it runs and says so. */
  readonly percent: number | null
  /** Somebody wants it, and it has not begun since. */
  readonly waits: boolean
  readonly askedAt: Date | null
  readonly askedBy: string | null
}

export async function listJobs(
  sql: postgres.Sql | postgres.TransactionSql,
): Promise<readonly AdminJob[]> {
  return sql<AdminJob[]>`
    select name, started_at as "startedAt", finished_at as "finishedAt", result, failure,
           (extract(epoch from finished_at - started_at) * 1000)::float8 as "tookMs",
           case when finished_at is null then percent end as percent,
           coalesce(asked_at > started_at, false) as waits,
           asked_at as "askedAt", asked_by as "askedBy"
    from house.job order by failure is null, name`
}

/** Has it done now, wherever in the fleet jobs run; false: there is none of this name. */
export async function askJob(
  sql: postgres.Sql | postgres.TransactionSql,
  job: string,
  { actor, reason }: { readonly actor: string; readonly reason: string | null },
): Promise<boolean> {
  const [row] = await sql<{ asked: boolean }[]>`
    select house.ask_job(${job}, ${actor}, ${reason}) as asked`
  return row?.asked ?? false
}
