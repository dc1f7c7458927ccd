import {
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSeal } from './seal.ts'
import { diskFiles } from './spool-files.ts'
import type { SpoolFiles } from './spool-files.ts'
import { createSpool } from './spool.ts'
import type { Spool, SpoolOptions } from './spool.ts'

const seal = createSeal(new Uint8Array(32).fill(7))
let root = ''
let damage: string[] = []
let opened: Spool[] = []

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'accueil-spool-'))
  damage = []
  opened = []
})
afterEach(async () => {
  for (const spool of opened) await spool.close()
  rmSync(root, { recursive: true, force: true })
})

async function open(options: Partial<SpoolOptions> = {}): Promise<Spool> {
  const spool = createSpool({
    root,
    seal,
    onDamage: (_path, reason) => damage.push(reason),
    ...options,
    limits: { reserveBytes: 0, ...options.limits },
  })
  await spool.open()
  opened.push(spool)
  return spool
}

function segments(): readonly string[] {
  return readdirSync(root, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.spool'))
    .map((name) => join(root, name))
    .toSorted()
}

/** All lines, oldest first; nothing is left. */
async function drain(spool: Spool, limit = 100): Promise<readonly string[]> {
  const lines: string[] = []
  for (let batch = await spool.next(limit); batch !== null; batch = await spool.next(limit)) {
    lines.push(...batch.lines)
    await spool.done(batch)
  }
  return lines
}

async function keep(spool: Spool, ...lines: readonly string[]): Promise<void> {
  for (const line of lines) expect(await spool.append(line)).toEqual({ ok: true })
}

function numbered(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => `line ${i}`)
}

describe('a line', () => {
  test('comes back in the order of its keeping, and leaves nothing behind', async () => {
    const spool = await open()
    expect(spool.isEmpty).toBe(true)
    await Promise.all(numbered(1000).map((line) => keep(spool, line)))
    expect(spool.lines).toBe(1000)
    expect(spool.bytes).toBe(segments().reduce((total, file) => total + statSync(file).size, 0))
    expect(await drain(spool)).toEqual(numbered(1000))
    expect({ empty: spool.isEmpty, lines: spool.lines, bytes: spool.bytes }).toEqual({
      empty: true,
      lines: 0,
      bytes: 0,
    })
    expect(segments()).toEqual([])
  })

  test('is on disk for its owner only, and not to be read there', async () => {
    const spool = await open()
    await keep(spool, 'the MAC address of a person')
    const [file = ''] = segments()
    expect(statSync(file).mode & 0o777).toBe(0o600)
    expect(statSync(join(file, '..')).mode & 0o777).toBe(0o700)
    expect(readFileSync(file, 'latin1')).not.toContain('person')
  })

  test('shares its write with those that came together', async () => {
    let syncs = 0
    const spool = await open({
      files: withFile((file) => ({
        ...file,
        sync: () => {
          syncs += 1
          return file.sync()
        },
      })),
    })
    await Promise.all(numbered(500).map((line) => spool.append(line)))
    expect(syncs).toBe(1)
  })

  test('that is read again before it is done with is the same', async () => {
    const spool = await open()
    await keep(spool, 'one', 'two')
    expect((await spool.next(1))?.lines).toEqual(['one'])
    expect((await spool.next(1))?.lines).toEqual(['one'])
    expect(await drain(spool, 1)).toEqual(['one', 'two'])
  })

  test('kept while others are read goes behind them', async () => {
    const spool = await open({ limits: { segmentBytes: 400 } })
    const seen: string[] = []
    for (let i = 0; i < 40; i += 1) {
      await keep(spool, `line ${i}`)
      if (i % 3 !== 0) continue
      const batch = await spool.next(1)
      if (batch === null) continue
      const more = spool.append(`line ${i} again`)
      await spool.done(batch)
      seen.push(...batch.lines)
      await more
    }
    seen.push(...(await drain(spool)))
    expect(seen.map((line) => line.split(' ')[1])).toEqual(
      Array.from({ length: 40 }, (_, i) => (i % 3 === 0 ? [`${i}`, `${i}`] : [`${i}`])).flat(),
    )
    expect(segments()).toEqual([])
  })

  test('that is longer than a frame holds is refused', async () => {
    const spool = await open()
    expect(await spool.append('x'.repeat(20_000))).toMatchObject({ ok: false })
    const long = 'é'.repeat(8000)
    await Promise.all(numbered(20).map(() => keep(spool, long)))
    expect(await drain(spool)).toEqual(numbered(20).map(() => long))
  })
})

