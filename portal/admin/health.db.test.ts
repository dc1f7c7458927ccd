import { expect, test } from 'vitest'
import { noteProcess } from '#db/processes.ts'
import { PAUL, openAdminHouse, page } from './testing/admin-house.ts'

const NOTE = {
  ...{ host: 'radius-1', roles: ['radius'], version: '0.1.0', startedAt: new Date() },
  ...{ problems: [], spooled: 0 },
}
const ID = '00000000-0000-4000-8000-00000000000'

test('a healthy fleet is well, process by process, with the days and the size of the log', async () => {
  await using house = await openAdminHouse()
  const helene = await house.signedIn()
  await noteProcess(house.database.as('radius'), { id: `${ID}1`, ...NOTE })
  const { text, status } = await page(helene, '/admin/health?lang=en')
  expect(status).toBe(200)
  expect(text).toContain('All is well.')
  expect(text).toContain('radius-1')
  const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 4)
  expect(text).toMatch(new RegExp(`\\d{4}-\\d{2}-\\d{2} – ${tomorrow}`))
})

test('each line that is wrong says what to do and names its run book', async () => {
  await using house = await openAdminHouse()
  const { sql } = house.database
  const helene = await house.signedIn()
  await noteProcess(house.database.as('radius'), {
    ...{ id: `${ID}1`, ...NOTE, spooled: 42, version: '0.2.0' },
    problems: [{ role: 'database', problem: '<b>it does not answer' }],
  })
  await noteProcess(house.database.as('portal'), { id: `${ID}2`, ...NOTE, host: 'portal-1' })
  await noteProcess(house.database.as('dns'), { id: `${ID}3`, ...NOTE, host: 'dns-1' })
  await sql`update house.process set seen_at = now() - interval '3 minutes' where host = 'dns-1'`
  await sql`
    insert into house.job (name, started_at, finished_at, failure) values ('sealing', now(), now(), 'the disk is full')`
  const { text } = await page(helene, '/admin/health?lang=en')
  for (const [said, runBook] of [
    ['dns-1 (radius) is not heard any more', 'down.md'],
    ['radius-1, role database: &lt;b&gt;it does not answer', 'database-down.md'],
    ['radius-1 keeps 42 events on its disk', 'spool.md'],
    ['The job “Seal the days of the log” failed: the disk is full', 'job-failed.md'],
    ['Several versions run side by side: 0.1.0, 0.2.0', 'README.md'],
  ] as const) {
    expect(text).toContain(said)
    expect(text).toContain(`docs/run-books/${runBook}`)
  }
  expect(text).not.toContain('All is well')
})

test('the machines are nobody’s who administers an association', async () => {
  await using house = await openAdminHouse()
  expect((await page(await house.signedIn(PAUL), '/admin/health')).status).toBe(403)
})
