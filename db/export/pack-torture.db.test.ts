import { readFileSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AppError } from '#core/error.ts'
import { openTestDatabase } from '../../test/support/database.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { peakOf } from '../../test/support/live-bytes.ts'
import { packOf } from '../../test/support/packs.ts'
import { dayFromNow, fillDay } from '../../test/support/sealed-log.ts'
import { verifyPack } from './verify-pack.ts'
import { listZip, readZipEntry } from './zip.ts'

const DAY = dayFromNow(-5)

/** What is said of these bytes: never an exception that is not a sentence of ours. */
async function said(path: string, bytes: Uint8Array): Promise<readonly string[]> {
  writeFileSync(path, bytes)
  try {
    return (await verifyPack(path, null)).problems
  } catch (thrown) {
    if (thrown instanceof AppError) return [thrown.message]
    throw thrown
  }
}

async function contentsOf(path: string): Promise<Readonly<Record<string, string>>> {
  const contents: Record<string, string> = {}
  for (const entry of await listZip(path)) {
    const chunks: Buffer[] = []
    for await (const chunk of readZipEntry(path, entry)) chunks.push(chunk)
    contents[entry.name] = Buffer.concat(chunks).toString('base64')
  }
  return contents
}

describe.each([
  ['of 300 rows', 'bob'],
  ['that says no match', 'nobody'],
])('a pack %s', (_, user) => {
  test('with any bit flipped is not in order, or holds the very same files', async () => {
    await using database = await openTestDatabase()
    using folder = temporaryFolder()
    await fillDay(database, DAY, 300, { account: 'bob' })
    await packOf(database, { user }, folder.file('pack.zip'))
    const whole = readFileSync(folder.file('pack.zip'))
    const other = folder.file('other.zip')
    expect(await said(other, whole)).toEqual([])
    const contents = await contentsOf(other)
    const flip = fc.record({ at: fc.nat(whole.length - 1), bit: fc.nat(7) })
    await fc.assert(
      fc.asyncProperty(flip, async ({ at, bit }) => {
        const bytes = Buffer.from(whole)
        bytes.writeUInt8(bytes.readUInt8(at) ^ (1 << bit), at)
        // But for the bits that fill up the last byte of a packed file, which stand for nothing.
        if ((await said(other, bytes)).length === 0) {
          expect(await contentsOf(other)).toEqual(contents)
        }
      }),
      { numRuns: 200 },
    )
  })

  test('cut anywhere, or with anything behind it, is not whole', async () => {
    await using database = await openTestDatabase()
    using folder = temporaryFolder()
    await fillDay(database, DAY, 300, { account: 'bob' })
    await packOf(database, { user }, folder.file('pack.zip'))
    const whole = readFileSync(folder.file('pack.zip'))
    const other = folder.file('other.zip')
    const notWhole = [`${other} is not a pack, or not whole`]
    for (let length = 0; length < whole.length; length += Math.ceil(whole.length / 200)) {
      expect(await said(other, whole.subarray(0, length)), String(length)).toEqual(notWhole)
    }
    for (const more of [Buffer.from([0]), whole]) {
      expect(await said(other, Buffer.concat([whole, more]))).not.toEqual([])
    }
  })
})

test('a pack of 20,000 rows is written and verified without holding it in memory', async () => {
  await using database = await openTestDatabase()
  using folder = temporaryFolder()
  const path = folder.file('pack.zip')
  for (const days of [-5, -4, -3, -2, -1]) {
    await fillDay(database, dayFromNow(days), 4_000, { account: 'bob' })
  }
  await database.sql`analyze log.connection_row`
  const held = await peakOf(async () => {
    expect(await packOf(database, { user: 'bob' }, path)).toBe(20_000)
    expect((await verifyPack(path, null)).problems).toEqual([])
  })
  // The rows themselves are a kilobyte each in memory: with them it is above 20 million.
  expect(held).toBeLessThan(16_000_000)
})
