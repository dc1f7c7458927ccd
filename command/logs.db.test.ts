import { existsSync, writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { openTestDatabase } from '../test/support/database.ts'
import { temporaryFolder } from '../test/support/folder.ts'
import { packOf } from '../test/support/packs.ts'
import { dayFromNow, sealNow } from '../test/support/sealed-log.ts'
import { accueilAt } from './testing/run-at.ts'

test('a pack is not written on the word of one person', async () => {
  await using database = await openTestDatabase()
  using folder = temporaryFolder()
  const pack = folder.file('pack.zip')
  const run = (...words: readonly string[]) =>
    accueilAt(database.url, 'logs', 'export', ...words, '--out', pack)
  const words = ['--mac', '02-AC-C0-E1-00-01', '--case', 'PV 1', '--reason', 'art. 77-1-1']
  const asked = await run(...words)
  expect(asked.code).toBe(3)
  const [, code = ''] = /--approve (\S+)/.exec(asked.stdout) ?? []
  expect(await run(...words)).toMatchObject({ code: 3, stdout: expect.stringContaining(code) })
  const alone = await run('--approve', code)
  expect(alone).toMatchObject({ code: 1, stderr: expect.stringContaining('someone else') })
  expect(existsSync(pack)).toBe(false)
})

test('another key is made on the command line, and the old one still verifies', async () => {
  await using database = await openTestDatabase()
  using folder = temporaryFolder()
  await sealNow(database)
  const pack = folder.file('two.zip')
  await packOf(database, { user: 'nobody' }, pack)
  const run = (...words: readonly string[]) => accueilAt(database.url, 'logs', ...words)
  const old = folder.file('old.pem')
  writeFileSync(old, (await run('seal', '--key')).stdout)
  const silent = await run('seal', '--new-key', '--lost')
  expect(silent).toMatchObject({ code: 2, stderr: expect.stringContaining('say why') })
  const made = await run('seal', '--new-key')
  expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining('has handed over to') })
  for (const what of [[], ['--day', dayFromNow(-5)], [pack]]) {
    expect(await run('verify', ...what, '--key', old)).toMatchObject({ code: 0 })
  }
  const verified = await run('verify', '--key', old)
  expect(verified.stdout).toMatch(/^the key \w+ handed over to \w+ on \S+, and signed that\n/)
  expect(await run('verify', '--day', '2020-02-30')).toMatchObject({ code: 2 })
})

test('the quarantine is seen, tried again, and let go', async () => {
  await using database = await openTestDatabase()
  const run = (...words: readonly string[]) =>
    accueilAt(database.url, 'logs', 'quarantine', ...words)
  const id = '00000000-0000-4000-8000-000000000001'
  expect(await run()).toMatchObject({ code: 0, stdout: 'Nothing is in quarantine.\n' })
  await database.sql`
    insert into log.quarantine (id, gateway, content, reason) values (${id}, 'gw-1', '[9]', 'r')`
  expect((await run()).stdout).toContain(`${id}  `)
  const again = await run('retry')
  expect(again).toMatchObject({ code: 1, stdout: expect.stringContaining('1 stay') })
  expect(await run('drop', id)).toMatchObject({ code: 2 })
  expect(await run('drop', id, '--reason', 'test')).toMatchObject({ code: 0 })
  const gone = await run('retry', id)
  expect(gone).toMatchObject({ code: 1, stderr: expect.stringContaining(`no event ${id}`) })
})

test('a purge says what would go, a hold needs named rows, a search a reason and an instant', async () => {
  await using database = await openTestDatabase()
  const run = (...words: readonly string[]) => accueilAt(database.url, 'logs', ...words)
  const purge = await run('purge', '--dry-run')
  expect(purge).toMatchObject({ code: 0, stdout: expect.stringContaining('would go') })
  const end = ['--case', 'PV 1', '--reason', 'letter', '--until', '2099-01-01']
  const wide = await run('hold', 'add', '--site', '75-0042', ...end)
  expect(wide).toMatchObject({ code: 2, stderr: expect.stringContaining('for named rows') })
  const none = await run('hold', 'add', '--user', 'nobody', ...end)
  expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('nothing is held') })
  const silent = await run('search', '--mac', '02-AC-C0-E1-00-01')
  expect(silent).toMatchObject({ code: 2, stderr: expect.stringContaining('--reason is missing') })
  const words = ['search', '--site', 'csv', '--reason', 'test']
  const asked = await run(...words, '--at', '2026-07-14 12:00 Europe/Paris')
  expect(asked.stdout).toContain('at   2026-07-14T10:00:00.000Z')
  const both = await run(...words, '--csv', '--json')
  expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('not both') })
})
