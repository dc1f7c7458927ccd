import { userInfo } from 'node:os'
import { expect, test } from 'vitest'
import { openTestDatabase } from '../test/support/database.ts'
import { seedHouse } from '../test/support/house.ts'
import { whoIsThere } from './person.ts'

test('an account of the house is who gives its password; who does not is in the audit', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database)
  const questions: string[] = []
  const answer = (password: string) => (question: string) => {
    questions.push(question)
    return Promise.resolve(password)
  }
  expect(await whoIsThere(database, 'Bob', answer('hello'))).toBe('account:bob')
  await expect(whoIsThere(database, 'bob', answer('hullo'))).rejects.toThrow(
    'no account "bob" of the house has this password',
  )
  // An unknown name is asked for its password too: which names there are is not told.
  await expect(whoIsThere(database, 'eve', answer(''))).rejects.toThrow('no account "eve"')
  expect(questions).toEqual(['bob', 'bob', 'eve'].map((name) => `Password of ${name}: `))
  const lines = await database.sql`
    select subject from audit.entry where action = 'account.refused' order by id`
  expect(lines.map(({ subject }) => subject)).toEqual(['bob', 'eve'])
  const there = process.getuid?.() === 0 ? process.env['SUDO_USER'] : undefined
  expect(await whoIsThere(database, undefined)).toBe(`cli:${there ?? userInfo().username}`)
})
