import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { describe, expect, test } from 'vitest'
import fc from 'fast-check'
import { createMetrics } from '#core/metrics.ts'
import { LIMITS } from '../limits.ts'
import { createAskFilter, FILTER_OUTCOMES } from './ask-filter.ts'
import type { AskFilter } from './ask-filter.ts'
import { encodeQuestion, readAnswer } from './dns-message.ts'
import { verdictOf } from './verdict.ts'

const counters = () => createMetrics().counters('asked_total', 'x', 'outcome', FILTER_OUTCOMES)

function option(code: number, text: string): Buffer {
  const value = Buffer.from(`\0\0${text}`)
  value.writeUInt16BE(code)
  const head = Buffer.alloc(4)
  head.writeUInt16BE(15)
  head.writeUInt16BE(value.length, 2)
  return Buffer.concat([head, value])
}

/** The question again, as an answer: an address for the name, and our OPT with that option. */
function answerTo(question: Buffer, options: Buffer, rcode = 0): Buffer {
  const end = question.indexOf(0, 12) + 5
  const head = Buffer.from(question.subarray(0, end))
  head[2] = 0x81
  head[3] = 0x80 | rcode
  head.writeUInt16BE(1, 6)
  head.writeUInt16BE(1, 10)
  const address = Buffer.from('c00c00010001000000000004c0000201', 'hex')
  const opt = Buffer.from('00002904d0000000000000', 'hex')
  opt.writeUInt16BE(options.length, 9)
  return Buffer.concat([head, address, opt, options])
}

