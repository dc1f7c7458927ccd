import fc from 'fast-check'
import { expect, test } from 'vitest'
import { BLOCK_ANSWERS } from '#db/filters.ts'
import type { BlockAnswer } from '#db/filters.ts'
import { blockedAnswer } from './block.ts'
import { extendedError } from './message/edns.ts'
import { HEADER, readQuery } from './message/query.ts'
import type { Reason } from './policy/effective.ts'
import { wireQuery } from './testing/asking.ts'
import { oracle, summary } from './testing/oracle.ts'

const PAGE = { v4: [Uint8Array.of(192, 0, 2, 10), Uint8Array.of(192, 0, 2, 11)], v6: [] }

function reason(answer: BlockAnswer, code = 15): Reason {
  const error = extendedError(code, 'cat=games;ref=ABCDE')
  return { category: 'games', answer, error, ref: 'ABCDE', level: 0, hours: [] }
}

function answerTo(query: Uint8Array, answer: BlockAnswer, hasAllowedBelow = false): Uint8Array {
  return blockedAnswer(readQuery(query), reason(answer), PAGE, HEADER, hasAllowedBelow)
}

const A = 1
const AAAA = 28
const ANY = 255

// Every type that may be asked for, the ones of dns.md first: those that nobody knows too.
const type = fc.oneof(
  fc.constantFrom(A, 2, 5, 6, 12, 15, 16, AAAA, 33, 35, 39, 43, 46, 47, 48, 52, 64, 65, ANY, 257),
  fc.integer({ min: 1, max: 127 }).filter((one) => one !== 41),
  fc.integer({ min: 258, max: 65_535 }),
)

test('no type gets more than the mode gives, and each answer is one that dns-packet reads', () => {
  fc.assert(
    fc.property(
      type,
      fc.constantFrom(...BLOCK_ANSWERS),
      fc.boolean(),
      fc.boolean(),
      fc.constantFrom(0x0100, 0x0110, 0x0000, 0x0120),
      fc.constantFrom('games.example', 'WwW.GaMeS.example', `${'a'.repeat(63)}.example`),
      (asked, mode, hasAllowedBelow, edns, flags, name) => {
        const query = wireQuery(name, { type: asked, edns, flags })
        const bytes = answerTo(query, mode, hasAllowedBelow)
        const got = summary(query, bytes)
        const packet = oracle.decode(Buffer.from(bytes))

        // Neither AA nor AD, RA always, RD and CD as they came, the question byte for byte.
        expect(packet.flags & 0x0460).toBe(0)
        expect(packet.flags & 0x0080).toBe(0x0080)
        expect(packet.flags & 0x0110).toBe(flags & 0x0110)
        expect(got['question']).toBe('kept')
        expect(got['ede']).toBe(edns ? '15:cat=games;ref=ABCDE' : undefined)
        expect(got['opt']).toBe(edns ? '1232' : 'none')

        const data = packet.answers.map((record) => `${record.type} ${String(record.data)}`)
        const isAddress = mode === 'zero' || mode === 'page'
        if (isAddress && (asked === A || asked === ANY)) {
          const given = mode === 'zero' ? ['A 0.0.0.0'] : ['A 192.0.2.10', 'A 192.0.2.11']
          expect(data).toEqual(given)
        } else if (mode === 'zero' && asked === AAAA) {
          expect(data).toEqual(['AAAA ::'])
        } else {
          // A denial, with the SOA without which nobody may remember it (RFC 2308).
          expect(data).toEqual([])
          expect(got['ns']).toBe('1')
          expect(got['soa']).toBe(`${name.toLowerCase()}:30`)
        }
        const isMissing = mode === 'nxdomain' && !hasAllowedBelow
        expect(got['rcode']).toBe(isMissing ? 'NXDOMAIN' : 'NOERROR')
      },
    ),
    { numRuns: 2_000 },
  )
})

test('a page without an IPv6 address is no IPv6 address, and not a name that does not exist', () => {
  const query = wireQuery('games.example', { type: AAAA })
  expect(summary(query, answerTo(query, 'page'))).toMatchObject({ rcode: 'NOERROR', an: '0' })
})
