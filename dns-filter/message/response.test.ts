import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { answerFor } from '../cache.ts'
import { wireQuery } from '../testing/asking.ts'
import { oracle } from '../testing/oracle.ts'
import { HEADER, readQuery } from './query.ts'
import { isAnswerTo, readAnswer } from './response.ts'

interface Parts {
  readonly answers?: readonly unknown[]
  readonly authorities?: readonly unknown[]
  readonly additionals?: readonly unknown[]
  readonly rcode?: number
  readonly type?: string
}

const NAME = 'www.example.net'
const SOA = {
  name: 'example.net',
  type: 'SOA',
  ttl: 900,
  data: {
    mname: 'ns.example.net',
    rname: 'a.example.net',
    serial: 1,
    refresh: 1,
    retry: 1,
    expire: 1,
    minimum: 60,
  },
}

function respond(parts: Parts): Buffer {
  const packet = oracle.encode({
    type: 'response',
    id: 7,
    flags: 0x0180 | (parts.rcode ?? 0),
    questions: [{ name: NAME, type: parts.type ?? 'A' }],
    answers: parts.answers ?? [],
    authorities: parts.authorities ?? [],
    additionals: parts.additionals ?? [],
  })
  return Buffer.from(packet)
}

const QUESTION_LENGTH = NAME.length + 2 + 4

function read(parts: Parts, dnssecOk = false): ReturnType<typeof readAnswer> {
  return readAnswer(respond(parts), QUESTION_LENGTH, dnssecOk)
}

