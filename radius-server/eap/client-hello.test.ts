import fc from 'fast-check'
import { expect, test } from 'vitest'
import { resumptionId } from './client-hello.ts'

const NAME = Buffer.alloc(16, 0xaa)
const TICKET = Buffer.concat([NAME, Buffer.alloc(150, 1)])
const SESSION_ID = Buffer.alloc(32, 0xbb)

function vector(lengthBytes: number, content: Buffer): Buffer {
  const length = Buffer.alloc(lengthBytes)
  length.writeUIntBE(content.length, 0, lengthBytes)
  return Buffer.concat([length, content])
}

function extension(type: number, content: Buffer): Buffer {
  return Buffer.concat([Buffer.of(type >> 8, type & 0xff), vector(2, content)])
}

function hello(sessionId: Buffer, ...extensions: Buffer[]): Buffer {
  const body = Buffer.concat([
    Buffer.of(3, 3),
    Buffer.alloc(32, 5),
    vector(1, sessionId),
    vector(2, Buffer.of(0x13, 0x01)),
    vector(1, Buffer.of(0)),
    vector(2, Buffer.concat(extensions)),
  ])
  const message = Buffer.concat([Buffer.of(1), vector(3, body)])
  return Buffer.concat([Buffer.of(22, 3, 1), vector(2, message)])
}

const TLS13 = extension(43, Buffer.of(2, 3, 4))
const PSK = extension(41, vector(2, Buffer.concat([vector(2, TICKET), Buffer.alloc(4)])))

test.each([
  ['a TLS 1.2 ticket', hello(SESSION_ID, extension(35, TICKET)), NAME],
  [
    'an empty ticket, which asks for one',
    hello(Buffer.alloc(0), extension(35, Buffer.alloc(0))),
    null,
  ],
  ['a TLS 1.2 session identifier', hello(SESSION_ID), SESSION_ID],
  ['a TLS 1.3 ticket', hello(SESSION_ID, TLS13, PSK), NAME],
  ['the identifier that TLS 1.3 sends for show', hello(SESSION_ID, TLS13), null],
  ['nothing', hello(Buffer.alloc(0)), null],
])('finds what is to be resumed in a ClientHello with %s', (_, message, id) => {
  const found = resumptionId(message)
  expect(found === null ? null : Buffer.from(found)).toEqual(id)
})

test('a ClientHello that ends too early asks for nothing', () => {
  const whole = hello(SESSION_ID, TLS13, PSK)
  for (let length = 0; length < whole.length; length += 1) {
    expect(resumptionId(whole.subarray(0, length))).toBeNull()
  }
})

test('any octets are read or refused, and never throw', () => {
  const prefix = hello(SESSION_ID).subarray(0, 60)
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), fc.boolean(), (bytes, hasPrefix) => {
      resumptionId(hasPrefix ? Buffer.concat([prefix, bytes]) : bytes)
    }),
    { numRuns: 4000 },
  )
})
