import { readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../test/support/folder.ts'
import { createSnapshot } from './snapshot.ts'

describe('a snapshot', () => {
  test('has the value as it was, with its instants', async () => {
    using folder = temporaryFolder()
    const file = folder.file('deep/rules')
    const value = [{ domain: 'bad.example', until: new Date(1_800_000_000_000), site: null }]
    await createSnapshot(file, '0034').write(value)
    expect(createSnapshot(file, '0034').read()).toEqual(value)
  })

  test('of several at once keeps the newest, and leaves no draft', async () => {
    using folder = temporaryFolder()
    const snapshot = createSnapshot<number>(folder.file('value'), '1')
    await Promise.all([1, 2, 3].map((value) => snapshot.write(value)))
    expect(snapshot.read()).toBe(3)
    expect(readdirSync(folder.path)).toEqual(['value'])
  })

  test('of another version, damaged, cut off or not there is none', async () => {
    using folder = temporaryFolder()
    const file = folder.file('value')
    await createSnapshot(file, '1').write({ a: 'text' })
    expect(createSnapshot(file, '2').read()).toBeNull()
    const bytes = readFileSync(file)
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 1
      writeFileSync(file, changed)
      expect(createSnapshot(file, '1').read()).toBeNull()
      writeFileSync(file, bytes.subarray(0, at))
      expect(createSnapshot(file, '1').read()).toBeNull()
    }
    expect(createSnapshot(folder.file('none'), '1').read()).toBeNull()
  })
})
