import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readPaths } from './attribute-paths.ts'
import * as dictionary from './dictionary.ts'
import { ATTRIBUTE, CODE } from './dictionary.ts'
import { STANDARD } from './dictionary/standard.ts'
import { VENDORS } from './dictionary/vendors.ts'
import { parsePacket } from './packet.ts'
import type { Packet } from './packet.ts'
import { attributeLines } from './packet-text.ts'
import { encodeRequest } from './reply.ts'
import { readVectors } from './testing/vectors.ts'

const HEADER_BYTES = 20
const vectors = readVectors().filter(({ shown }) => shown.length > 0)

function packetOf(bytes: Uint8Array): Packet {
  const parsed = parsePacket(bytes)
  if (!parsed.ok) throw new Error(parsed.reason)
  return parsed.packet
}

test('there are vectors that say each attribute', () => {
  expect(vectors.length).toBeGreaterThan(15)
})

test.each(vectors)('$file: $title', ({ packet, shown }) => {
  expect(attributeLines(packetOf(packet))).toEqual(shown)
})

describe('the dictionary', () => {
  test('names what the server uses as the server does', () => {
    const names = (table: Readonly<Record<number, readonly [string, ...unknown[]]>> = {}) =>
      new Map(Object.entries(table).map(([number, [name]]) => [name.toLowerCase(), Number(number)]))
    const check = (used: object, known: ReadonlyMap<string, number>): void => {
      for (const [name, number] of Object.entries(used)) {
        if (name !== 'vendor') expect([name, known.get(name.toLowerCase())]).toEqual([name, number])
      }
    }
    check(ATTRIBUTE, names(STANDARD))
    const ofVendors = Object.values(dictionary).filter((table) => 'vendor' in table)
    expect(ofVendors.length).toBeGreaterThan(7)
    for (const table of ofVendors) check(table, names(VENDORS[table.vendor]?.attributes))
  })

  test('names no two attributes alike', () => {
    const tables = [STANDARD, ...Object.values(VENDORS).map(({ attributes }) => attributes)]
    const names = tables.flatMap((table) => Object.values(table).map(([name]) => name))
    expect(new Set(names).size).toBe(names.length)
  })
})

const attributes = fc.array(
  fc.record({
    type: fc.oneof(
      fc.integer({ min: 1, max: 255 }),
      fc.constantFrom(26, 64, 81, 241, 244, 245, 246),
    ),
    value: fc.oneof(
      fc.uint8Array({ maxLength: 253 }),
      // So that the vendors' own formats and the fragments are met.
      fc
        .tuple(
          fc.constantFrom([0, 0, 96, 181], [0, 0, 1, 173], [0, 0, 0, 9], [1, 128], [26, 0]),
          fc.uint8Array({ maxLength: 12 }),
        )
        .map(([start, rest]) => Uint8Array.from([...start, ...rest])),
    ),
  }),
  { maxLength: 14 },
)

test('what is written is read again, octet for octet, and every attribute has a line', () => {
  fc.assert(
    fc.property(attributes, (written) => {
      const plain = written.filter(({ type }) => type !== 26 && type < 241)
      const packet = packetOf(encodeRequest(CODE['CoA-Request'], plain, false))
      expect(
        readPaths(packet).map(({ path, value }) => ({ type: path[0], value: [...value] })),
      ).toEqual(plain.map(({ type, value }) => ({ type, value: [...value] })))
      const whole = packetOf(encodeRequest(CODE['CoA-Request'], written, false))
      const octets = readPaths(whole).reduce((sum, { value }) => sum + value.length, 0)
      expect(octets).toBeLessThanOrEqual(whole.bytes.length - HEADER_BYTES)
      expect(attributeLines(whole).every((line) => /^[^\p{C}]+$/u.test(line))).toBe(true)
    }),
    { numRuns: 2000 },
  )
})
