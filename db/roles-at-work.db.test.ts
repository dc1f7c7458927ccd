import { expect, test } from 'vitest'
import { silentLog } from '#core/log.ts'
import { parseMac } from '#core/mac.ts'
import type { Mac } from '#core/mac.ts'
import { openTestDatabase } from '../test/support/database.ts'
import { temporaryFolder } from '../test/support/folder.ts'
import { seedHouse, testSeal } from '../test/support/house.ts'
import { foldJournal } from '../test/support/journal.ts'
import { dayFromNow, fillDay, rowId } from '../test/support/sealed-log.ts'
import { recordAcceptance } from './acceptances.ts'
import { findPasswordHash } from './accounts.ts'
import { NO_CRITERIA, searchConnections } from './connections.ts'
import { approveExport, requestExport } from './export/export-requests.ts'
import { writePack } from './export/pack.ts'
import { addHold, endHold, listHolds } from './holds.ts'
import { createFold } from './fold.ts'
import { createJobRunner } from './jobs.ts'
import { migrate } from './migrate.ts'
import { goneFrom } from './partitions.ts'
import { retryQuarantined } from './quarantine-retry.ts'
import { dropQuarantined } from './quarantine-review.ts'
import { quarantineJob } from './quarantine.ts'
import { planPurge, retentionJob } from './retention.ts'
import { sealingJob } from './sealing/job.ts'
import { getOrCreateSealingKey } from './sealing/sealing-key.ts'
import { verifyChain } from './sealing/verify-chain.ts'
import { verifyDay } from './sealing/verify-day.ts'
import { staleSessionsJob } from './stale-sessions.ts'

const DAY = dayFromNow(-7)
const MAC = parseMac('02-00-00-00-00-01') as Mac
const CASE = { caseRef: 'PV 7', reason: 'letter of the judge' }

test('an administrator searches, holds, exports and verifies without a right to the rows', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database)
  await fillDay(database, DAY, 20, { account: 'bob' })
  expect(await runAllJobs(database.as('jobs'), Date.now())).toBeNull()
  await database.sql`update log.connection set account = 'eve' where id = ${rowId(DAY, 3)}`

  const operator = database.as('operator')
  const criteria = { ...NO_CRITERIA, user: 'bob' }
  const found: unknown[] = []
  const look = { actor: 'ada', reason: 'case 7' }
  for await (const page of searchConnections(operator, criteria, look)) found.push(...page)
  expect(found).toHaveLength(19)

  const until = new Date(goneFrom(DAY) + 30 * 86_400_000).toISOString().slice(0, 10)
  const hold = { ...CASE, until, actor: 'ada', criteria, now: Date.now() }
  expect(await addHold(operator, hold)).toBe(19)

  expect(await findPasswordHash(operator, 'bob')).toContain('argon2')
  const { request } = await requestExport(operator, { ...CASE, criteria, actor: 'ada' })
  const approved = await approveExport(operator, request.code, 'bob')
  const key = await getOrCreateSealingKey(operator, testSeal)
  using folder = temporaryFolder()
  const times = { zones: ['UTC'], zoneOf: () => 'UTC', write: (at: Date) => at.toISOString() }
  const options = { path: folder.file('pack.zip'), actor: 'bob', clock: Date.now, times }
  expect((await writePack(operator, key, approved, options)).rows).toBe(19)

  const against = { now: Date.now(), pinnedKey: null }
  expect(await verifyDay(operator, DAY, against)).toMatchObject({ amendments: 1, problems: [] })
  expect(await verifyChain(operator, against)).toMatchObject({ seals: 5, problems: [] })

  // A year later the rows are copies, which only the hold's case finds.
  expect(await runAllJobs(database.as('jobs'), goneFrom(DAY))).toBeNull()
  const again = { ...options, path: folder.file('later.zip') }
  expect((await writePack(operator, key, approved, again)).rows).toBe(19)
  expect(await listHolds(operator, false)).toMatchObject([{ kept: 19 }])
  expect(await endHold(operator, CASE.caseRef, 'ada')).toBe(1)
})

test('the jobs make days, seal, end, drop and forget with their own rights', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database)
  await fillDay(database, DAY, 5)
  await recordAcceptance(database.as('portal'), {
    mac: MAC,
    ip: null,
    gateway: 'gw-0042',
    site: '75-0042',
    network: 'guest',
    termsVersion: '2026-01',
    language: 'fr',
    textSha256: 'ab',
    method: 'generic',
    grantSeconds: 60,
    publicSource: null,
    at: new Date(Date.now() - 400 * 86_400_000),
  })
  const jobs = database.as('jobs')
  await foldJournal(jobs)
  await database.as('radius').sql`insert into log.journal (events, content) values (1, '[99]')`
  expect(await createFold({ database: jobs, onQuarantine: () => {} }).step()).toBe(1)
  const [stays] = await Array.fromAsync(retryQuarantined(jobs, null, 'ada'))
  expect(stays?.refused).toBe('a line of an unknown version')
  const deed = { actor: 'ada', reason: 'a test' }
  expect(await dropQuarantined(jobs, stays?.id ?? '', deed)).toBe(true)
  expect(await runAllJobs(jobs, Date.now())).toBeNull()
  const [left] = await database.sql`
    select (select count(*) from guest.acceptance)::int as acceptances,
           (select count(*) from guest.access)::int as grants`
  expect(left).toEqual({ acceptances: 0, grants: 0 })
  // Days that a migration made are the jobs' to drop as well.
  await migrate(database, Date.now() + 20 * 86_400_000)
  expect(await planPurge(jobs, goneFrom(DAY))).toMatchObject({ days: [{ day: DAY, rows: 5 }] })
  expect(await runAllJobs(jobs, goneFrom(DAY))).toBeNull()
  expect(await planPurge(jobs, goneFrom(DAY))).toMatchObject({ days: [] })
})

/** As the process with the role jobs; null, or what went wrong. */
async function runAllJobs(
  database: Parameters<typeof retentionJob>[0],
  now: number,
): Promise<string | null> {
  const clock = (): number => now
  const runner = createJobRunner({
    database,
    log: silentLog,
    clock,
    jobs: [
      staleSessionsJob(database, clock),
      sealingJob({ database, seal: testSeal, log: silentLog, clock }),
      retentionJob(database, clock),
      quarantineJob(database, clock),
    ].map((job) => ({ ...job, everyMs: 0 })),
  })
  await runner.start()
  await runner.stop()
  return runner.problem()
}
