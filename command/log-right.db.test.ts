import { describe, expect, test } from 'vitest'
import { openTestDatabase } from '../test/support/database.ts'
import type { TestDatabase } from '../test/support/database.ts'
import { seedHouse } from '../test/support/house.ts'
import { requireLogRight } from './log-right.ts'

async function granted(rows: readonly (readonly [string, string])[]): Promise<TestDatabase> {
  const database = await openTestDatabase()
  await seedHouse(database)
  for (const [subject, role] of rows) {
    await database.sql`
      insert into house.role_grant (subject, role, made_by) values (${subject}, ${role}, 't')`
  }
  return database
}

describe('who may look at the log and who may approve a pack', () => {
  test('is everybody who can run the command, until the role is given to somebody', async () => {
    await using database = await granted([['person:ada', 'auditor']])
    await requireLogRight(database.as('operator'), 'cli:zoe', 'logs.search')
    await requireLogRight(database.as('operator'), 'cli:zoe', 'logs.approve')
  })

  test('is then who has it, by name or by a group of the account, and no one else', async () => {
    await using database = await granted([
      ['group:staff', 'log-reader'],
      ['person:ada', 'log-approver'],
    ])
    const operator = database.as('operator')
    await requireLogRight(operator, 'account:bob', 'logs.search')
    await requireLogRight(operator, 'cli:Ada', 'logs.approve')
    await expect(requireLogRight(operator, 'cli:ada', 'logs.search')).rejects.toThrow(
      'cli:ada may not search the log or ask for a pack of it: that takes the role log-reader',
    )
    await expect(requireLogRight(operator, 'cli:root', 'logs.approve')).rejects.toThrow('root')
    const lines = await database.sql`
      select actor, subject from audit.entry where action = 'role.refused' order by id`
    expect([...lines]).toEqual([
      { actor: 'cli:ada', subject: 'logs.search' },
      { actor: 'cli:root', subject: 'logs.approve' },
    ])
  })

  test('is nobody who has both, by name and by a group that they came into later', async () => {
    await using database = await granted([
      ['group:archive', 'log-reader'],
      ['person:bob', 'log-approver'],
    ])
    await database.sql`update staff.account set groups = '{archive}' where username = 'bob'`
    for (const action of ['logs.search', 'logs.approve'] as const) {
      await expect(requireLogRight(database.as('operator'), 'account:bob', action)).rejects.toThrow(
        'was given both log-reader and log-approver, so neither counts',
      )
    }
  })
})
