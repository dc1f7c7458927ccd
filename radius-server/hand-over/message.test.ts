import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { sourceOf } from '../testing/source.ts'
import {
  FRAME_LONGEST,
  FrameReader,
  decodeQuestion,
  encodeAnswer,
  encodeQuestion,
} from './message.ts'
import type { Frame, HandedOver } from './message.ts'

const PACKET = Uint8Array.from({ length: 300 }, (_, i) => i & 0xff)

function read(bytes: Uint8Array, cut = bytes.length): readonly (Frame | 'malformed')[] {
  const reader = new FrameReader()
  const frames: (Frame | 'malformed')[] = []
  for (let at = 0; at < bytes.length; at += cut) {
    reader.push(bytes.subarray(at, at + cut))
    for (let next = reader.next(); next !== null; next = reader.next()) {
      frames.push(next)
      if (next === 'malformed') return frames
    }
  }
  return frames
}

function bodyOf(bytes: Uint8Array | null): Uint8Array {
  const [frame] = bytes === null ? [] : read(bytes)
  if (frame === undefined || frame === 'malformed') throw new Error('there is no frame')
  return frame.body
}

describe('a packet that is handed over', () => {
  test.each<HandedOver>([
    { source: sourceOf('192.0.2.7', 40_000), proved: null, packet: PACKET },
    { source: sourceOf('2001:db8::7', 1), proved: null, packet: new Uint8Array(0) },
    {
      source: sourceOf('192.0.2.7', 65_535),
      proved: { name: 'gw-0042 été', isSecretUsed: false },
      packet: PACKET,
    },
    {
      source: sourceOf('192.0.2.7', 65_535),
      proved: { name: 'gw-0042', isSecretUsed: true },
      packet: PACKET,
    },
  ])('arrives as it was', (question) => {
    const arrived = decodeQuestion(bodyOf(encodeQuestion(7, question)))
    expect(arrived?.source.address.text).toBe(question.source.address.text)
    expect(arrived?.source.address.equals(question.source.address)).toBe(true)
    expect({ ...arrived, source: null }).toEqual({ ...question, source: null })
    expect(arrived?.source.port).toBe(question.source.port)
  })

  test('is not said where the name of the gateway is too long', () => {
    const proved = { name: 'g'.repeat(256), isSecretUsed: true }
    const source = sourceOf('192.0.2.7', 1)
    expect(encodeQuestion(1, { source, proved, packet: PACKET })).toBeNull()
  })

  test('whatever comes is read within its bounds or refused', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
        const question = decodeQuestion(bytes)
        if (question === null) return
        const { source, proved, packet } = question
        expect([4, 16]).toContain(source.address.bytes.length)
        expect(proved === null || proved.name.length > 0).toBe(true)
        expect(packet.length).toBeLessThan(bytes.length)
      }),
      { numRuns: 2000 },
    )
  })
})

describe('the stream between two processes', () => {
  const stream = Buffer.concat([encodeAnswer(1, PACKET), encodeAnswer(2, null)])

  test.each([1, 3, 7, 8, 9, stream.length])('is read in pieces of %i octets', (cut) => {
    expect(read(stream, cut)).toEqual([
      { number: 1, body: PACKET },
      { number: 2, body: new Uint8Array(0) },
    ])
  })

  test.each([0, 3, FRAME_LONGEST + 1, 0xffff_ffff])('ends at a length of %i', (length) => {
    const bytes = Buffer.alloc(64)
    bytes.writeUInt32BE(length, 0)
    expect(read(bytes)).toEqual(['malformed'])
  })
})
