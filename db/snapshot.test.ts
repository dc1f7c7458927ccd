import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../test/support/folder.ts'
import { createSnapshot } from './snapshot.ts'
import type { SnapshotFormat } from './snapshot.ts'

interface Named {
  readonly name: string
  readonly until: Date | null
}

/** Each format had no end of things, before there was one. */
const format = (number: number): SnapshotFormat<Named> => ({
  number,
  fromBefore: (value) => ({ ...(value as { name: string }), until: null }),
})
const VALUE: Named = { name: 'bad.example', until: new Date(1_800_000_000_000) }

describe('a snapshot', () => {
  test('has the value as it was, with its instants', async () => {
    using folder = temporaryFolder()
    const file = folder.file('deep/rules')
    await createSnapshot(file, format(3)).write(VALUE)
    expect(createSnapshot(file, format(3)).read()).toEqual({ ok: true, value: VALUE })
  })

  test('of several at once keeps the newest, and leaves no draft', async () => {
    using folder = temporaryFolder()
    const snapshot = createSnapshot(folder.file('value'), format(3))
    const names = ['a', 'b', 'c']
    await Promise.all(names.map((name) => snapshot.write({ name, until: null })))
    expect(snapshot.read()).toEqual({ ok: true, value: { name: 'c', until: null } })
    expect(readdirSync(folder.path)).toEqual(['value'])
  })

  test('of a value that has not changed is not written again', async () => {
    using folder = temporaryFolder()
    const file = folder.file('value')
    const snapshot = createSnapshot(file, format(3))
    const written = async (value: Named): Promise<number> => {
      await snapshot.write(value)
      return statSync(file).ino
    }
    const first = await written(VALUE)
    expect(await written({ ...VALUE })).toBe(first)
    expect(await written({ ...VALUE, until: null })).not.toBe(first)
  })

  test('of the version before is read as it is now; of any other it is said that it cannot be', async () => {
    using folder = temporaryFolder()
    const file = folder.file('value')
    await createSnapshot(file, format(3)).write(VALUE)
    const next = createSnapshot(file, format(4))
    expect(next.read()).toEqual({ ok: true, value: { ...VALUE, until: null } })
    for (const number of [2, 5]) {
      expect(createSnapshot(file, format(number)).read()).toEqual({
        ok: false,
        reason: `${file} has format 3, and this version reads ${number - 1} and ${number}`,
      })
    }
    // Once more with what is new: the next start need not be told of the old one.
    await next.write(VALUE)
    expect(next.read()).toEqual({ ok: true, value: VALUE })
  })

  test('that is damaged, cut off or not there is none', async () => {
    using folder = temporaryFolder()
    const file = folder.file('value')
    const snapshot = createSnapshot(file, format(3))
    await snapshot.write(VALUE)
    const bytes = readFileSync(file)
    for (let at = 0; at < bytes.length; at++) {
      const changed = Buffer.from(bytes)
      changed[at] = (changed[at] ?? 0) ^ 1
      writeFileSync(file, changed)
      expect(snapshot.read()).toEqual({ ok: false, reason: `${file} is damaged` })
      writeFileSync(file, bytes.subarray(0, at))
      expect(snapshot.read()).toEqual({ ok: false, reason: `${file} is damaged` })
    }
    const none = folder.file('none')
    expect(createSnapshot(none, format(3)).read()).toEqual({
      ...{ ok: false, reason: `${none} is not there` },
    })
  })
})
