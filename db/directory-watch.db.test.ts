import { expect, test } from 'vitest'
import type { DirectoryChange } from '#core/ldap/changes.ts'
import { silentLog } from '#core/log.ts'
import type { DirectoryRefusal } from '#core/ldap/verdict.ts'
import { openTestDatabase } from '../test/support/database.ts'
import type { TestDatabase } from '../test/support/database.ts'
import { seedHouse } from '../test/support/house.ts'
import { createDirectoryWatch } from './directory-watch.ts'

const NOW = Date.UTC(2026, 10, 28, 20, 0)

/** A directory of which the test says who is in it, and what was written. */
function watched(database: TestDatabase) {
  const people = new Map<string, readonly string[] | DirectoryRefusal>()
  const changes: DirectoryChange[] = []
  const asked: string[] = []
  const since: number[] = []
  let count = 0
  const watch = createDirectoryWatch({
    database: database.as('jobs'),
    log: silentLog,
    clock: () => NOW,
    changed: { inc: (by = 1) => void (count += by), value: 0 },
    directories: () =>
      Promise.resolve([
        {
          name: 'national',
          realms: [''],
          changes(from) {
            since.push(from)
            const written = changes.filter(({ at }) => at >= from)
            return Promise.resolve({ ok: true, value: { changes: written, isCut: false } })
          },
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
  const write = (kind: DirectoryChange['kind'], name: string, at: number): void => {
    changes.push({ kind, name, at, version: `${name} ${changes.length}` })
  }
  return { people, asked, since, write, look: () => watch.look(), count: () => count }
}

async function known(database: TestDatabase, groups: Readonly<Record<string, string[]>>) {
  for (const [account, its] of Object.entries(groups)) {
    const who = { issuer: 'ldap:national', subject: account, account, name: account, groups: its }
    await database.kysely
      .insertInto('staff.person')
      .values({ ...who, state: 'active', state_since: new Date(NOW) })
      .execute()
  }
}

const off = async ({ sql }: TestDatabase): Promise<readonly unknown[]> =>
  (await sql`select account from staff.person where state = 'disabled' order by account`).map(
    ({ account }) => account as unknown,
  )

test('whoever was written since the last look is asked about, and nobody else', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database)
  await known(database, { ana: ['staff'], eve: ['staff'], zoe: ['it'] })
  const { people, asked, since, write, look, count } = watched(database)
  people.set('eve', 'account-disabled')
  await look()
  expect(asked).toEqual([])
  write('person', 'eve', NOW)
  // Of whom nobody here has heard.
  write('person', 'stranger', NOW)
  await look()
  expect(asked).toEqual(['eve'])
  expect(await off(database)).toEqual(['eve'])
  // The same second is read again, and what is new in it is not missed.
  write('person', 'zoe', NOW)
  await look()
  expect(asked).toEqual(['eve', 'zoe'])
  expect(since).toEqual([NOW - 600_000, NOW - 600_000, NOW])
  expect(count()).toBe(3)
  expect(await off(database)).toEqual(['eve', 'zoe'])
})

test('of a group that was written, those who are known to be in it are asked about', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database)
  await known(database, { ana: ['it', 'staff'], eve: ['staff'] })
  const { people, asked, write, look } = watched(database)
  people.set('ana', ['staff'])
  write('group', 'it', NOW)
  await look()
  expect(asked).toEqual(['ana'])
  const [row] = await database.sql`select groups from staff.person where account = 'ana'`
  expect(row).toEqual({ groups: ['staff'] })
})

test('a directory that suddenly knows nobody switches nobody off', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database)
  const names = Array.from({ length: 11 }, (_, i) => `p${i}`)
  await known(database, Object.fromEntries(names.map((name) => [name, []])))
  const { asked, write, look } = watched(database)
  for (const name of names) write('person', name, NOW)
  await look()
  expect(asked).toHaveLength(11)
  expect(await off(database)).toEqual([])
})
