import { randomBytes } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { joinShares, markOf, readShare, splitKey, writeShare } from './key-share.ts'
import type { KeyShare } from './key-share.ts'

const KEY = new Uint8Array(randomBytes(32))

/** On paper, typed again. */
function copied(share: KeyShare): KeyShare {
  const read = readShare(writeShare(share))
  if ('problem' in read) throw new Error(read.problem)
  return read
}

test('any three of five make the key, and no two', async () => {
  const shares = (await splitKey(KEY, 5, 3)).map(copied)
  for (let a = 0; a < 5; a += 1) {
    for (let b = a + 1; b < 5; b += 1) {
      const two = [shares[b], shares[a]] as KeyShare[]
      expect(await joinShares(two)).toEqual({
        problem: `3 different shares make the key, and here are 2 (${b + 1}, ${a + 1})`,
      })
      for (let c = b + 1; c < 5; c += 1) {
        expect(await joinShares([shares[c] as KeyShare, ...two])).toEqual(KEY)
      }
    }
  }
  expect(await joinShares(shares)).toEqual(KEY)
})

test('a share is 16 groups of five characters, and none has the key in it', async () => {
  for (const share of await splitKey(KEY, 3, 2)) {
    expect(writeShare(share)).toMatch(/^(?:[0-9A-HJKMNP-TV-Z]{5}-){15}[0-9A-HJKMNP-TV-Z]{4}$/)
    expect(share.bytes.subarray(0, 32)).not.toEqual(KEY)
  }
})

test('is read as people write it', async () => {
  const [share] = (await splitKey(KEY, 2, 2)) as [KeyShare]
  const text = writeShare(share)
  expect(readShare(` ${text.toLowerCase().replaceAll('-', ' ')}\n`)).toEqual(share)
  expect(readShare(text.replaceAll('0', 'O').replaceAll('1', 'l'))).toEqual(share)
})

test('a character that was read wrong is noticed', async () => {
  const [share] = (await splitKey(KEY, 2, 2)) as [KeyShare]
  const text = writeShare(share)
  fc.assert(
    fc.property(
      fc.nat(text.length - 1),
      fc.constantFrom(...'0123456789ABCDEFGHJKMNPQRSTVWXYZ'.split('')),
      (at, put) => {
        if (text[at] === '-' || text[at] === put) return
        // The bits behind the last octet carry nothing.
        if (at === text.length - 1) return
        expect(readShare(text.slice(0, at) + put + text.slice(at + 1))).toHaveProperty('problem')
      },
    ),
  )
  expect(readShare(text.slice(1))).toEqual({ problem: 'it has 78 characters, and a share has 79' })
  expect(readShare(text.replace(/^./, 'U'))).toEqual({ problem: '"U" in group 1 is in no share' })
})

test('shares of two splittings, or of which one was altered, are named', async () => {
  const [one] = (await splitKey(KEY, 2, 2)) as [KeyShare]
  const [other, second] = (await splitKey(KEY, 2, 2)) as [KeyShare, KeyShare]
  expect(await joinShares([one, second])).toMatchObject({
    problem: expect.stringMatching(/two splittings/),
  })
  const altered = { ...second, bytes: second.bytes.map((byte, i) => (i === 0 ? byte ^ 1 : byte)) }
  expect(await joinShares([other, altered])).toMatchObject({
    problem: expect.stringMatching(/one of them was altered/),
  })
  expect(await joinShares([])).toEqual({ problem: 'there is no share' })
  expect(markOf(KEY)).toMatch(/^[0-9a-f]{8}$/)
})
