import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openDatabase } from '#db/connection.ts'
import { startEmbedded } from '#db/embedded.ts'
import { repository, run } from '../support/peers/process.ts'
import { createProduct } from '../support/peers/product.ts'
import type { Product } from '../support/peers/product.ts'
import { createRunFolder } from '../support/peers/run-folder.ts'
import { dayFromNow, fillDay } from '../support/sealed-log.ts'

const folder = createRunFolder()
let product: Product

beforeAll(async () => {
  product = await createProduct(folder, { upstream: '127.0.0.1:9' })
  await product.start()
}, 60_000)

afterAll(async () => {
  await product[Symbol.asyncDispose]()
  folder.remove()
}, 60_000)

test('the jobs role seals the closed days, and logs verify finds the chain in order', async () => {
  const verified = await product.command('logs', 'verify')
  expect(verified).toMatchObject({ code: 0, stderr: '' })
  expect(verified.stdout).toMatch(/^\d+ seals from \S+ to \S+, 0 of them of days that are gone/)
  expect(verified.stdout).toContain('The log is as it was sealed.')
  const unsealed = await product.command('logs', 'verify', '--day', '2020-02-30')
  expect(unsealed).toMatchObject({ code: 2 })
})

test('a search as CSV streams, and a reader that has enough ends it quietly', async () => {
  const embedded = await startEmbedded({ dataDir: product.dataDir })
  const database = openDatabase(embedded.url, { applicationName: 'test' })
  await fillDay(database, dayFromNow(-1), 20_000, { account: '=alice', site: 'csv' })
  await database.close()
  await embedded.release()
  const words = ['logs', 'search', '--site', 'csv', '--reason', 'test']
  const both = await product.command(...words, '--csv', '--json')
  expect(both).toMatchObject({ code: 2, stderr: expect.stringContaining('not both') })
  const csv = await product.command(...words, '--csv')
  const lines = csv.stdout.split('\r\n')
  expect(lines).toHaveLength(20_002)
  expect(lines[0]).toMatch(/^sessionId,site,gateway,network,mac,user,/)
  expect(lines[1]).toContain(",csv,gw-0042,guest,02:00:00:00:00:01,'=alice,192.168.77.9,,,,")
  for (const format of [['--csv'], ['--json'], []]) {
    const command = [process.execPath, join(repository, 'main.ts'), ...words, ...format]
    const quoted = command.map((word) => `'${word}'`).join(' ')
    const piped = await run(['bash', '-c', `set -o pipefail; ${quoted} | head -n 1`], product)
    expect(piped).toMatchObject({ code: 0, stderr: '' })
    expect(piped.stdout.trim().split('\n')).toHaveLength(1)
  }
  const asked = await product.command(...words, '--at', '2026-07-14 12:00 Europe/Paris')
  expect(asked.stdout).toContain('at   2026-07-14T10:00:00.000Z')
})

test('a pack is not written on the word of one person', async () => {
  const pack = join(folder.path, 'pack.zip')
  const words = ['--mac', '02-AC-C0-E1-00-01', '--case', 'PV 1', '--reason', 'art. 77-1-1']
  const asked = await product.command('logs', 'export', ...words, '--out', pack)
  expect(asked.code).toBe(3)
  const [, code = ''] = /--approve (\S+)/.exec(asked.stdout) ?? []
  const again = await product.command('logs', 'export', ...words, '--out', pack)
  expect(again).toMatchObject({ code: 3, stdout: expect.stringContaining(code) })
  const alone = await product.command('logs', 'export', '--approve', code, '--out', pack)
  expect(alone).toMatchObject({ code: 1, stderr: expect.stringContaining('someone else') })
  expect(existsSync(pack)).toBe(false)
})

