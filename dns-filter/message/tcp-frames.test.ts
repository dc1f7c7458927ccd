import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { frame, TcpFrames } from './tcp-frames.ts'

describe('frames', () => {
  test('come out as they went in, however the stream is cut', () => {
    const messages = fc.array(fc.uint8Array({ maxLength: 900 }), { maxLength: 6 })
    fc.assert(
      fc.property(messages, fc.array(fc.integer({ min: 1, max: 700 })), (sent, cuts) => {
        const stream = Buffer.concat(sent.map((message) => frame(message)))
        const frames = new TcpFrames()
        const got: Uint8Array[] = []
        let at = 0
        for (const cut of [...cuts, stream.length]) {
          frames.push(stream.subarray(at, at + cut))
          at += cut
          for (let m = frames.next(); m !== null; m = frames.next()) got.push(m)
        }
        expect(got.map((m) => Buffer.from(m).toString('hex'))).toEqual(
          sent.map((m) => Buffer.from(m).toString('hex')),
        )
      }),
    )
  })

  test('a message stays as it was when the next one has arrived', () => {
    const frames = new TcpFrames()
    frames.push(frame(Buffer.from('one')))
    const one = frames.next()
    frames.push(frame(Buffer.from('two')))
    expect(Buffer.from(one ?? []).toString()).toBe('one')
  })
})
