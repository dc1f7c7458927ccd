import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LIMITS } from '../limits.ts'
import { oracle } from '../testing/oracle.ts'
import {
  createDenial,
  denialAnswer,
  errorAnswer,
  recordsAnswer,
  truncatedAnswer,
} from './answer.ts'
import { extendedError } from './edns.ts'
import { HEADER, isCheckingDisabled, isRecursionDesired, readQuery, SILENCE } from './query.ts'

const label = fc.string({
  unit: fc.constantFrom(...'abcXYZ019-_'.split('')),
  minLength: 1,
  maxLength: 20,
})
const domain = fc.array(label, { minLength: 1, maxLength: 8 }).map((labels) => labels.join('.'))
const type = fc.constantFrom(
  'A',
  'AAAA',
  'MX',
  'TXT',
  'UNKNOWN_65',
  'UNKNOWN_64',
  'PTR',
  'SRV',
  'DS',
)
const asked = fc.record({
  id: fc.nat(0xffff),
  name: domain,
  type,
  rd: fc.boolean(),
  cd: fc.boolean(),
  opt: fc.option(fc.record({ size: fc.nat(0xffff), do: fc.boolean() })),
})

type Asked = typeof asked extends fc.Arbitrary<infer T> ? T : never

function encode(query: Asked): Uint8Array {
  return oracle.encode({
    type: 'query',
    id: query.id,
    flags: (query.rd ? 0x0100 : 0) | (query.cd ? 0x0010 : 0),
    questions: [{ name: query.name, type: query.type }],
    additionals:
      query.opt === null
        ? []
        : [
            {
              type: 'OPT',
              name: '.',
              udpPayloadSize: query.opt.size,
              flags: query.opt.do ? 0x8000 : 0,
            },
          ],
  })
}

describe('a query written by another implementation', () => {
  test('is read as it was meant', () => {
    fc.assert(
      fc.property(asked, (query) => {
        const read = readQuery(encode(query))
        expect(read.fault).toBe(0)
        expect(isRecursionDesired(read)).toBe(query.rd)
        expect(isCheckingDisabled(read)).toBe(query.cd)
        expect(read.questionEnd).toBe(HEADER + query.name.length + 2 + 4)
        expect(read.edns).toBe(query.opt !== null)
        expect(read.dnssecOk).toBe(query.opt?.do ?? false)
        // dns-packet writes 4096 where 0 was asked for.
        const size = query.opt === null ? 512 : query.opt.size === 0 ? 4096 : query.opt.size
        expect(read.udpSize).toBe(Math.max(512, size))
      }),
    )
  })

  test('is answered so that it can be read there again, whatever the answer is', () => {
    fc.assert(
      fc.property(asked, fc.nat(12), (query, pick) => {
        const read = readQuery(encode(query))
        const error = extendedError(15, 'cat=été')
        const denial = createDenial(30)
        const answers = [
          errorAnswer(read, 5, error),
          errorAnswer(read, 16),
          denialAnswer(read, 3, HEADER, denial, error),
          denialAnswer(read, 0, read.questionEnd - 5, denial, null),
          recordsAnswer(read, 1, 60, [Uint8Array.of(192, 0, 2, 1), Uint8Array.of(192, 0, 2, 2)]),
          truncatedAnswer(read),
        ]
        const answer = Buffer.from(answers[pick % answers.length] ?? [])
        const packet = oracle.decode(answer)
        expect(packet.id).toBe(query.id)
        expect(packet.questions).toMatchObject([{ name: query.name, type: query.type }])
        expect(packet.additionals.length).toBe(query.opt === null ? 0 : 1)
        expect(packet.flags & 0x0110).toBe((query.rd ? 0x0100 : 0) | (query.cd ? 0x0010 : 0))
        // QR and RA are set; AA, Z and AD never.
        expect(answer.readUInt16BE(2) & 0x84e0).toBe(0x8080)
      }),
    )
  })
})

describe('any bytes at all', () => {
  test('are read without an error, and no fault is made up of a drop', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        const query = readQuery(bytes)
        expect(query.questionEnd).toBeLessThanOrEqual(Math.max(HEADER, bytes.length))
        if (bytes.length < HEADER) expect(query.fault).toBe(SILENCE)
      }),
      { numRuns: 2_000 },
    )
  })

  test('cut off anywhere, a good query is no longer one', () => {
    const whole = encode({ id: 1, name: 'a.example', type: 'A', rd: true, cd: false, opt: null })
    for (let length = 0; length < whole.length; length++) {
      expect(readQuery(whole.subarray(0, length)).fault).not.toBe(0)
    }
  })
})

describe('an extended error', () => {
  test('is cut at its limit without breaking a character', () => {
    const { text } = extendedError(15, 'é'.repeat(200))
    expect(text.length).toBeLessThanOrEqual(LIMITS.extendedText)
    expect(new TextDecoder('utf-8', { fatal: true }).decode(text)).toBe('é'.repeat(50))
  })
})
