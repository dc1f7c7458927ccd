import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseMac } from '#core/mac.ts'
import type { Mac } from '#core/mac.ts'
import { restartOf, session } from '../test/support/log-events.ts'
import { decodeEvent, encodeEvent } from './event-line.ts'

test.each([
  ['a record of nothing', session('s1')],
  [
    'a record of everything',
    session('\0 "quoted" \u{1f600} \ud800', {
      kind: 'stop',
      at: new Date(1_795_000_000_123),
      nasAt: new Date(0),
      sessionSeconds: 0,
      octetsIn: 2n ** 63n,
      octetsOut: 0n,
      counterBits: 64,
      ipv4: '192.0.2.1',
      cause: 'User-Request',
      publicSource: { ip: '198.51.100.7', ports: '1024-1273' },
    }),
  ],
  ['a restart', restartOf('gw-1', new Date(1_795_000_000_123))],
  [
    'an acceptance',
    {
      kind: 'acceptance' as const,
      acceptance: {
        gateway: 'gw-1',
        site: 's',
        network: 'guest' as const,
        mac: parseMac('02-00-00-00-00-01') as Mac,
        ip: null,
        publicSource: { ip: '198.51.100.7', ports: '1024-1273' },
        termsVersion: '2026-01',
        grantUntil: new Date(1_795_000_000_000),
        at: new Date(0),
      },
    },
  ],
])('%s comes back as it was', (_, event) => {
  const line = encodeEvent(event)
  expect(line).not.toContain('\n')
  expect(decodeEvent(line)).toEqual(event)
})

test('a name comes back as it was, whatever it is made of', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(0xffff)), (codes) => {
      const account = String.fromCharCode(...codes)
      const event = session('s1', { account, cause: account })
      expect(decodeEvent(encodeEvent(event))).toEqual(event)
    }),
  )
})

test('a line that was written before a field existed says null of it', () => {
  const line = JSON.parse(encodeEvent(session('s1')))
  expect(decodeEvent(JSON.stringify(line.slice(0, -2)))).toEqual(session('s1'))
})

test.each(['', 'null', '{', '{"v":2}', '[]', '[1,"start"]', '[2,"other"]', '[3,"restart"]'])(
  'the line %j is not read',
  (line) => {
    expect(decodeEvent(line)).toBeNull()
  },
)
