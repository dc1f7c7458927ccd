import { existsSync } from 'node:fs'
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

test('a purge says what would go, a hold needs named rows', async () => {
  const purge = await product.command('logs', 'purge', '--dry-run')
  expect(purge).toMatchObject({ code: 0, stdout: expect.stringContaining('would go') })
  const end = ['--case', 'PV 1', '--reason', 'letter', '--until', '2099-01-01']
  const wide = await product.command('logs', 'hold', 'add', '--site', '75-0042', ...end)
  expect(wide).toMatchObject({ code: 2, stderr: expect.stringContaining('for named rows') })
  const none = await product.command('logs', 'hold', 'add', '--user', 'nobody', ...end)
  expect(none).toMatchObject({ code: 1, stderr: expect.stringContaining('nothing is held') })
})
