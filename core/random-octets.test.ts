import { expect, test } from 'vitest'
import { createRandomOctets } from './random-octets.ts'

test('gives as many as were asked for, never the same again, across the end of what was drawn', () => {
  const random = createRandomOctets()
  const seen = new Set<string>()
  for (let i = 0; i < 2000; i += 1) {
    const octets = random(16 + (i % 7))
    expect(octets).toHaveLength(16 + (i % 7))
    expect(octets.some((octet) => octet !== 0)).toBe(true)
    seen.add(Buffer.from(octets).toString('hex'))
  }
  expect(seen.size).toBe(2000)
  expect(random(10_000)).toHaveLength(10_000)
  expect(random(0)).toHaveLength(0)
})

test('what is given out belongs to who asked', () => {
  const random = createRandomOctets()
  const first = random(16)
  const copy = Uint8Array.from(first)
  random(4096).fill(7)
  random(16).fill(9)
  expect(first).toEqual(copy)
  expect(first.buffer.byteLength).toBe(16)
})
