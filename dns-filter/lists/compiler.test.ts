import { createHash } from 'node:crypto'
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { ListHead } from '#db/lists.ts'
import { packListText } from '#db/lists.ts'
import type { NetworkKind } from '#db/sites.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { nameFromText } from '../message/name.ts'
import { Suffixes } from '../names/suffixes.ts'
import { createListVerdicts } from '../testing/list-verdicts.ts'
import { head, listIndexOf } from '../testing/filter.ts'
import { createListCompiler } from './compiler.ts'
import type { ListIndex } from './list-index.ts'
import { createTextStore } from './text-store.ts'

function found(lists: ListIndex, domain: string, network: NetworkKind = 'guest'): string {
  const name = new Suffixes()
  name.read(nameFromText(domain) ?? new Uint8Array(1), 0)
  const hit = createListVerdicts(lists).find(name, network)
  return hit === null ? '-' : `${hit.list.name}@${hit.suffix}`
}

/** A machine: its folder, what the database has, and what was read of it. */
function machine() {
  const folder = temporaryFolder()
  const texts: Record<string, string | Uint8Array | null> = {}
  const read: string[] = []
  return {
    texts,
    read,
    path: folder.path,
    blob: join(folder.path, 'lists.blob'),
    compiler: () =>
      createListCompiler(
        folder.path,
        createTextStore(join(folder.path, 'texts'), async function* ({ name }) {
          const text = texts[name] ?? null
          if (text === null) throw new Error('the database is away')
          read.push(name)
          yield typeof text === 'string' ? packListText(Buffer.from(text)) : text
        }),
      ),
    /** As the database has them now. */
    head(name: string, blocks: readonly NetworkKind[] = ['guest']): ListHead {
      const sha256 = createHash('sha256')
        .update(texts[name] ?? '')
        .digest('hex')
      return { ...head(name, blocks), sha256 }
    },
    [Symbol.dispose]: () => folder[Symbol.dispose](),
  }
}

describe('compiled lists', () => {
  test('hold every name of a large list, and no other, in 12 bytes a name', () => {
    const count = 60_000
    const text = Array.from({ length: count }, (_, i) => `host-${i * 7}.d${i % 97}.example`)
    const lists = listIndexOf([head('large', ['guest'])], () => text.join('\n'))
    expect(lists.names).toBe(count)
    expect(lists.bytes / lists.names).toBeLessThan(12)
    const verdicts = createListVerdicts(lists)
    const name = new Suffixes()
    for (const domain of text) {
      name.read(nameFromText(domain) ?? new Uint8Array(1), 0)
      if (verdicts.find(name, 'guest')?.suffix !== 0) expect.fail(`${domain} is not found`)
      name.read(nameFromText(`x${domain}`) ?? new Uint8Array(1), 0)
      if (verdicts.find(name, 'guest') !== null) expect.fail(`x${domain} is found`)
    }
  })

  test('find the shortest name, for the network asked for', () => {
    const texts: Record<string, string> = { a: 'www.bad.example\nbad.example', b: '*.example' }
    const heads = [head('a', ['guest', 'staff']), head('b', ['staff'])]
    const lists = listIndexOf(heads, (name) => texts[name] ?? '')
    expect(found(lists, 'x.www.bad.example')).toBe('a@2')
    expect(found(lists, 'x.www.bad.example', 'staff')).toBe('b@3')
    expect(found(lists, 'example')).toBe('-')
  })

  test('of nothing find nothing', () => {
    const lists = listIndexOf([head('empty', ['guest'])], () => '# nothing\n')
    expect(found(lists, 'bad.example')).toBe('-')
    expect(lists.names).toBe(0)
  })
})

