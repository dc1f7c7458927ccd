import { describe, expect, test } from 'vitest'
import { openTestDatabase } from '../test/support/database.ts'
import { temporaryFolder } from '../test/support/folder.ts'
import { testSeal } from '../test/support/house.ts'
import { dayFromNow, fillDay } from '../test/support/sealed-log.ts'
import { writeAudit } from './audit.ts'
import type { Database } from './connection.ts'
import { NO_CRITERIA } from './connections.ts'
import { applyDeclaration } from './declaration/apply.ts'
import { formatChange } from './declaration/difference.ts'
import { readDeclaration } from './declaration/read.ts'
import { requestExport } from './export/export-requests.ts'
import { addHold, endHold } from './holds.ts'
import { planPurge, retentionJob, runPurge } from './retention.ts'

const NONE = { auditLines: 0, requests: 0, holds: 0 }

async function note(database: Database, daysAgo: number): Promise<void> {
  const line = { actor: 'cli:ada', action: 'job.run', reason: null, details: {} } as const
  await writeAudit(database.kysely, { ...line, subject: `${daysAgo} days ago` })
  await database.sql`
    update audit.entry set at = now() - ${`${daysAgo} days`}::interval
    where subject = ${`${daysAgo} days ago`}`
}

async function left(database: Database): Promise<readonly unknown[]> {
  const rows =
    await database.sql`select subject from audit.entry where subject like '%ago' order by id`
  return rows.map(({ subject }) => subject)
}

async function declare(database: Database, retention: string): Promise<readonly string[]> {
  using folder = temporaryFolder({ 'house.yaml': `version: 1\nretention: ${retention}\n` })
  const read = readDeclaration([folder.file('house.yaml')])
  if (!read.ok) return read.problems
  const options = { dryRun: false, actor: 'test', now: Date.now() }
  return (await applyDeclaration(database, testSeal, read.declaration, options)).map(formatChange)
}

describe('the audit', () => {
  test('goes line by line after a year, and leaves the count of what went', async () => {
    await using database = await openTestDatabase()
    for (const days of [400, 367, 364, 0]) await note(database, days)
    const [first, last] = await database.sql`select id::text as id from audit.entry order by id`
    expect((await planPurge(database, Date.now())).traces).toEqual({ ...NONE, auditLines: 2 })
    expect(await left(database)).toHaveLength(4)
    const said = await retentionJob(database, Date.now).run()
    expect(said).toContain('2 audit lines, 0 requests for packs, 0 ended holds')
    expect(await left(database)).toEqual(['364 days ago', '0 days ago'])
    const [line] = await database.sql`
      select actor, subject, details from audit.entry where action = 'audit.end'`
    expect(line).toEqual({
      actor: 'job:retention',
      subject: expect.stringMatching(/^before \d{4}-\d\d-\d\dT00:00:00.000Z$/),
      details: { ...NONE, auditLines: 2, firstLine: first?.['id'], lastLine: last?.['id'] },
    })
    // Nothing more went, so nothing more is said.
    expect((await runPurge(database, Date.now(), 'test')).traces).toEqual(NONE)
    expect(await database.sql`select from audit.entry where action = 'audit.end'`).toHaveLength(1)
  })

  test('stays as long as is declared, within what the law lets justify', async () => {
    await using database = await openTestDatabase()
    for (const days of [1097, 1094, 400, 182, 179]) await note(database, days)
    expect(await declare(database, '{ audit: 3y }')).toEqual(['+ retention'])
    await runPurge(database, Date.now(), 'test')
    expect(await left(database)).toEqual([1094, 400, 182, 179].map((days) => `${days} days ago`))
    expect(await declare(database, '{ audit: 180d }')).toEqual([
      expect.stringContaining('audit_days 1095 → 180'),
    ])
    expect(await declare(database, '{ audit: 180d }')).toEqual([])
    await runPurge(database, Date.now(), 'test')
    expect(await left(database)).toEqual(['179 days ago'])
    for (const life of ['4y', '179d', 'long', '1096d']) {
      expect(await declare(database, `{ audit: ${life} }`)).toEqual([
        expect.stringContaining(`"${life}" is not a length of time from 180d to 3y`),
      ])
    }
  })
})

test('a request for a pack and an ended hold go with the audit that tells of them', async () => {
  await using database = await openTestDatabase()
  const { sql } = database
  await fillDay(database, dayFromNow(-1), 3, { account: 'bob' })
  const criteria = { ...NO_CRITERIA, user: 'bob' }
  const asked = { caseRef: 'PV 1', reason: 'r', actor: 'cli:ada', criteria }
  await requestExport(database, asked)
  await sql`update log.export_request set requested_at = now() - interval '367 days'`
  await requestExport(database, asked)
  for (const caseRef of ['PV 1', 'PV 2', 'PV 3']) {
    await addHold(database, { ...asked, caseRef, until: '2099-01-01', now: Date.now() })
  }
  // Old and in force; old and ended; ended now.
  await endHold(database, 'PV 2', 'cli:ada')
  await sql`
    update log.hold set made_at = now() - interval '2 years', ended_at = ended_at - interval '367 days'`
  await endHold(database, 'PV 3', 'cli:ada')
  const { traces } = await runPurge(database, Date.now(), 'test')
  expect(traces).toEqual({ auditLines: 0, requests: 1, holds: 1 })
  const holds = await sql`select case_ref as name from log.hold order by id`
  expect(holds.map(({ name }) => name)).toEqual(['PV 1', 'PV 3'])
})
