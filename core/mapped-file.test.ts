import { mkdtempDisposableSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { loadNativeMap, openMappedFile } from './mapped-file.ts'

const native = loadNativeMap()
const layers = [
  ...(native.ok ? [['native', native] as const] : []),
  ['read', { ok: false, reason: 'asked for' }] as const,
] as const

describe.each(layers)('a mapped file (%s)', (_, layer) => {
  test('has the octets of the file, and keeps them when the file is replaced or gone', async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'accueil-map-'))
    const path = join(folder.path, 'file')
    writeFileSync(path, Buffer.alloc(100_000, 'abc'))
    const memory = await openMappedFile(path, layer)
    expect(memory.length).toBe(100_000)
    expect(Buffer.from(memory.subarray(0, 6)).toString()).toBe('abcabc')
    expect(memory.byteOffset % 4).toBe(0)
    rmSync(path)
    writeFileSync(path, 'another')
    expect(memory[99_999]).toBe('a'.charCodeAt(0))
  })

  test('that is not there is an error', async () => {
    using folder = mkdtempDisposableSync(join(tmpdir(), 'accueil-map-'))
    await expect(openMappedFile(join(folder.path, 'none'), layer)).rejects.toThrow(
      /[Nn]o such file/,
    )
    await expect(openMappedFile(folder.path, layer)).rejects.toThrow()
  })
})
