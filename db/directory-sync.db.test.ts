import { expect, test } from 'vitest'
import type { DirectoryRefusal } from '#core/ldap/verdict.ts'
import { parseMac } from '#core/mac.ts'
import { openTestDatabase } from '../test/support/database.ts'
import type { TestDatabase } from '../test/support/database.ts'
import { seedHouse } from '../test/support/house.ts'
import { logEvents } from '../test/support/journal.ts'
import { session } from '../test/support/log-events.ts'
import { FINDING_LIMITS } from './directory-findings.ts'
import { directorySyncJob } from './directory-sync.ts'
import { staffJob } from './staff-job.ts'
import { openSession } from './staff-sessions.ts'

type Said = readonly string[] | DirectoryRefusal

/** A directory that says of each account its groups, or why they may not come in. */
function syncWith(database: TestDatabase, people: ReadonlyMap<string, Said>, asked: string[] = []) {
  return directorySyncJob({
    database: database.as('jobs'),
    clock: Date.now,
    open: () =>
      Promise.resolve([
        {
          name: 'national',
          realms: [''],
          standing({ user }) {
            asked.push(user)
            const said = people.get(user) ?? 'unknown-account'
            return Promise.resolve(
              typeof said === 'string'
                ? { ok: false, reason: said }
                : { ok: true, user: { username: user, groups: said } },
            )
          },
          close: () => {},
        },
      ]),
  })
}

async function connected(database: TestDatabase, accounts: readonly string[]): Promise<void> {
  await database.sql`update house.gateway set coa_port = 3799`
  const events = accounts.map((account, i) => {
    const mac = parseMac(`02:00:00:00:00:${String(i + 10).padStart(2, '0')}`)
    if (mac === null) throw new Error('no address')
    const at = { kind: 'start', at: new Date(), network: 'staff' } as const
    return session(`${i}`, { ...at, gateway: 'gw-0042', site: '75-0042', mac, account })
  })
  await logEvents(database, events)
}

const asked = async ({ sql }: TestDatabase): Promise<readonly (readonly string[])[]> => {
  const rows = await sql<{ account: string; reason: string }[]>`
    select account, reason from house.disconnect order by id`
  return rows.map(({ account, reason }) => [account, reason])
}

test('who is disabled, gone or expired in the directory is sent away, though their device asks nothing', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database)
  await connected(database, ['ana', 'bob', 'eve', 'leo', 'zoe'])
  const people = new Map<string, Said>([
    ['ana', ['staff']],
    ['eve', 'account-disabled'],
    ['leo', 'account-expired'],
    // Locked for an hour, or not at this one: that passes.
    ['zoe', 'account-locked'],
  ])
  const questions: string[] = []
  const job = syncWith(database, people, questions)
  expect(await job.run()).toContain('2 switched off')
  expect(questions.toSorted()).toEqual(['ana', 'eve', 'leo', 'zoe'])
  expect(await asked(database)).toEqual([
    ['eve', 'directory-disabled'],
    ['leo', 'directory-expired'],
  ])
  expect(await job.run()).toContain('0 switched off, 0 on again')
  people.set('eve', ['staff'])
  expect(await job.run()).toContain('1 on again')
  people.delete('ana')
  expect(await job.run()).toContain('1 switched off')
  const rows = await database.sql`select account, state_reason from staff.person order by account`
  expect(rows).toEqual([
    { account: 'ana', state_reason: 'directory-gone' },
    { account: 'eve', state_reason: null },
    { account: 'leo', state_reason: 'directory-expired' },
  ])
})

test('who loses a group loses the sessions with it', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database)
  await connected(database, ['ana'])
  const person = {
    issuer: 'ldap:national',
    subject: 'ana',
    account: 'ana',
    name: 'ana',
    mail: null,
  }
  await openSession(database.as('portal'), {
    person: { ...person, groups: ['staff', 'it'], how: 'ldap', secondFactor: false },
    ...{ browser: '', at: new Date(), replaces: null, provider: null },
  })
  const people = new Map<string, Said>([['ana', ['it', 'staff', 'more']]])
  const job = syncWith(database, people)
  await job.run()
  expect(await asked(database)).toEqual([])
  people.set('ana', ['staff'])
  await job.run()
  expect(await asked(database)).toEqual([['ana', 'a group was removed']])
  expect(await database.sql`select id from staff.session`).toHaveLength(0)
})

test('a directory that lost its people switches nobody off, and the job says so', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database)
  const many = Array.from({ length: FINDING_LIMITS.goneAnyway + 1 }, (_, i) => `p${i}`)
  await connected(database, many)
  const job = syncWith(database, new Map())
  await expect(job.run()).rejects.toThrow(`does not know ${many.length} of ${many.length} accounts`)
  expect(await database.sql`select account from staff.person`).toHaveLength(0)
})

test('sessions that are over are forgotten, and people who have been off for a year', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database)
  const person = {
    issuer: 'ldap:national',
    subject: 'ana',
    account: 'ana',
    name: 'ana',
    mail: null,
  }
  const now = Date.now()
  for (const at of [now - 2 * 3_600_000, now]) {
    await openSession(database.as('portal'), {
      person: { ...person, groups: [], how: 'ldap', secondFactor: false },
      ...{ browser: '', at: new Date(at), replaces: null, provider: null },
    })
  }
  const off = {
    state: 'disabled',
    state_reason: 'directory-gone',
    issuer: 'ldap:national',
  } as const
  for (const days of [364, 366]) {
    const who = { subject: `p${days}`, account: `p${days}`, name: 'p', groups: [] }
    const since = new Date(now - days * 86_400_000)
    await database.kysely
      .insertInto('staff.person')
      .values({ ...off, ...who, state_since: since })
      .execute()
  }
  expect(await staffJob(database.as('jobs'), () => now).run()).toBe(
    'removed 1 sessions that are over, 1 people, 0 devices that had signed in, 0 that had not',
  )
})
