import { describe, expect, test } from 'vitest'
import { nameFromText } from '../message/name.ts'
import { KeyedHash } from './keyed-hash.ts'
import { Suffixes } from './suffixes.ts'

const KEY = Uint32Array.of(1, 2, 3, 4)

function hashes(text: string, key = KEY): readonly string[] {
  const name = new Suffixes()
  // In the middle of other octets, as in a message.
  name.read(Buffer.concat([Buffer.from('xyz'), nameFromText(text) ?? Buffer.of(0)]), 3)
  const hash = new KeyedHash(key)
  hash.read(name)
  return Array.from({ length: name.count }, (_, i) =>
    [hash.first[i], hash.second[i], hash.third[i]].join(),
  )
}

describe('the hash of a name', () => {
  test('of a suffix is that of the suffix alone', () => {
    const [whole, parent, top] = hashes('www.bad.example')
    expect(hashes('www.bad.example')[0]).toBe(whole)
    expect(hashes('bad.example')[0]).toBe(parent)
    expect(hashes('example')[0]).toBe(top)
  })

  test('does not know capitals, and knows labels', () => {
    expect(hashes('WWW.Bad.EXAMPLE')).toEqual(hashes('www.bad.example'))
    const names = [
      'a.bc',
      'ab.c',
      'abc',
      'a.b.c',
      'abcd',
      'abcde',
      'c.ab',
      'bc.a',
      'aaaa.a',
      'a.aaaa',
    ]
    expect(new Set(names.map((name) => hashes(name)[0])).size).toBe(names.length)
  })

  test('is another under another key, in each of its words', () => {
    const [one = ''] = hashes('bad.example')
    const [other = ''] = hashes('bad.example', Uint32Array.of(1, 2, 3, 5))
    const words = other.split(',')
    for (const [i, word] of one.split(',').entries()) expect(words[i]).not.toBe(word)
  })

  test('is filled again when its name was read again', () => {
    const name = new Suffixes()
    const hash = new KeyedHash(KEY)
    name.read(nameFromText('bad.example') ?? Buffer.of(0), 0)
    hash.read(name)
    const before = hash.first[0]
    name.read(nameFromText('good.example') ?? Buffer.of(0), 0)
    hash.read(name)
    expect(hash.first[0]).not.toBe(before)
  })

  test('spreads the names of a list over all its bits', () => {
    const ones = new Uint32Array(96)
    const count = 4_000
    for (let i = 0; i < count; i++) {
      const [hash = ''] = hashes(`host-${i}.example`)
      for (const [word, value] of hash.split(',').entries()) {
        for (let bit = 0; bit < 32; bit++) {
          const at = word * 32 + bit
          ones[at] = (ones[at] ?? 0) + ((Number(value) >>> bit) & 1)
        }
      }
    }
    // Seven standard deviations of a fair coin.
    const margin = 7 * Math.sqrt(count / 4)
    for (const seen of ones) expect(Math.abs(seen - count / 2)).toBeLessThan(margin)
  })
})
