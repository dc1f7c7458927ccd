import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatAddress } from '#core/ip.ts'
import { AddressBook, SourceAddress, sourceAddress } from './source-address.ts'

const anyAddress = fc.oneof(
  fc.uint8Array({ minLength: 4, maxLength: 4 }),
  fc.uint8Array({ minLength: 16, maxLength: 16 }),
)

test('an address read from words is the one written as text, with the same hash', () => {
  const book = new AddressBook()
  fc.assert(
    fc.property(anyAddress, fc.nat(3), (bytes, at) => {
      const words = new Int32Array(8)
      new Uint8Array(words.buffer).set(bytes, 4 * at)
      const family = bytes.length === 4 ? 4 : 6
      const found = book.find(words, at, family)
      expect([...found.bytes]).toEqual([...bytes])
      expect(found.text).toBe(formatAddress(bytes))
      expect(found.hash).toBe(new SourceAddress(bytes).hash)
      expect(found.equals(new SourceAddress(bytes))).toBe(true)
      expect(book.find(words, at, family)).toBe(found)
    }),
  )
})

test('an address that is found is not the memory that it was read from', () => {
  const words = Int32Array.of(0x0100007f, 0, 0, 0)
  const found = new AddressBook().find(words, 0, 4)
  words[0] = 0
  expect(found.text).toBe('127.0.0.1')
})

test('IPv4 and IPv6 of the same octets, and neighbours, differ', () => {
  const [four, six] = [sourceAddress('0.0.0.1'), sourceAddress('0:1::')]
  expect(four?.equals(six ?? new SourceAddress(Uint8Array.of(0, 0, 0, 1)))).toBe(false)
  expect(sourceAddress('::ffff:192.0.2.1')?.text).toBe('192.0.2.1')
  expect(sourceAddress('nowhere')).toBeNull()
})

test('the hosts of a subnet fall into different places', () => {
  const hashes = Array.from({ length: 4096 }, (_, i) => {
    const bytes = Uint8Array.of(10, 7, i >> 8, i & 255)
    return new SourceAddress(bytes).hash & 8191
  })
  // At random, 4096 of 8192 places would be taken by 3223 of them.
  expect(new Set(hashes).size).toBeGreaterThan(2900)
})
