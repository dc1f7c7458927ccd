import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { readDohRequest } from '../doh-request.ts'
import { oracle } from '../testing/oracle.ts'
import { expandName } from './name.ts'
import { readQuery, SILENCE } from './query.ts'
import { readAnswer } from './response.ts'

const label = fc.string({
  unit: fc.constantFrom('a', 'b', 'c', 'x', 'y', 'z', '0', '1', '9', '-', '_'),
  minLength: 1,
  maxLength: 20,
})
const domain = fc.array(label, { minLength: 1, maxLength: 5 }).map((labels) => labels.join('.'))
const type = fc.constantFrom('A', 'AAAA', 'TXT', 'MX', 'NS', 'PTR', 'SRV', 'CAA', 'DS')
const option = fc.record({
  code: fc.integer({ min: 65_001, max: 65_500 }),
  data: fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
})
const query = fc.record({
  id: fc.integer({ min: 0, max: 0xffff }),
  flags: fc.constantFrom(0, 0x100, 0x110, 0x120, 0x130),
  name: domain,
  type,
  size: fc.integer({ min: 1, max: 0xffff }),
  isDnssec: fc.boolean(),
  options: fc.array(option, { maxLength: 4 }),
})

describe('a query that dns-packet has written', () => {
  test('is read as it was meant', () => {
    fc.assert(
      fc.property(query, ({ id, flags, name, type: wanted, size, isDnssec, options }) => {
        const opt = { type: 'OPT', name: '.', udpPayloadSize: size, flags: isDnssec ? 0x8000 : 0 }
        const questions = [{ name, type: wanted }]
        const additionals = [{ ...opt, options }]
        const bytes = oracle.encode({ type: 'query', id, flags, questions, additionals })
        const read = readQuery(bytes)
        expect(read).toMatchObject({ fault: 0, edns: true, dnssecOk: isDnssec })
        expect(read.udpSize).toBe(Math.max(512, size))
        const plain = new Uint8Array(255)
        expect(expandName(bytes, 12, plain)).toBe(read.questionEnd - 4)
        expect(readQuery(bytes.subarray(0, bytes.length - 1)).fault).not.toBe(0)
      }),
    )
  })
})

const record = fc.oneof(
  fc.record({ name: domain, type: fc.constant('A'), data: fc.ipV4() }),
  fc.record({ name: domain, type: fc.constant('AAAA'), data: fc.ipV6() }),
  fc.record({ name: domain, type: fc.constant('CNAME'), data: domain }),
  fc.record({ name: domain, type: fc.constant('TXT'), data: fc.constant('text') }),
  fc.record({
    name: domain,
    type: fc.constant('MX'),
    data: fc.record({ preference: fc.integer({ min: 0, max: 0xffff }), exchange: domain }),
  }),
)

describe('an answer that dns-packet has written', () => {
  test('is passed on record by record', () => {
    const answers = fc.array(record, { maxLength: 8 })
    const ttl = fc.integer({ min: 1, max: 80_000 })
    fc.assert(
      fc.property(domain, answers, ttl, (name, records, seconds) => {
        const bytes = Buffer.from(
          oracle.encode({
            type: 'response',
            questions: [{ name, type: 'A' }],
            answers: records.map((one) => ({ ...one, ttl: seconds })),
          }),
        )
        const questionLength = name.length + 2 + 4
        const read = readAnswer(Buffer.from(bytes), questionLength, true)
        if (read === null) throw new Error('not read')
        expect(read.ttls.length).toBe(records.length)
        expect(oracle.decode(Buffer.from(read.wire)).answers).toEqual(oracle.decode(bytes).answers)
      }),
    )
  })
})

describe('whatever the bytes', () => {
  test('a query is read or has a fault, and nothing throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 600 }), (bytes) => {
        const { fault, questionEnd } = readQuery(bytes)
        if (bytes.length < 12) expect(fault).toBe(SILENCE)
        expect(questionEnd).toBeLessThanOrEqual(Math.max(12, bytes.length))
      }),
    )
  })

  test('a request for DNS over HTTPS is read or refused, and nothing throws', () => {
    const url = fc.oneof(
      fc.string({ maxLength: 300 }),
      fc.string({ maxLength: 300 }).map((text) => `/dns-query?dns=${text}`),
      fc.string({ maxLength: 80 }).map((text) => `/dns-query/${text}`),
    )
    const method = fc.constantFrom('GET', 'POST', 'PUT', '')
    const headers = fc.dictionary(
      fc.constantFrom('accept', 'content-type', 'content-length'),
      fc.string({ maxLength: 60 }),
    )
    fc.assert(
      fc.property(method, url, headers, (verb, path, head) => {
        const read = readDohRequest(verb, path, head)
        if (read.kind === 'message') expect(read.message.length).toBeLessThanOrEqual(4_098)
        if (read.kind !== 'refused') expect(read.token ?? 'none').toMatch(/^[A-Za-z0-9_-]{1,64}$/)
      }),
    )
  })
})