describe('after a crash', () => {
  /** As a process leaves it that is killed: nothing closed, the lock let go by the kernel. */
  async function crashed(...lines: readonly string[]): Promise<string> {
    const spool = await open()
    await keep(spool, ...lines)
    await spool.close()
    const [file = ''] = segments()
    return file
  }

  test('what was kept is there', async () => {
    await crashed('one', 'two')
    expect(await drain(await open())).toEqual(['one', 'two'])
  })

  test('a tail torn at any byte is cut, and all before it is there', async () => {
    const file = await crashed('one', 'two')
    const whole = readFileSync(file)
    const spool = await open()
    const first = await spool.next(1)
    const firstEnd = first?.end ?? 0
    await spool.close()
    expect(firstEnd).toBeGreaterThan(0)
    for (let length = firstEnd; length < whole.length; length += 1) {
      writeFileSync(file, whole.subarray(0, length))
      const again = await open()
      expect(again.lines).toBe(1)
      expect(statSync(file).size).toBe(firstEnd)
      await keep(again, 'three')
      expect(await drain(again)).toEqual(['one', 'three'])
      await again.close()
      writeFileSync(file, whole)
    }
    expect(damage).toEqual([])
  })

  test('a tail of noise or of zeroes, as file systems leave it, is cut', async () => {
    const file = await crashed('one', 'two')
    const whole = readFileSync(file)
    for (const tail of [
      Buffer.alloc(4096),
      Buffer.from('AcS1'.repeat(100)),
      whole.subarray(0, 30),
    ]) {
      writeFileSync(file, Buffer.concat([whole, tail]))
      const spool = await open()
      expect(await drain(spool)).toEqual(['one', 'two'])
      await spool.close()
      writeFileSync(file, whole)
    }
    expect(damage).toEqual([])
  })

  test('a fault in the middle costs its frame alone, is told, and the file is kept', async () => {
    const file = await crashed('one', 'two', 'three')
    const spoiled = readFileSync(file)
    const at = Math.floor(spoiled.length / 2)
    spoiled[at] = (spoiled[at] ?? 0) ^ 1
    writeFileSync(file, spoiled)
    const spool = await open()
    expect(await drain(spool)).toEqual(['one', 'three'])
    expect(damage).toEqual(['a part of it is lost'])
    expect(readFileSync(`${file}.damaged`)).toEqual(spoiled)
    expect(spool.isEmpty).toBe(true)
  })

  test('any single bit that is wrong is noticed', async () => {
    const file = await crashed('one', 'two', 'three')
    const whole = readFileSync(file)
    for (let at = 0; at < whole.length; at += 1) {
      const spoiled = Buffer.from(whole)
      spoiled[at] = (spoiled[at] ?? 0) ^ (1 << (at % 8))
      writeFileSync(file, spoiled)
      const spool = await open()
      const lines = await drain(spool)
      expect(lines.length).toBe(2)
      expect(['one', 'two', 'three']).toEqual(expect.arrayContaining([...lines]))
      await spool.close()
      rmSync(`${file}.damaged`, { force: true })
    }
  })

  test('what was sealed with another key is kept aside', async () => {
    const file = await crashed('one')
    const spool = await open({ seal: createSeal(new Uint8Array(32).fill(8)) })
    expect(await drain(spool)).toEqual([])
    expect(damage).toHaveLength(1)
    expect(statSync(`${file}.damaged`).size).toBeGreaterThan(0)
  })

  test('a file that became shorter while it was open ends there', async () => {
    const spool = await open()
    await keep(spool, 'one', 'two')
    const [file = ''] = segments()
    truncateSync(file, 10)
    expect(await drain(spool)).toEqual([])
    expect(damage).toHaveLength(1)
  })
})

