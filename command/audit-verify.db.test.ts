import { expect, test } from 'vitest'
import { openTestDatabase } from '../test/support/database.ts'
import { runAuditVerify } from './audit-verify.ts'
import { runAt } from './testing/run-at.ts'

test('audit verify says how many lines are as they were written, and names the first that is not', async () => {
  await using database = await openTestDatabase()
  const { sql, url } = database
  await sql`
    insert into audit.entry (actor, action, subject, details)
    select 'cli:ada', 'rule.create', 'rule ' || n, '{}' from generate_series(1, 5) n`
  const good = await runAt(url, () => runAuditVerify([]))
  expect([good.code, good.out[0]]).toEqual([0, '5 lines of the audit are as they were written.'])
  const head = good.out[1]?.replace('head ', '') ?? ''
  expect(head).toMatch(/^5:[0-9a-f]{64}$/)
  // The look was a line too, and the head of before still stands in the chain.
  const again = await runAt(url, () => runAuditVerify(['--head', head]))
  expect([again.code, again.out[0]]).toEqual([0, '6 lines of the audit are as they were written.'])

  await sql`alter table audit.entry disable trigger user`
  await sql`update audit.entry set actor = 'cli:eve' where subject = 'rule 3'`
  const bad = await runAt(url, () => runAuditVerify([]))
  expect(bad.code).toBe(1)
  expect(bad.out).toEqual([])
  expect(bad.errors).toEqual([
    expect.stringMatching(/^accueil: line 3 of the chain .* was changed/),
  ])
  await sql`delete from audit.entry where subject = 'rule 3'`
  const gone = await runAt(url, () => runAuditVerify([]))
  expect([gone.code, gone.errors]).toEqual([
    1,
    [expect.stringMatching(/^accueil: line 3 of the chain .*is missing/)],
  ])
})
