import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { createSeal } from '#core/seal.ts'
import { expect, test } from 'vitest'
import { openTestDatabase } from '../test/support/database.ts'
import { temporaryFolder } from '../test/support/folder.ts'
import { testSeal } from '../test/support/house.ts'
import { runKeyJoin, runKeySplit } from './key.ts'
import { runAt } from './testing/run-at.ts'

const OPTIONS = ['--shares', '5', '--threshold', '3', '--reason', 'yearly']

test('three of five sheets open what was sealed; the splitting is in the audit, the key nowhere', async () => {
  await using database = await openTestDatabase()
  using folder = temporaryFolder()
  const out = folder.file('sheets')
  const split = await runAt(database.url, () => runKeySplit([...OPTIONS, '--out', out]))
  expect([split.code, split.errors]).toEqual([0, []])
  const files = readdirSync(out).map((name) => `${out}/${name}`)
  expect(files).toHaveLength(5)
  const secret = '07'.repeat(32)
  for (const file of files) {
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(readFileSync(file, 'utf8')).not.toContain(secret)
  }
  const [line] = await database.sql<{ line: string }[]>`
    select concat_ws(' ', action, subject, reason, details::text) as line from audit.entry`
  expect(line?.line).toMatch(/^key.split key [0-9a-f]{8} yearly \{"shares": 5, .*"threshold": 3/)
  expect(line?.line).not.toContain(secret)

  const sealed = testSeal.seal('testing123', 'a gateway')
  const [a = '', , b = '', , c = ''] = files
  const joined = await runAt(database.url, () => runKeyJoin([c, a, b]))
  expect(joined.code).toBe(0)
  const key = createSeal(new Uint8Array(Buffer.from(joined.out[0] ?? '', 'hex')))
  expect(Buffer.from(key.open(sealed, 'a gateway') ?? []).toString()).toBe('testing123')
  const written = folder.file('master.key')
  await runAt(database.url, () => runKeyJoin([a, b, c, '--out', written]))
  expect(readFileSync(written, 'utf8')).toBe(`${secret}\n`)
  await expect(runKeyJoin([a, b, c, '--out', written])).rejects.toThrow('is there already')
  await expect(runKeyJoin([a, b])).rejects.toThrow(
    '3 different shares make the key, and here are 2',
  )

  const text = readFileSync(a, 'utf8')
  writeFileSync(a, text.slice(0, -3) + (text.at(-3) === 'X' ? 'Y' : 'X') + text.slice(-2))
  await expect(runKeyJoin([a, b, c])).rejects.toThrow(`${a}: its check is wrong`)
})

test('what cannot be is refused, and no sheet is written over', async () => {
  await using database = await openTestDatabase()
  using folder = temporaryFolder({ 'share-2-of-5.txt': 'somebody else’s' })
  await expect(runKeySplit(['--shares', '17', '--threshold', '3'])).rejects.toThrow('from 2 to 16')
  await expect(runKeySplit(['--shares', '5', '--threshold', '6'])).rejects.toThrow('from 2 to 5')
  await expect(runKeySplit(OPTIONS)).rejects.toThrow('give --out FOLDER')
  await expect(
    runAt(database.url, () => runKeySplit([...OPTIONS, '--out', folder.path])),
  ).rejects.toThrow('is there already')
  expect(readdirSync(folder.path)).toEqual(['share-2-of-5.txt'])
  await expect(runKeyJoin([folder.file('share-2-of-5.txt')])).rejects.toThrow('and a share has 79')
  await expect(runKeyJoin([folder.file('none')])).rejects.toThrow('cannot be read')
})
