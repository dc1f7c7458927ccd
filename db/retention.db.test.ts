import { describe, expect, test } from 'vitest'
import { silentLog } from '#core/log.ts'
import { openTestDatabase } from '../test/support/database.ts'
import { askJob, listJobs } from './admin/jobs.ts'
import { createJobRunner } from './jobs.ts'
import type { Database } from './connection.ts'
import { dropOldDays } from './drop-days.ts'
import { goneFrom, makePartitions, partitionDays } from './partitions.ts'
import { retentionJob } from './retention.ts'
import { soon } from '../test/support/soon.ts'

const DAY_MS = 86_400_000

async function drop(database: Database, now: number): Promise<readonly string[]> {
  const { dropped } = await dropOldDays(database, now, { actor: 'test', patienceMs: 0 })
  return dropped.map(({ day, rows }) => `${day} ${rows}`)
}

describe('a day of the log', () => {
  test('is gone when the whole of it is a year old', () => {
    const gone = (day: string): string => new Date(goneFrom(day)).toISOString()
    expect(gone('2026-11-23')).toBe('2027-11-24T00:00:00.000Z')
    // 29 February 2028 lies between: 366 days.
    expect(gone('2027-11-23')).toBe('2028-11-24T00:00:00.000Z')
    expect(gone('2028-02-29')).toBe('2029-03-02T00:00:00.000Z')
  })

  test('is made ahead, and dropped with what is in it, once only', async () => {
    await using database = await openTestDatabase()
    const before = await partitionDays(database)
    expect(before.length).toBeGreaterThanOrEqual(22)
    expect(await makePartitions(database, Date.now())).toBe(0)

    const today = new Date().toISOString().slice(0, 10)
    await database.sql`
      insert into log.connection (day, id, site, gateway, network, started_at)
      values (${today}, gen_random_uuid(), 's', 'g', 'guest', now())`
    const lastInstant = goneFrom(today) - 1
    expect(await drop(database, lastInstant)).not.toContain(`${today} 1`)
    expect(await drop(database, lastInstant + 1)).toEqual([`${today} 1`])
    expect(await drop(database, lastInstant + 1)).toEqual([])
    expect(await partitionDays(database)).not.toContain(today)
  })
})

describe('the retention job', () => {
  test('runs once however many processes look, and again when it is due', async () => {
    await using database = await openTestDatabase()
    let runs = 0
    const job = {
      name: 'count',
      everyMs: 60_000,
      run: () => {
        runs += 1
        return Promise.resolve('done')
      },
    }
    const fleet = [1, 2, 3].map(() =>
      createJobRunner({ database, log: silentLog, clock: Date.now, jobs: [job] }),
    )
    await Promise.all(fleet.map((runner) => runner.start()))
    expect(runs).toBe(1)
    await database.sql`update house.job set finished_at = finished_at - interval '1 minute'`
    const late = createJobRunner({ database, log: silentLog, clock: Date.now, jobs: [job] })
    await late.start()
    expect(runs).toBe(2)
    await Promise.all([...fleet, late].map((runner) => runner.stop()))
  })

  test('that fails says so and is tried again at the next look', async () => {
    await using database = await openTestDatabase()
    const job = { name: 'fails', everyMs: 1000, run: () => Promise.reject(new Error('disk full')) }
    const runner = createJobRunner({ database, log: silentLog, clock: Date.now, jobs: [job] })
    await runner.start()
    expect(runner.problem()).toMatch(/^the job fails failed: disk full/)
    await runner.stop()
  })

  test('is seen by each process, whichever of them ran it: when it began, and whether it failed', async () => {
    await using database = await openTestDatabase()
    const fails = { name: 'fails', everyMs: 60_000, run: () => Promise.reject(new Error('no')) }
    const works = { name: 'works', everyMs: 60_000, run: () => Promise.resolve('done') }
    const deps = { database, log: silentLog, clock: Date.now }
    const first = createJobRunner({ ...deps, jobs: [works, fails] })
    await first.start()
    const second = createJobRunner({ ...deps, jobs: [] })
    await second.start()
    expect(second.runs).toMatchObject([
      { name: 'fails', failed: true, finishedAt: expect.any(Date) },
      { name: 'works', failed: false, startedAt: expect.any(Date) },
    ])
    await Promise.all([first.stop(), second.stop()])
  })

  test('is done at once when somebody asks, before it is due, once in the fleet, and recorded', async () => {
    await using database = await openTestDatabase()
    let runs = 0
    const job = {
      name: 'rare',
      everyMs: 3_600_000,
      run: () => {
        runs += 1
        return Promise.resolve(`run ${runs}`)
      },
    }
    const fleet = [1, 2].map(() =>
      createJobRunner({ database, log: silentLog, clock: Date.now, jobs: [job] }),
    )
    await Promise.all(fleet.map((runner) => runner.start()))
    const operator = database.as('operator')
    const ask = { actor: 'cli:ada', reason: 'why not' }
    expect(await askJob(operator.sql, 'nobody', ask)).toBe(false)
    expect(await askJob(operator.sql, 'rare', ask)).toBe(true)
    await soon(async () => {
      const jobs = await listJobs(operator.sql)
      expect(jobs).toMatchObject([
        { name: 'rare', result: 'run 2', waits: false, askedBy: 'cli:ada', failure: null },
      ])
      expect(jobs[0]?.tookMs).toBeGreaterThanOrEqual(0)
    })
    await Promise.all(fleet.map((runner) => runner.stop()))
    expect(runs).toBe(2)
    const lines = await database.sql`select actor, action, subject, reason from audit.entry`
    expect([...lines]).toEqual([
      { actor: 'cli:ada', action: 'job.run', subject: 'job rare', reason: 'why not' },
    ])
  })

  test('leaves a line in the audit for each day that it drops', async () => {
    await using database = await openTestDatabase()
    const nextYear = Date.now() + 374 * DAY_MS
    const result = await retentionJob(database, () => nextYear).run()
    expect(result).toMatch(/22 days made, [1-9]\d* days dropped/)
    const lines = await database.sql<{ subject: string }[]>`
      select subject from audit.entry where action = 'logs.drop-day'`
    expect(lines.length).toBeGreaterThan(0)
  })

  test('lets a reader finish, and fails when one keeps a day longer than it may stay', async () => {
    await using database = await openTestDatabase()
    const [oldest = ''] = await partitionDays(database)
    const done = Promise.withResolvers<void>()
    const ready = Promise.withResolvers<void>()
    const reader = database.sql.begin(async (sql) => {
      await sql`select count(*) from log.connection`
      ready.resolve()
      await done.promise
    })
    await ready.promise
    const due = goneFrom(oldest)
    expect(await retentionJob(database, () => due, 0).run()).toContain(
      `${oldest} waits for a reader to end`,
    )
    await expect(retentionJob(database, () => due + DAY_MS, 0).run()).rejects.toThrow(
      `${oldest} should be gone since yesterday`,
    )
    done.resolve()
    await reader
    expect(await retentionJob(database, () => due + DAY_MS, 0).run()).toContain('2 days dropped')
  })
})