describe('several processes', () => {
  test('have a folder each, and take over what a dead one has left', async () => {
    const a = await open()
    const b = await open()
    const c = await open()
    await keep(a, 'a1', 'a2')
    await keep(b, 'b1')
    await keep(c, 'c1')
    expect(new Set(segments().map((file) => join(file, '..'))).size).toBe(3)
    // They live: nobody takes anything of them.
    expect(await c.adopt()).toBe(0)
    await b.close()
    expect(await c.adopt()).toBe(1)
    expect([...(await drain(c))].toSorted()).toEqual(['b1', 'c1'])
    await a.close()
    const d = await open()
    expect(await drain(d)).toEqual(['a1', 'a2'])
    expect(segments()).toEqual([])
  })

  test('that have let go of their folder touch nothing in it any more', async () => {
    const a = await open()
    await keep(a, 'one')
    const late = await a.next(1)
    await a.close()
    const b = await open()
    if (late !== null) await a.done(late)
    expect(await a.append('two')).toMatchObject({ ok: false })
    expect(await drain(b)).toEqual(['one'])
  })

  test('keep the order of one that died several times', async () => {
    const lines: string[] = []
    for (let life = 0; life < 5; life += 1) {
      // Another process has the first place, so that each life begins in another folder.
      const other = life % 2 === 0 ? await open() : null
      const spool = await open({ limits: { segmentBytes: 200 } })
      for (let i = 0; i < 4; i += 1) {
        lines.push(`${life} ${i}`)
        await keep(spool, `${life} ${i}`)
      }
      await other?.close()
      await spool.close()
    }
    expect(await drain(await open())).toEqual(lines)
  })
})

describe('a disk that refuses', () => {
  test('beyond the limit nothing is kept, until something was done with', async () => {
    const spool = await open({ limits: { bytes: 500, segmentBytes: 200 } })
    let kept = 0
    while ((await spool.append('a line')).ok) kept += 1
    expect(spool.bytes).toBeLessThanOrEqual(500)
    expect(await spool.append('a line')).toMatchObject({
      ok: false,
      reason: expect.stringContaining('500 bytes'),
    })
    expect(await drain(spool)).toHaveLength(kept)
    expect(await spool.append('a line')).toEqual({ ok: true })
  })

  test('nothing is kept of the last free bytes, which others need', async () => {
    let free = 10_000
    const files = { ...diskFiles, freeBytes: () => Promise.resolve(free) }
    const spool = await open({ files, limits: { reserveBytes: 5000 } })
    await keep(spool, 'one')
    free = 5010
    expect(await spool.append('two')).toMatchObject({ ok: false })
    expect(await drain(spool)).toEqual(['one'])
  })

  test.each(['write', 'half a write', 'sync', 'create'] as const)(
    'a failed %s keeps nothing of it, harms nothing before it, and passes',
    async (what) => {
      let isFull = false
      const fail = (): Promise<never> =>
        Promise.reject(Object.assign(new Error('ENOSPC: no space left'), { code: 'ENOSPC' }))
      const faulty = withFile((file) => ({
        ...file,
        async write(bytes, position) {
          if (isFull && what === 'write') await fail()
          if (isFull && what === 'half a write') {
            await file.write(bytes.subarray(0, bytes.length >> 1), position)
            await fail()
          }
          await file.write(bytes, position)
        },
        sync: () => (isFull && what === 'sync' ? fail() : file.sync()),
      }))
      const files: SpoolFiles = {
        ...faulty,
        create: (path) => (isFull && what === 'create' ? fail() : faulty.create(path)),
      }
      const spool = await open({ files, limits: { segmentBytes: what === 'create' ? 1 : 10_000 } })
      await keep(spool, 'one')
      isFull = true
      for (let i = 0; i < 3; i += 1) {
        expect(await spool.append('lost')).toEqual({ ok: false, reason: 'ENOSPC: no space left' })
      }
      isFull = false
      await keep(spool, 'two')
      expect(spool.lines).toBe(2)
      await spool.close()
      const again = await open()
      expect(await drain(again)).toEqual(['one', 'two'])
      expect(damage).toEqual([])
    },
  )
})

function withFile(
  change: (
    file: Awaited<ReturnType<SpoolFiles['create']>>,
  ) => Awaited<ReturnType<SpoolFiles['create']>>,
): SpoolFiles {
  return { ...diskFiles, create: async (path) => change(await diskFiles.create(path)) }
}
