import { describe, expect, test } from 'vitest'
import { openTestDatabase } from '../test/support/database.ts'
import type { TestDatabase } from '../test/support/database.ts'
import { testSeal } from '../test/support/house.ts'
import { auditChainJob, linkAuditLines } from './audit-chain.ts'
import { checkAuditChain } from './audit-chain-check.ts'
import type { ChainCheck } from './audit-chain-check.ts'
import { writeAudit } from './audit.ts'
import { runPurge } from './retention.ts'

const DAY_MS = 86_400_000

async function note(database: TestDatabase, subject: string, daysAgo = 0): Promise<void> {
  const line = { actor: 'cli:ada', reason: null, details: { b: 1, a: [2.5] } }
  await writeAudit(database.kysely, { ...line, action: 'job.run', subject })
  await database.sql`
    update audit.entry set at = at - ${`${daysAgo} days`}::interval where subject = ${subject}`
}

/** Five lines a..e, linked and anchored by the job as it runs. */
async function chained(): Promise<TestDatabase> {
  const database = await openTestDatabase()
  for (const subject of ['a', 'b', 'c', 'd', 'e']) await note(database, subject)
  await auditChainJob(database.as('jobs'), testSeal).run()
  return database
}

function check(database: TestDatabase, known?: { n: number; hash: string }): Promise<ChainCheck> {
  return checkAuditChain(database.as('operator'), Date.now(), known)
}

describe('the audit', () => {
  test('is a chain that anybody with the command can check', async () => {
    await using database = await chained()
    const { head, ...found } = await check(database)
    expect(found).toEqual({ lines: 5, broken: null })
    expect(head).toEqual({ n: 5, hash: expect.stringMatching(/^[0-9a-f]{64}$/) })
    await note(database, 'f')
    expect(await linkAuditLines(database.as('operator'))).toBe(1)
    expect(await check(database, head ?? undefined)).toMatchObject({ lines: 6, broken: null })
  })

  test('without a line is whole', async () => {
    await using database = await openTestDatabase()
    await auditChainJob(database.as('jobs'), testSeal).run()
    expect(await check(database)).toEqual({ lines: 0, head: null, broken: null })
  })

  test('names the first line that was changed, whatever of it', async () => {
    await using database = await chained()
    const { sql } = database
    await sql`create table kept as select * from audit.entry where subject = 'c'`
    const [line] = await sql`select id::text as id from kept`
    for (const change of [
      `actor = 'cli:eve'`,
      `action = 'y'`,
      `subject = 'z'`,
      `reason = ''`,
      `details = '{}'`,
      `association = '75'`,
      `at = at + interval '1 microsecond'`,
    ]) {
      await sql.unsafe(`update audit.entry set ${change} where n = 3`)
      const { broken } = await check(database)
      const expected = expect.objectContaining({ what: 'changed', n: 3, id: line?.['id'] })
      expect([change, broken]).toEqual([change, expected])
      await sql`delete from audit.entry where n = 3`
      await sql`insert into audit.entry overriding system value select * from kept`
    }
    expect((await check(database)).broken).toBeNull()
  })

  test('names the first that is missing, at the end too', async () => {
    await using database = await chained()
    await database.sql`delete from audit.entry where subject = 'e'`
    expect((await check(database)).broken).toMatchObject({ what: 'missing', n: 5, id: null })
    await database.sql`delete from audit.entry where subject = 'b'`
    expect((await check(database)).broken).toMatchObject({ what: 'missing', n: 2, id: null })
    await database.sql`delete from audit.entry where subject = 'a'`
    expect((await check(database)).broken).toMatchObject({ what: 'missing', n: 1, id: null })
  })

  test('names one that was put in between', async () => {
    await using database = await chained()
    await database.sql`update audit.entry set n = -n where n > 2`
    await database.sql`
      insert into audit.entry (actor, action, subject, n, hash)
      values ('cli:eve', 'x', 'between', 3, ${Buffer.alloc(32, 1)})`
    await database.sql`update audit.entry set n = 1 - n where n < 0`
    const [line] = await database.sql`select id::text as id from audit.entry where n = 3`
    expect((await check(database)).broken).toMatchObject({ what: 'added', n: 3, id: line?.['id'] })
  })

  test('names one that was dated back', async () => {
    await using database = await chained()
    await note(database, 'yesterday', 1)
    await linkAuditLines(database)
    expect((await check(database)).broken).toMatchObject({ what: 'added', n: 6 })
  })

  test('made anew from a line on does not fit its anchor, nor a head that was written down', async () => {
    await using database = await chained()
    const before = (await check(database)).head
    const remake = async (): Promise<void> => {
      await database.sql`update audit.entry set n = null, hash = null`
      await linkAuditLines(database)
    }
    const anchors = await database.sql`delete from audit.anchor returning *`
    await database.sql`update audit.entry set actor = 'cli:eve' where subject = 'b'`
    await remake()
    expect((await check(database)).broken).toBeNull()
    expect((await check(database, before ?? undefined)).broken).toMatchObject({ n: 5 })
    await database.sql`insert into audit.anchor ${database.sql([...anchors])}`
    expect((await check(database)).broken).toMatchObject({ what: 'changed', n: 5 })
    const forged = await database.sql`
      update audit.anchor set hash = (select hash from audit.entry where n = 5)`
    expect(forged.count).toBe(1)
    expect((await check(database)).broken).toMatchObject({
      what: 'anchor',
      reason: 'its signature does not fit what it says',
    })
  })

  test('goes line by line from its front when it is old, and the rest can be checked', async () => {
    await using database = await openTestDatabase()
    for (const [subject, days] of [
      ['a', 400],
      ['b', 380],
      ['c', 10],
    ] as const) {
      await note(database, subject, days)
    }
    const jobs = database.as('jobs')
    await runPurge(jobs, Date.now(), 'job:retention')
    await auditChainJob(jobs, testSeal).run()
    const left = await database.sql`select subject, n::int from audit.entry order by n`
    expect(left.slice(0, 1)).toEqual([{ subject: 'c', n: 3 }])
    expect((await check(database)).broken).toBeNull()
    expect(await checkAuditChain(database.as('operator'), Date.now() + DAY_MS)).toMatchObject({
      lines: left.length,
      broken: null,
    })
    await database.sql`delete from audit.entry where subject = 'c'`
    expect((await check(database)).broken).toMatchObject({ what: 'missing', n: 3 })
  })

  test('links lines of writers that hold each other up in the order of their commits', async () => {
    await using database = await openTestDatabase()
    const { promise, resolve } = Promise.withResolvers<void>()
    const slow = database.kysely.transaction().execute(async (kysely) => {
      const line = { actor: 'a', action: 'job.run', reason: null, details: {} } as const
      await writeAudit(kysely, { ...line, subject: 'slow' })
      await promise
    })
    await note(database, 'quick')
    expect(await linkAuditLines(database.as('jobs'))).toBe(1)
    resolve()
    await slow
    expect(await linkAuditLines(database.as('jobs'))).toBe(1)
    const lines = await database.sql`select subject from audit.entry order by n`
    expect(lines.map(({ subject }) => subject)).toEqual(['quick', 'slow'])
    expect((await check(database)).broken).toBeNull()
  })
})
