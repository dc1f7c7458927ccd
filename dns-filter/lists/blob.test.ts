import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { nameFromText } from '../message/name.ts'
import { Suffixes } from '../names/suffixes.ts'
import { head } from '../testing/filter.ts'
import { checkBlob, openBlob, packBlob } from './blob.ts'
import { createBlobBuilder } from './build-blob.ts'
import type { ListAction, Scope } from './entry.ts'
import { ACTIONS, SCOPES } from './entry.ts'
import { createListIndex } from './list-index.ts'
import type { ListIndex } from './list-index.ts'

type Line = readonly [name: string, scope: Scope, action?: ListAction]

function pack(lists: Readonly<Record<string, readonly Line[]>>): Uint8Array {
  const builder = createBlobBuilder()
  for (const [name, lines] of Object.entries(lists)) {
    builder.begin({ name, sha256: name })
    for (const [text, scope, action = 'block'] of lines) {
      builder.add({ name: nameFromText(text) ?? Buffer.of(0), scope, action })
    }
  }
  return new Uint8Array(Buffer.concat(packBlob(builder.finish())))
}

function open(memory: Uint8Array, names: readonly string[]): ListIndex {
  const opened = openBlob(memory)
  if (!opened.ok) throw new Error(opened.reason)
  return createListIndex(
    opened.blob,
    opened.bytes,
    names.map((name) => head(name, ['guest'])),
    () => null,
  )
}

function indexOf(lists: Readonly<Record<string, readonly Line[]>>): ListIndex {
  return open(pack(lists), Object.keys(lists))
}

/** The lists of each suffix, from the whole name to the top. */
function held(
  index: ListIndex,
  text: string,
  ask: ListIndex['setOf'] = index.setOf,
): readonly string[] {
  const name = new Suffixes()
  name.read(nameFromText(text) ?? Buffer.of(0), 0)
  return Array.from({ length: name.count }, (_, suffix) =>
    (index.sets[ask(name, suffix)] ?? []).map((list) => index.lists[list]?.name).join('+'),
  )
}

describe('the index of all lists', () => {
  test('tells a name from what is below it', () => {
    const index = indexOf({
      hosts: [['bad.example', 'name']],
      domains: [['bad.example', 'name-and-below']],
      zone: [['bad.example', 'below']],
    })
    expect(held(index, 'bad.example')).toEqual(['hosts+domains', ''])
    expect(held(index, 'www.bad.example')).toEqual(['', 'domains+zone', ''])
    expect(held(index, 'WWW.BAD.example')).toEqual(['', 'domains+zone', ''])
    expect(held(index, 'notbad.example')).toEqual(['', ''])
  })

  test('keeps exceptions and blocks that insist apart', () => {
    const index = indexOf({
      ads: [
        ['ads.example', 'name-and-below'],
        ['good.ads.example', 'name-and-below', 'allow'],
        ['worst.example', 'name-and-below', 'insist'],
      ],
    })
    expect(held(index, 'good.ads.example')).toEqual(['', 'ads', ''])
    expect(held(index, 'good.ads.example', index.allowedBy)).toEqual(['ads', '', ''])
    expect(held(index, 'worst.example')).toEqual(['', ''])
    expect(held(index, 'worst.example', index.insistedBy)).toEqual(['ads', ''])
    expect(index.names).toBe(3)
  })

  test('knows lists by name, whatever their order is now, and none that is gone', () => {
    const memory = pack({
      a: [['x.example', 'name']],
      b: [['x.example', 'name']],
      c: [['x.example', 'name']],
    })
    expect(held(open(memory, ['c', 'a']), 'x.example')).toEqual(['c+a', ''])
    expect(held(open(memory, ['d']), 'x.example')).toEqual(['', ''])
  })

  test('says of any names on any lists what the lists say', () => {
    const label = fc.constantFrom('a', 'b', 'ab', 'www', 'xn--a', '_x', '0')
    const domain = fc.array(label, { minLength: 1, maxLength: 4 }).map((labels) => labels.join('.'))
    const line = fc.tuple(domain, fc.constantFrom(...SCOPES), fc.constantFrom(...ACTIONS))
    const lists = fc.array(fc.array(line, { maxLength: 40 }), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(lists, fc.array(domain, { minLength: 10, maxLength: 10 }), (given, asked) => {
        const named = Object.fromEntries(given.map((lines, i) => [`l${i}`, lines]))
        const index = indexOf(named)
        const asks = { block: index.setOf, allow: index.allowedBy, insist: index.insistedBy }
        for (const name of asked) {
          for (const action of ACTIONS) {
            const expected = name.split('.').map((_, suffix, labels) => {
              const domain = labels.slice(suffix).join('.')
              const other = suffix === 0 ? 'below' : 'name'
              return Object.keys(named)
                .filter((list) =>
                  named[list]?.some(
                    ([text, scope, act]) => text === domain && scope !== other && act === action,
                  ),
                )
                .join('+')
            })
            expect(held(index, name, asks[action])).toEqual(expected)
          }
        }
      }),
      { numRuns: 60 },
    )
  })

  test('is refused with a sentence when more combinations of lists are used than it can tell apart', () => {
    const builder = createBlobBuilder()
    // 16 lists: 65,535 combinations, a name for each.
    const names = Array.from(
      { length: 0x8000 + 1 },
      (_, i) => nameFromText(`n${i}.example`) ?? Buffer.of(0),
    )
    for (let list = 0; list < 16; list++) {
      builder.begin({ name: `l${list}`, sha256: '' })
      for (const [i, name] of names.entries()) {
        if ((((i + 1) >>> list) & 1) === 1) builder.add({ name, scope: 'name', action: 'block' })
      }
    }
    expect(() => builder.finish()).toThrow('more than 32767 combinations of lists')
  })
})

describe('a blob', () => {
  const memory = pack({
    one: Array.from({ length: 200 }, (_, i): Line => [`n${i}.example`, 'name-and-below']),
  })

  const slices = { pause: () => Promise.resolve() }

  test('with any octet changed is not taken', async () => {
    expect(await checkBlob(memory, slices)).toBe(true)
    for (let at = 0; at < memory.length; at++) {
      const changed = Uint8Array.from(memory)
      changed[at] = (changed[at] ?? 0) ^ 1
      const isTaken = openBlob(changed).ok && (await checkBlob(changed, slices))
      if (isTaken) expect.fail(`octet ${at}`)
    }
  })

  test('cut off anywhere, or no blob at all, is not taken', () => {
    for (let length = 0; length < memory.length; length += 7) {
      expect(openBlob(memory.slice(0, length)).ok).toBe(false)
    }
    expect(openBlob(new Uint8Array(4096)).ok).toBe(false)
    expect(openBlob(Buffer.from('<html>'.repeat(100))).ok).toBe(false)
  })
})