describe('the compiler', () => {
  test('makes the blob in a thread, and says what it read and which line names a domain', async () => {
    using here = machine()
    here.texts['a'] = '# first\na.example\n'
    here.texts['b'] = '0.0.0.0 b.example # why\n||c^^\n'
    const heads = [here.head('a'), here.head('b')]
    const { lists, reports, failures } = await here.compiler().compile(heads)
    expect(failures).toEqual([])
    expect(reports.map(({ list, report }) => [list, report.names, report.unusable])).toEqual([
      ['a', 1, 0],
      ['b', 1, 1],
    ])
    expect([found(lists, 'x.a.example'), found(lists, 'b.example')]).toEqual(['a@1', 'b@0'])
    expect(found(lists, 'x.b.example')).toBe('-')
    expect(lists.source(0, 'a.example')).toEqual({ line: 2, text: 'a.example' })
    expect(lists.source(1, 'b.example')).toEqual({ line: 1, text: '0.0.0.0 b.example # why' })
    expect(lists.source(1, 'a.example')).toBeNull()
  })

  test('reads only texts that changed, and who holds the old index is not disturbed', async () => {
    using here = machine()
    here.texts['a'] = 'a.example'
    here.texts['b'] = 'b.example'
    const compiler = here.compiler()
    const first = await compiler.compile([here.head('a'), here.head('b')])
    here.texts['b'] = 'new.example'
    const second = await compiler.compile([here.head('a'), here.head('b')])
    expect(here.read).toEqual(['a', 'b', 'b'])
    expect(found(second.lists, 'new.example')).toBe('b@0')
    expect(found(second.lists, 'b.example')).toBe('-')
    expect(found(first.lists, 'b.example')).toBe('b@0')
    // Texts that nobody needs any more do not fill the disk.
    expect(readdirSync(join(here.path, 'texts'))).toHaveLength(2)

    // Another network is no other text, and no other blob.
    const third = await compiler.compile([here.head('a', ['staff']), here.head('b')])
    expect(third.reports).toEqual([])
    expect(found(third.lists, 'a.example')).toBe('-')
    expect(found(third.lists, 'a.example', 'staff')).toBe('a@0')
  })

  test('of another process of the machine uses the blob that is there', async () => {
    using here = machine()
    here.texts['a'] = 'a.example'
    await here.compiler().compile([here.head('a')])
    const { lists, reports } = await here.compiler().compile([here.head('a')])
    expect(reports).toEqual([])
    expect(here.read).toEqual(['a'])
    expect(found(lists, 'a.example')).toBe('a@0')
  })

  test('of several at once lets one work, and passes over one that died at it', async () => {
    using here = machine()
    here.texts['a'] = 'a.example'
    await here.compiler().compile([])
    // No process has this number.
    writeFileSync(join(here.path, 'compile.lock'), '4194305')
    const all = await Promise.all([1, 2, 3].map(() => here.compiler().compile([here.head('a')])))
    expect(all.filter(({ reports }) => reports.length > 0)).toHaveLength(1)
    for (const { lists } of all) expect(found(lists, 'a.example')).toBe('a@0')
    expect(readdirSync(here.path).toSorted()).toEqual(['lists.blob', 'texts'])
  })

  test('makes a damaged blob again', async () => {
    using here = machine()
    here.texts['a'] = 'a.example'
    await here.compiler().compile([here.head('a')])
    const bytes = readFileSync(here.blob)
    bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) ^ 1
    rmSync(here.blob)
    writeFileSync(here.blob, bytes)
    expect(await here.compiler().lastGood([here.head('a')])).toBeNull()
    const { lists, reports } = await here.compiler().compile([here.head('a')])
    expect(reports).toHaveLength(1)
    expect(found(lists, 'a.example')).toBe('a@0')
  })

  test('without a database has all that it had before: from the blob, or from the texts', async () => {
    using here = machine()
    here.texts['a'] = 'a.example'
    here.texts['b'] = 'b.example'
    const heads = [here.head('a'), here.head('b')]
    await here.compiler().compile(heads)
    here.texts['a'] = null
    here.texts['b'] = null
    const again = await here.compiler().compile(heads)
    expect(again.failures).toEqual([])
    expect(found(again.lists, 'b.example')).toBe('b@0')
    rmSync(here.blob)
    const anew = await here.compiler().compile(heads)
    expect(found(anew.lists, 'a.example')).toBe('a@0')
    const last = await here.compiler().lastGood(heads)
    expect(last === null ? '' : found(last, 'a.example')).toBe('a@0')
  })

  test('one list that cannot be had takes nothing away: not the others, not what it was', async () => {
    using here = machine()
    here.texts['a'] = 'a.example'
    here.texts['b'] = 'b.example'
    const compiler = here.compiler()
    await compiler.compile([here.head('b')])
    here.texts['b'] = null
    here.texts['c'] = null
    const heads = [here.head('a'), here.head('b'), here.head('c')]
    const { lists, failures } = await compiler.compile(heads)
    expect(failures).toEqual([
      { list: 'b', reason: 'the database is away', isMissing: false },
      { list: 'c', reason: 'the database is away', isMissing: true },
    ])
    expect([found(lists, 'a.example'), found(lists, 'b.example')]).toEqual(['a@0', 'b@0'])
  })

  test('a text that cannot be unpacked is said, left out, and read again the next time', async () => {
    using here = machine()
    here.texts['a'] = 'a.example'
    here.texts['b'] = Buffer.from('this is not packed')
    const heads = [here.head('a'), here.head('b')]
    const compiler = here.compiler()
    const broken = await compiler.compile(heads)
    expect(broken.failures).toMatchObject([{ list: 'b', isMissing: true }])
    expect(found(broken.lists, 'a.example')).toBe('a@0')
    here.texts['b'] = 'b.example'
    const mended = await compiler.compile(heads)
    expect(mended.failures).toEqual([])
    expect(found(mended.lists, 'b.example')).toBe('b@0')
  })

  test('refuses more lists than the table can tell apart with a sentence', async () => {
    using here = machine()
    const heads = Array.from({ length: 256 }, (_, i) => head(`l${i}`, ['guest']))
    await expect(here.compiler().compile(heads)).rejects.toThrow(
      '256 lists are more than the 255 allowed',
    )
  })
})
