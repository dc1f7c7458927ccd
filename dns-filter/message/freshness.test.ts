import { expect, test } from 'vitest'
import { oracle } from '../testing/oracle.ts'
import { freshness } from './freshness.ts'

const questions = [{ name: 'www.example.net', type: 'A' }]
const a = (ttl: number) => ({ name: 'www.example.net', type: 'A', ttl, data: '192.0.2.1' })
const soa = (ttl: number, minimum: number) => ({
  name: 'example.net',
  type: 'SOA',
  ttl,
  data: { mname: 'ns', rname: 'me', serial: 1, refresh: 2, retry: 3, expire: 4, minimum },
})
const opt = { type: 'OPT', name: '.', udpPayloadSize: 1232 }

test.each([
  ['the lowest TTL of the answer', { answers: [a(300), a(60)], additionals: [opt] }, 60],
  [
    'not that of the authority beside an answer',
    { answers: [a(300)], authorities: [soa(5, 5)] },
    300,
  ],
  ['the SOA’s minimum for a missing name', { authorities: [soa(300, 30)], flags: 3 }, 30],
  ['its TTL, if that is lower', { authorities: [soa(20, 30)], flags: 0 }, 20],
  ['not at all without an SOA', { flags: 3 }, 0],
  ['not at all after a failure', { answers: [a(300)], flags: 2 }, 0],
])('an answer may be kept for %s', (_, packet, seconds) => {
  const bytes = oracle.encode({ type: 'response', questions, ...packet })
  expect(freshness(bytes)).toBe(seconds)
})