test('two accounts of the house, by their passwords, give a pack', async () => {
  const house = join(folder.path, 'house.yaml')
  const people = ['alice', 'bob'].map((name) => `{ username: ${name}, password: of-${name} }`)
  writeFileSync(house, `version: 1\naccounts: [${people.join(', ')}]\n`)
  expect(await product.command('apply', house)).toMatchObject({ code: 0 })
  const pack = join(folder.path, 'two.zip')
  const as = (name: string, password: string, words: readonly string[]) => {
    const quoted = words.map((word) => `'${word}'`).join(' ')
    const program = `'${process.execPath}' '${join(repository, 'main.ts')}' logs export`
    const line = `echo '${password}' | ${program} ${quoted} --as ${name} --out '${pack}'`
    return run(['bash', '-c', line], product)
  }
  const words = ['--user', 'nobody', '--case', 'PV 2', '--reason', 'art. 77-1-1']
  const asked = await as('alice', 'of-alice', words)
  expect(asked).toMatchObject({ code: 3, stderr: '' })
  const [, code = ''] = /--approve (\S+)/.exec(asked.stdout) ?? []
  const wrong = await as('bob', 'of-alice', ['--approve', code])
  expect(wrong).toMatchObject({ code: 1, stderr: expect.stringContaining('no account "bob"') })
  const alone = await as('alice', 'of-alice', ['--approve', code])
  expect(alone).toMatchObject({ code: 1, stderr: expect.stringContaining('someone else') })
  expect(existsSync(pack)).toBe(false)
  expect(await as('bob', 'of-bob', ['--approve', code])).toMatchObject({ code: 0, stderr: '' })
  const verified = await product.command('logs', 'verify', pack)
  expect(verified.stdout).toContain('requested by account:alice, approved by account:bob')
})

test('another key is made on the command line, and the old one still verifies', async () => {
  const old = join(folder.path, 'old.pem')
  writeFileSync(old, (await product.command('logs', 'seal', '--key')).stdout)
  const silent = await product.command('logs', 'seal', '--new-key', '--lost')
  expect(silent).toMatchObject({ code: 2, stderr: expect.stringContaining('say why') })
  const made = await product.command('logs', 'seal', '--new-key')
  expect(made).toMatchObject({ code: 0, stdout: expect.stringContaining('has handed over to') })
  for (const what of [[], ['--day', dayFromNow(-5)], [join(folder.path, 'two.zip')]]) {
    expect(await product.command('logs', 'verify', ...what, '--key', old)).toMatchObject({
      code: 0,
    })
  }
  const verified = await product.command('logs', 'verify', '--key', old)
  expect(verified.stdout).toMatch(/^the key \w+ handed over to \w+ on \S+, and signed that\n/)
})

test('a published file is checked where there is no house', async () => {
  const nowhere = { env: { ...product.env, ACCUEIL_DATA_DIR: '/nonexistent' } }
  const file = join(folder.path, 'seals.jsonl')
  writeFileSync(file, '')
  const words = [join(repository, 'main.ts'), 'logs', 'verify', '--offline']
  const checked = await run([process.execPath, ...words, '--published', file], nowhere)
  expect(checked).toMatchObject({ code: 1, stdout: expect.stringContaining('holds no seal') })
  expect(await run([process.execPath, ...words], nowhere)).toMatchObject({ code: 2 })
})

test('the quarantine is seen, tried again, and let go', async () => {
  const word = ['logs', 'quarantine']
  const id = '00000000-0000-4000-8000-000000000001'
  const none = await product.command(...word)
  expect(none).toMatchObject({ code: 0, stdout: 'Nothing is in quarantine.\n' })
  const embedded = await startEmbedded({ dataDir: product.dataDir })
  const database = openDatabase(embedded.url, { applicationName: 'test' })
  await database.sql`
    insert into log.quarantine (id, gateway, content, reason) values (${id}, 'gw-1', '[9]', 'r')`
  await database.close()
  await embedded.release()
  expect((await product.command(...word)).stdout).toContain(`${id}  `)
  const again = await product.command(...word, 'retry')
  expect(again).toMatchObject({ code: 1, stdout: expect.stringContaining('1 stay') })
  expect(await product.command(...word, 'drop', id)).toMatchObject({ code: 2 })
  expect(await product.command(...word, 'drop', id, '--reason', 'test')).toMatchObject({ code: 0 })
  const gone = await product.command(...word, 'retry', id)
  expect(gone).toMatchObject({ code: 1, stderr: expect.stringContaining(`no event ${id}`) })
})

test('a purge says what would go, a hold needs named rows', async () => {
  const purge = await product.command('logs', 'purge', '--dry-run')
  expect(purge).toMatchObject({ code: 0, stdout: expect.stringContaining('would go') })
  const end = ['--case', 'PV 1', '--reason', 'letter', '--until', '2099-01-01']
  const wide = await product.command('logs', 'hold', 'add', '--site', '75-0042', ...end)
  expect(wide).toMatchObject({ code: 2, stderr: expect.stringContaining('for named rows') })
  const none = await product.command('logs', 'hold', 'add', '--user', 'nobody', ...end)
  expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('nothing is held') })
})
