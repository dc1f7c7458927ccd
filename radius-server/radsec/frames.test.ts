import { array, assert, integer, property, uint8Array } from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Frames } from './frames.ts'

function packet(body: Uint8Array): Buffer {
  const header = Buffer.alloc(20, 7)
  header.writeUInt16BE(20 + body.length, 2)
  return Buffer.concat([header, body])
}

function drain(frames: Frames): (Uint8Array | 'malformed')[] {
  const found: (Uint8Array | 'malformed')[] = []
  for (;;) {
    const next = frames.next()
    if (next === null) return found
    found.push(next)
    if (next === 'malformed') return found
  }
}

describe('the stream of a RadSec connection', () => {
  test('gives the same packets wherever it is cut', () => {
    const bodies = array(uint8Array({ maxLength: 300 }), { maxLength: 12 })
    const cuts = array(integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 40 })
    assert(
      property(bodies, cuts, (all, sizes) => {
        const packets = all.map(packet)
        const stream = Buffer.concat(packets)
        const frames = new Frames()
        const found = []
        for (let at = 0, i = 0; at < stream.length; i += 1) {
          const size = sizes[i % sizes.length] ?? 1
          frames.push(stream.subarray(at, at + size))
          found.push(...drain(frames))
          at += size
        }
        expect(found.map((one) => Buffer.from(one))).toEqual(packets)
        expect(frames.waiting).toBe(0)
      }),
    )
  })

  test('never holds more than a packet and what was pushed last, whatever comes', () => {
    assert(
      property(array(uint8Array({ maxLength: 5000 }), { maxLength: 20 }), (chunks) => {
        const frames = new Frames()
        for (const chunk of chunks) {
          frames.push(chunk)
          const found = drain(frames)
          for (const one of found) {
            if (one === 'malformed') return
            expect(one.length).toBe(((one[2] ?? 0) << 8) | (one[3] ?? 0))
          }
          expect(frames.waiting).toBeLessThan(4096)
        }
      }),
    )
  })

  test('ends at a length that is too short or too long', () => {
    for (const length of [0, 19, 4097, 65_535]) {
      const frames = new Frames()
      const wrong = packet(new Uint8Array())
      wrong.writeUInt16BE(length, 2)
      frames.push(Buffer.concat([packet(Uint8Array.of(1)), wrong.subarray(0, 4)]))
      expect(drain(frames)).toEqual([packet(Uint8Array.of(1)), 'malformed'])
    }
  })
})
