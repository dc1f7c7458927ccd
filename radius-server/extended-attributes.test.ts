import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readPaths } from './attribute-paths.ts'
import { CODE } from './dictionary.ts'
import { extendedAttributes } from './extended-attributes.ts'
import type { ExtendedPath } from './extended-attributes.ts'
import { parsePacket } from './packet.ts'
import { encodeRequest } from './reply.ts'

const byte = fc.integer({ min: 0, max: 255 })
const plainType = byte.filter((type) => type !== 26)
const vendor = fc.integer({ min: 0, max: 0xffffffff })
const ofType = (type: fc.Arbitrary<number>): fc.Arbitrary<ExtendedPath> =>
  fc.oneof(fc.tuple(type, plainType), fc.tuple(type, fc.constant(26), vendor, byte))
const short = fc.record({
  path: ofType(fc.integer({ min: 241, max: 244 })),
  value: fc.uint8Array({ minLength: 1, maxLength: 247 }),
})
const long = fc.record({
  path: ofType(fc.constantFrom(245, 246)),
  value: fc.uint8Array({ minLength: 1, maxLength: 1000, size: 'max' }),
})

describe('an extended attribute', () => {
  test('is read as it was written, however many stand beside it', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(short, long), { maxLength: 3 }), (written) => {
        const attributes = written.flatMap(({ path, value }) => extendedAttributes(path, value))
        const parsed = parsePacket(encodeRequest(CODE['CoA-Request'], attributes, false))
        if (!parsed.ok) throw new Error(parsed.reason)
        expect(readPaths(parsed.packet).map(({ path, value }) => [path, [...value]])).toEqual(
          written.map(({ path, value }) => [[...path], [...value]]),
        )
      }),
      { numRuns: 500 },
    )
  })

  test('that goes on says so in every part but the last, each as full as can be', () => {
    const parts = extendedAttributes([245, 1], new Uint8Array(251 * 2 + 1))
    expect(parts.map(({ type, value }) => [type, value.length, value[0], value[1]])).toEqual([
      [245, 253, 1, 0x80],
      [245, 253, 1, 0x80],
      [245, 3, 1, 0],
    ])
    expect(extendedAttributes([245, 1], new Uint8Array(251))).toHaveLength(1)
  })

  test.each<readonly [string, ExtendedPath, number]>([
    ['too long for a short one', [241, 1], 253],
    ['too long with its vendor', [241, 26, 9, 1], 248],
    ['empty', [245, 1], 0],
    ['of no extended type', [240, 1], 1],
    ['of a vendor that is not named', [241, 26], 1],
    ['of a vendor in another type', [241, 25, 9, 1], 1],
  ])('%s is not sent', (_, path, length) => {
    expect(() => extendedAttributes(path, new Uint8Array(length))).toThrow('cannot be sent')
  })
})
