import { describe, expect, test } from 'vitest'
import type { ListHead } from '#db/lists.ts'
import { nameFromText } from '../message/name.ts'
import { Suffixes } from '../names/suffixes.ts'
import { head } from '../testing/filter.ts'
import { createListCompiler } from './compiler.ts'
import type { ListIndex } from './list-index.ts'
import { createListVerdicts } from '../policy/list-verdicts.ts'
import { createSlices } from './slices.ts'

function found(lists: ListIndex, domain: string, network: 'guest' | 'staff' = 'guest'): string {
  const name = new Suffixes()
  name.read(nameFromText(domain) ?? new Uint8Array(1), 0)
  const hit = createListVerdicts(lists).find(name, network)
  return hit === null ? '-' : `${hit.list.name}@${hit.suffix}`
}

function compilerOf(texts: Record<string, string>) {
  const read: string[] = []
  const compiler = createListCompiler(async (list) => {
    read.push(list)
    return Buffer.from(texts[list] ?? '')
  })
  return { compiler, read }
}

describe('compiled lists', () => {
  test('hold every name of a large list, and no other', async () => {
    const count = 60_000
    const text = Array.from({ length: count }, (_, i) => `host-${i * 7}.d${i % 97}.example`).join(
      '\n',
    )
    const { compiler } = compilerOf({ large: text })
    const { lists } = await compiler.compile([head('large', ['guest'])])
    expect(lists.names).toBe(count)
    for (let i = 0; i < count; i++) {
      const name = `host-${i * 7}.d${i % 97}.example`
      if (found(lists, name) !== 'large@0') expect.fail(`${name} is not found`)
      if (found(lists, `x${name}`) !== '-') expect.fail(`x${name} is found`)
    }
  })

  test('find the shortest name, for the network asked for', async () => {
    const { compiler } = compilerOf({ a: 'www.bad.example\nbad.example', b: '*.example' })
    const { lists } = await compiler.compile([head('a', ['guest', 'staff']), head('b', ['staff'])])
    expect(found(lists, 'x.www.bad.example')).toBe('a@2')
    expect(found(lists, 'x.www.bad.example', 'staff')).toBe('b@3')
    expect(found(lists, 'example')).toBe('-')
  })

  test('of nothing find nothing', async () => {
    const { compiler } = compilerOf({ empty: '# nothing\n' })
    const { lists } = await compiler.compile([head('empty', ['guest'])])
    expect(found(lists, 'bad.example')).toBe('-')
    expect(lists.names).toBe(0)
  })

  test('cost less than 12 bytes a name', async () => {
    const text = Array.from({ length: 50_000 }, (_, i) => `name-${i}.example`).join('\n')
    const { compiler } = compilerOf({ large: text })
    const { lists } = await compiler.compile([head('large', ['guest'])])
    expect(lists.bytes / lists.names).toBeLessThan(12)
  })
})

describe('when lists change', () => {
  test('only the texts that changed are read again', async () => {
    const texts: Record<string, string> = { a: 'a.example', b: 'b.example\n||c^' }
    const { compiler, read } = compilerOf(texts)
    const first = await compiler.compile([head('a', ['guest']), head('b', ['guest'])])
    expect(read).toEqual(['a', 'b'])
    expect(first.reports.map(({ list, report }) => [list, report.names, report.unusable])).toEqual([
      ['a', 1, 0],
      ['b', 1, 1],
    ])

    texts['b'] = 'new.example'
    const changed: ListHead = { ...head('b', ['guest']), sha256: 'another' }
    const second = await compiler.compile([head('a', ['guest']), changed])
    expect(read).toEqual(['a', 'b', 'b'])
    expect(found(second.lists, 'a.example')).toBe('a@0')
    expect(found(second.lists, 'new.example')).toBe('b@0')
    expect(found(second.lists, 'b.example')).toBe('-')
    // Who still holds the old lists is not disturbed.
    expect(found(first.lists, 'b.example')).toBe('b@0')

    // Another network is no other text.
    const third = await compiler.compile([head('a', ['staff'])])
    expect(read.length).toBe(3)
    expect(found(third.lists, 'a.example')).toBe('-')
    expect(found(third.lists, 'a.example', 'staff')).toBe('a@0')
  })

  test('the event loop is never held for long', async () => {
    const text = Array.from({ length: 100_000 }, (_, i) => `0.0.0.0 host-${i}.example # x`).join(
      '\n',
    )
    const compiler = createListCompiler(async () => Buffer.from(text), createSlices(2))
    let turns = 0
    const timer = setInterval(() => turns++, 1)
    await compiler.compile([head('large', ['guest'])])
    clearInterval(timer)
    expect(turns).toBeGreaterThan(5)
  })

  test('one that cannot be read takes nothing away: not the others, not what it was', async () => {
    const texts: Record<string, string | null> = { a: 'a.example', b: 'b.example' }
    const compiler = createListCompiler(async (list) => {
      const text = texts[list]
      if (typeof text !== 'string') throw new Error('cannot be read')
      return Buffer.from(text)
    })
    await compiler.compile([head('b', ['guest'])])
    texts['b'] = null
    const heads = [
      head('a', ['guest']),
      { ...head('b', ['guest']), sha256: 'x' },
      head('c', ['guest']),
    ]
    const { lists, failures } = await compiler.compile(heads)
    expect(failures).toEqual([
      { list: 'b', reason: 'cannot be read', isMissing: false },
      { list: 'c', reason: 'cannot be read', isMissing: true },
    ])
    expect([found(lists, 'a.example'), found(lists, 'b.example')]).toEqual(['a@0', 'b@0'])
  })

  test('more lists than the table can tell apart are refused with a sentence', async () => {
    const { compiler } = compilerOf({})
    const heads = Array.from({ length: 256 }, (_, i) => head(`l${i}`, ['guest']))
    await expect(compiler.compile(heads)).rejects.toThrow('256 lists are more than the 255 allowed')
  })
})