describe('an answer from upstream', () => {
  test('may be used as long as its shortest TTL', () => {
    const answers = [
      { name: NAME, type: 'CNAME', ttl: 50, data: 'cdn.example.org' },
      { name: 'cdn.example.org', type: 'A', ttl: 300, data: '198.51.100.7' },
    ]
    expect(read({ answers })).toMatchObject({ seconds: 50, rcode: 0, isPrivate: false })
  })

  test('a TTL is held below a day, and one with the top bit set is zero (RFC 2181)', () => {
    const a = (ttl: number): Parts => ({
      answers: [{ name: NAME, type: 'A', ttl, data: '198.51.100.7' }],
    })
    expect(read(a(900_000))?.seconds).toBe(86_400)
    expect(read(a(0x80000001))?.seconds).toBe(0)
  })

  test('a negative one may be used as long as the SOA says, and not at all without one (RFC 2308)', () => {
    expect(read({ rcode: 3, authorities: [SOA] })?.seconds).toBe(60)
    expect(read({ authorities: [SOA] })?.seconds).toBe(60)
    expect(read({ rcode: 3 })?.seconds).toBe(0)
    const onlyAlias = [{ name: NAME, type: 'CNAME', ttl: 500, data: 'x.example.net' }]
    expect(read({ answers: onlyAlias, authorities: [SOA] })?.seconds).toBe(60)
  })

  test('loses its OPT, its additional records, and without DO the servers of the zone', () => {
    const answers = [{ name: NAME, type: 'A', ttl: 300, data: '198.51.100.7' }]
    const authorities = [{ name: 'example.net', type: 'NS', ttl: 300, data: 'ns.example.net' }]
    const additionals = [
      { name: 'ns.example.net', type: 'A', ttl: 300, data: '198.51.100.8' },
      { name: '.', type: 'OPT', udpPayloadSize: 1232, flags: 0, options: [] },
    ]
    const query = readQuery(wireQuery(NAME))
    for (const [dnssecOk, kept] of [
      [false, 0],
      [true, 1],
    ] as const) {
      const answer = read({ answers, authorities, additionals }, dnssecOk)
      if (answer === null) throw new Error('not read')
      const packet = oracle.decode(Buffer.from(answerFor(query, answer, 0)))
      expect(packet.answers).toMatchObject([{ name: NAME, data: '198.51.100.7', ttl: 300 }])
      expect(packet.authorities.length).toBe(kept)
      expect(packet.additionals).toEqual([])
    }
  })

  test.each([
    ['A', '10.1.2.3', true],
    ['A', '192.168.0.1', true],
    ['A', '127.0.0.1', true],
    ['A', '169.254.1.1', true],
    ['A', '0.0.0.0', true],
    ['A', '198.51.100.7', false],
    ['AAAA', 'fd00::1', true],
    ['AAAA', '::1', true],
    ['AAAA', '::', true],
    ['AAAA', '::ffff:10.0.0.1', true],
    ['AAAA', '2001:db8::1', false],
  ])('with %s %s: leads into an inner network is %s', (type, data, isPrivate) => {
    expect(read({ type, answers: [{ name: NAME, type, ttl: 1, data }] })?.isPrivate).toBe(isPrivate)
  })

  test('names what it leads to, expanded and in lower case', () => {
    const answers = [{ name: NAME, type: 'CNAME', ttl: 50, data: 'Tracker.Bad.example' }]
    const targets = read({ answers })?.targets ?? []
    expect(targets.map((name) => Buffer.from(name).toString('latin1'))).toEqual([
      '\x07tracker\x03bad\x07example\x00',
    ])
  })

  test('passes on the code of an extended error, not its text', () => {
    const data = Buffer.from([0, 6, ...Buffer.from('bogus')])
    const additionals = [
      { name: '.', type: 'OPT', udpPayloadSize: 1232, options: [{ code: 15, data }] },
    ]
    expect(read({ rcode: 2, additionals })?.extendedError?.code).toBe(6)
  })

  test('is refused when it is cut off, or changed into nonsense, anywhere', () => {
    const whole = respond({ answers: [{ name: NAME, type: 'A', ttl: 300, data: '198.51.100.7' }] })
    for (let length = HEADER + QUESTION_LENGTH; length < whole.length; length++) {
      expect(readAnswer(whole.subarray(0, length), QUESTION_LENGTH, false)).toBeNull()
    }
  })

  test('whatever its bytes, reading it ends, and ends without an error', () => {
    const whole = respond({
      answers: [{ name: NAME, type: 'CNAME', ttl: 50, data: 'cdn.example.org' }],
      authorities: [SOA],
      additionals: [{ name: '.', type: 'OPT', udpPayloadSize: 1232, options: [] }],
    })
    const change = fc.tuple(fc.integer({ min: 4, max: whole.length - 1 }), fc.nat(255))
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 6 }), (changes) => {
        const bytes = Buffer.from(whole)
        for (const [at, byte] of changes) bytes[at] = byte
        if (isAnswerTo(bytes, 7, whole.subarray(HEADER, HEADER + QUESTION_LENGTH))) {
          readAnswer(bytes, QUESTION_LENGTH, true)
        }
      }),
      { numRuns: 3_000 },
    )
  })

  test('a name that points at itself or forwards is no name', () => {
    const bytes = respond({
      answers: [{ name: NAME, type: 'CNAME', ttl: 50, data: 'cdn.example.org' }],
    })
    const owner = HEADER + QUESTION_LENGTH
    for (const pointer of [owner, owner + 40, 3]) {
      const bad = Buffer.concat([
        bytes.subarray(0, owner),
        Buffer.of(0xc0 | (pointer >>> 8), pointer & 0xff, 0, 1, 0, 1, 0, 0, 0, 1, 0, 4, 1, 2, 3, 4),
      ])
      expect(readAnswer(bad, QUESTION_LENGTH, false)).toBeNull()
    }
  })
})

describe('an answer belongs to a question', () => {
  const question = wireQuery(NAME, { type: 65 }).subarray(HEADER)
  const answer = (name: string, type: number, id: number, flags = 0x8180): Buffer =>
    wireQuery(name, { type, id, flags })

  test('when id, name and type agree, case aside', () => {
    expect(isAnswerTo(answer('wWw.example.net', 65, 7), 7, question)).toBe(true)
  })

  test.each([
    ['another id', answer(NAME, 65, 8)],
    ['another name', answer('wwx.example.net', 65, 7)],
    ['another type', answer(NAME, 1, 7)],
    ['a type that differs like two letters differ in case', answer(NAME, 97, 7)],
    ['a query', answer(NAME, 65, 7, 0x0100)],
    ['another opcode', answer(NAME, 65, 7, 0x9180)],
    ['nothing', Buffer.alloc(0)],
  ])('and not with %s', (_, bytes) => {
    expect(isAnswerTo(bytes, 7, question)).toBe(false)
  })
})
