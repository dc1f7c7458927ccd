import { expect, test } from 'vitest'
import { openTestDatabase } from '../test/support/database.ts'
import { CONTRACT_FILES, temporaryFolder } from '../test/support/folder.ts'
import { accueilAt } from './testing/run-at.ts'

test('lists check says whether a name is blocked, and by which line of which list', async () => {
  await using database = await openTestDatabase()
  using house = temporaryFolder(CONTRACT_FILES)
  const applied = await accueilAt(database.url, 'apply', house.file('house.yaml'))
  expect(applied).toMatchObject({ code: 0 })
  const check = async (...words: readonly string[]): Promise<string> =>
    (await accueilAt(database.url, 'lists', 'check', ...words)).stdout
  expect(await check('www.bad.example', '--site', '75-0042')).toMatch(
    /^www\.bad\.example is blocked:\n {2}list adult \(adult\), line 1: bad\.example\n {2}decided by the organisation\n {2}answered with: .+reference [A-Z0-9]+\n$/,
  )
  expect(await check('www.example.org')).toContain('is blocked by the rule for example.org (guest)')
  expect(await check('www.example.org', '--network', 'staff')).toContain('is not blocked')
})

test('apply with a bad file changes nothing and says what, where', async () => {
  await using database = await openTestDatabase()
  using house = temporaryFolder({ 'house.yaml': 'version: 1\nlists: 1\nsite: []\n' })
  const done = await accueilAt(database.url, 'apply', house.file('house.yaml'))
  expect(done.code).toBe(1)
  expect(done.stderr).toContain('house.yaml:2: lists must be a list')
  expect(done.stderr).toContain('house.yaml:3: site is not a key of this format')
  expect(done.stderr).toContain('2 mistakes; nothing was changed')
})

test('a command that is not there, or lacks what it needs, says so', async () => {
  const none = 'postgres://127.0.0.1:9/none'
  expect(await accueilAt(none, 'fly')).toMatchObject({ code: 2 })
  const bare = await accueilAt(none, 'sites', 'import')
  expect(bare).toMatchObject({ code: 2, stderr: expect.stringContaining('needs one file') })
})