async function startFilter(answer: (question: Buffer) => readonly Buffer[]): Promise<{
  port: number
  asked: Buffer[]
  close: () => void
}> {
  const socket = createSocket('udp4')
  const asked: Buffer[] = []
  socket.on('message', (question, { port, address }) => {
    asked.push(question)
    for (const bytes of answer(question)) socket.send(bytes, port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return { port: socket.address().port, asked, close: () => socket.close() }
}

function asker(port: number, clock = Date.now, waitMs = 20_000): AskFilter {
  const filter = { host: '127.0.0.1', port }
  return createAskFilter({ filter, clock, counters: counters(), waitMs })
}

describe('the DNS filter, asked why,', () => {
  test('is asked as by a device of the place, and its extended error is read', async () => {
    const filter = await startFilter((question) => [
      answerTo(question, option(15, 'cat=adult;ref=K7F2')),
    ])
    const verdict = await asker(filter.port)('www.bad.example', 'p1ace')
    filter.close()
    expect(verdict).toEqual({
      ...{ outcome: 'blocked', cause: 'category', category: 'adult', reference: 'K7F2' },
    })
    const [question = Buffer.alloc(0)] = filter.asked
    expect(question.subarray(12).toString('latin1')).toBe(
      // QTYPE A, then an OPT of 1232 octets with options 65075 and 65074.
      '\x03www\x03bad\x07example\0\0\x01\0\x01\0\0\x29\x04\xd0\0\0\0\0\0\x0d\xfe\x33\0\0\xfe\x32\0\x05p1ace',
    )
  })

  test('is asked once for a page that loads a hundred things, and again later', async () => {
    let now = 1_000
    const filter = await startFilter((question) => [answerTo(question, Buffer.alloc(0))])
    const ask = asker(filter.port, () => now)
    await Promise.all(Array.from({ length: 100 }, () => ask('a.example', 'one')))
    expect(filter.asked).toHaveLength(1)
    await ask('a.example', 'two')
    now += LIMITS.filter.rememberedMs + 1
    await ask('a.example', 'one')
    filter.close()
    expect(filter.asked).toHaveLength(3)
  })

  test('is not believed where somebody else answers', async () => {
    const filter = await startFilter((question) => {
      const forged = Buffer.from(question)
      forged[0] = (forged[0] ?? 0) ^ 1
      const other = Buffer.from(question.toString('latin1').replace('bad', 'bed'), 'latin1')
      return [
        answerTo(forged, option(15, 'cat=adult')),
        answerTo(other, option(15, 'cat=adult')),
        question,
        answerTo(question, option(15, 'by=rule;ref=R1')),
      ]
    })
    const verdict = await asker(filter.port)('bad.example', null)
    filter.close()
    expect(verdict).toEqual({
      ...{ outcome: 'blocked', cause: 'rule', category: null, reference: 'R1' },
    })
  })

  test('that is not there is not waited for, and asked again the next time', async () => {
    const filter = await startFilter(() => [])
    filter.close()
    const ask = asker(filter.port)
    expect(await ask('a.example', null)).toEqual({ outcome: 'unknown' })
    expect(await ask('a.example', null)).toEqual({ outcome: 'unknown' })
  })

  test('is never asked more at once than the limit', async () => {
    const filter = await startFilter(() => [])
    const ask = asker(filter.port, Date.now, LIMITS.filter.waitMs)
    const all = Array.from({ length: LIMITS.filter.asking + 10 }, (_, i) =>
      ask(`n${i}.example`, null),
    )
    expect(await Promise.all(all)).toEqual(all.map(() => ({ outcome: 'unknown' })))
    filter.close()
    expect(filter.asked.length).toBeLessThanOrEqual(LIMITS.filter.asking)
  })
})

describe('an extended error', () => {
  const said = (code: number, text: string, rcode = 0) =>
    verdictOf({ rcode, extended: { code, text } })
  test.each([
    [15, 'cat=adult', 'category', 'adult', null],
    [16, 'cat=illegal;ref=A1', 'category', 'illegal', 'A1'],
    [17, 'ref=B2;cat=jeux vidéo', 'category', 'jeux vidéo', 'B2'],
    [15, 'by=rule', 'rule', null, null],
    [15, 'by=bypass;ref=C3', 'category', 'proxy', 'C3'],
    [15, 'by=private-address', 'other', null, null],
    [15, '', 'other', null, null],
    [15, 'cat=<b>;ref=a"b', 'other', null, null],
    [15, `cat=${'x'.repeat(41)}`, 'other', null, null],
  ] as const)('%i %j is the cause %s', (code, text, cause, category, reference) => {
    const blocked = { outcome: 'blocked', cause, category, reference }
    expect(said(code, text)).toEqual(blocked)
    expect(said(code, text, 3)).toEqual(blocked)
  })

  test.each([
    [0, 'listed=adult,jeux vidéo', ['adult', 'jeux vidéo']],
    [0, 'listed=', []],
    [0, 'listed=<b>,games', ['games']],
    // From somebody else, or from a filter of the version before.
    [0, 'overload', null],
    [3, 'listed=adult', null],
  ] as const)(
    '%i %j of a name that is let through says which lists name it',
    (code, text, listed) => {
      expect(said(code, text)).toEqual({ outcome: 'free', listed })
    },
  )

  test('that blocks nothing, and a refusal, are not taken for a block', () => {
    expect(said(4, 'safe-search')).toEqual({ outcome: 'free', listed: null })
    expect(verdictOf({ rcode: 3, extended: null })).toEqual({ outcome: 'free', listed: null })
    expect(said(15, 'cat=adult', 2)).toEqual({ outcome: 'unknown' })
    expect(verdictOf({ rcode: 5, extended: null })).toEqual({ outcome: 'unknown' })
  })
})

test('whatever comes, nothing is thrown', () => {
  const question = encodeQuestion('www.bad.example', 'p1ace')
  const whole = answerTo(question, option(15, 'cat=adult'))
  expect(readAnswer(question, whole)).toEqual({
    ...{ rcode: 0, extended: { code: 15, text: 'cat=adult' } },
  })
  for (let length = 0; length < whole.length; length += 1)
    expect(readAnswer(question, whole.subarray(0, length))).toBeNull()
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), fc.nat(whole.length), (noise, at) => {
      const bytes = Buffer.concat([whole.subarray(0, at), noise])
      readAnswer(question, bytes)
      const altered = Buffer.from(whole)
      altered.set(noise.subarray(0, Math.max(0, whole.length - at)), at)
      readAnswer(question, altered)
    }),
  )
})
