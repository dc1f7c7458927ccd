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
  product = await createProduct(folder, { upstream: '127.0.0.1:9', roles: ['jobs'] })
  await product.start()
})

afterAll(async () => {
  await product[Symbol.asyncDispose]()
  folder.remove()
})

test('the jobs role seals the closed days, and logs verify finds the chain in order', async () => {
  const verified = await product.command('logs', 'verify')
  expect(verified).toMatchObject({ code: 0, stderr: '' })
  expect(verified.stdout).toMatch(/^\d+ seals from \S+ to \S+, 0 of them of days that are gone/)
  expect(verified.stdout).toContain('The log is as it was sealed.')
})

test('a search as CSV streams, and a reader that has enough ends it quietly', async () => {
  const embedded = await startEmbedded({ dataDir: product.dataDir })
  const database = openDatabase(embedded.url, { applicationName: 'test' })
  await fillDay(database, dayFromNow(-1), 5_000, { account: '=alice', site: 'csv' })
  await database.close()
  await embedded.release()
  const words = ['logs', 'search', '--site', 'csv', '--reason', 'test']
  const csv = await product.command(...words, '--csv')
  const lines = csv.stdout.split('\r\n')
  expect(lines).toHaveLength(5_002)
  expect(lines[0]).toMatch(/^sessionId,site,gateway,network,mac,user,/)
  expect(lines[1]).toContain(",csv,gw-0042,guest,02:00:00:00:00:01,'=alice,192.168.77.9,,,,")
  for (const format of [['--csv'], []]) {
    const command = [process.execPath, join(repository, 'main.ts'), ...words, ...format]
    const quoted = command.map((word) => `'${word}'`).join(' ')
    const piped = await run(['bash', '-c', `set -o pipefail; ${quoted} | head -n 1`], product)
    expect(piped).toMatchObject({ code: 0, stderr: '' })
    expect(piped.stdout.trim().split('\n')).toHaveLength(1)
  }
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

test('a published file is checked where there is no house', async () => {
  const nowhere = { env: { ...product.env, ACCUEIL_DATA_DIR: '/nonexistent' } }
  const file = join(folder.path, 'seals.jsonl')
  writeFileSync(file, '')
  const words = [join(repository, 'main.ts'), 'logs', 'verify', '--offline']
  const checked = await run([process.execPath, ...words, '--published', file], nowhere)
  expect(checked).toMatchObject({ code: 1, stdout: expect.stringContaining('holds no seal') })
  expect(await run([process.execPath, ...words], nowhere)).toMatchObject({ code: 2 })
})
