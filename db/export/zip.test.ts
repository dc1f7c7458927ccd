import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { AppError } from '#core/error.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { ZipWriter, listZip, readZipEntry } from './zip.ts'

const CONTENTS = {
  'a.txt': [Buffer.from('hello'), Buffer.from(' world')],
  'é.bin': [randomBytes(200_000), randomBytes(200_000)],
  'empty.txt': [],
} as const

async function write(path: string): Promise<void> {
  const zip = await ZipWriter.create(path, new Date('2026-11-23T04:56:25Z'))
  for (const [name, content] of Object.entries(CONTENTS)) await zip.add(name, content)
  await zip.finish()
}

async function readAll(path: string): Promise<Readonly<Record<string, string>>> {
  const contents: Record<string, string> = {}
  for (const entry of await listZip(path)) {
    const chunks: Buffer[] = []
    for await (const chunk of readZipEntry(path, entry)) chunks.push(chunk)
    contents[entry.name] = Buffer.concat(chunks).toString('base64')
  }
  return contents
}

const EXPECTED = Object.fromEntries(
  Object.entries(CONTENTS).map(([name, content]) => [
    name,
    Buffer.concat(content).toString('base64'),
  ]),
)

test('what is written is read back, and never over a file that is there', async () => {
  using folder = temporaryFolder()
  const path = folder.file('a.zip')
  await write(path)
  expect(await readAll(path)).toEqual(EXPECTED)
  await expect(ZipWriter.create(path, new Date())).rejects.toMatchObject({ code: 'EEXIST' })
})

const hasPython = spawnSync('python3', ['-c', '']).status === 0

test.skipIf(!hasPython)('another program opens it', async () => {
  using folder = temporaryFolder()
  await write(folder.file('a.zip'))
  const python =
    'import sys, zipfile; z = zipfile.ZipFile(sys.argv[1]); print(z.testzip(), z.namelist())'
  const { stdout } = spawnSync('python3', ['-X', 'utf8', '-c', python, folder.file('a.zip')])
  expect(stdout.toString()).toBe("None ['a.txt', 'é.bin', 'empty.txt']\n")
})

test('nothing can hide in it: not behind a packed file, not in a header', async () => {
  using folder = temporaryFolder()
  const path = folder.file('a.zip')
  const zip = await ZipWriter.create(path, new Date('2026-11-23T04:56:25Z'))
  await zip.add('a.txt', [Buffer.from('hello')])
  await zip.finish()
  const whole = readFileSync(path)
  const central = whole.length - 22 - 46 - 'a.txt'.length
  const hidden = Buffer.from('hidden')
  const longer = Buffer.concat([whole.subarray(0, central), hidden, whole.subarray(central)])
  // The sizes in both headers, and where the list begins.
  const places = [18, central + hidden.length + 20, longer.length - 6]
  for (const at of places) longer.writeUInt32LE(longer.readUInt32LE(at) + hidden.length, at)
  writeFileSync(path, longer)
  await expect(readAll(path)).rejects.toThrow('a.txt in the pack is damaged')
  // Its attributes, and the comment that the end may announce.
  for (const fromEnd of [22 + 5 + 8, 1]) {
    const other = Buffer.from(whole)
    other.writeUInt8(1, whole.length - fromEnd)
    writeFileSync(path, other)
    await expect(readAll(path)).rejects.toThrow(/is not a pack, or not whole/)
  }
  writeFileSync(path, whole)
  expect(await readAll(path)).toEqual({ 'a.txt': Buffer.from('hello').toString('base64') })
})

test('a file of anything gives the content or a sentence, nothing else', async () => {
  using folder = temporaryFolder()
  const whole = folder.file('a.zip')
  await write(whole)
  const bytes = readFileSync(whole)
  const other = folder.file('b.zip')
  const spot = fc.record({
    // Most of the file is noise: the headers at its end are what is read.
    fromEnd: fc.oneof(fc.nat({ max: 250 }), fc.nat({ max: bytes.length - 1 })),
    value: fc.nat({ max: 255 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(spot, { minLength: 1, maxLength: 4 }), async (spots) => {
      const mutated = Buffer.from(bytes)
      for (const { fromEnd, value } of spots) mutated[bytes.length - 1 - fromEnd] = value
      writeFileSync(other, mutated)
      try {
        const contents = await readAll(other)
        expect(Object.values(contents)).toEqual(Object.values(EXPECTED))
      } catch (thrown) {
        if (!(thrown instanceof AppError)) throw thrown
      }
    }),
    { numRuns: 100 },
  )
})
