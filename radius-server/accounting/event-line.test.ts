import { expect, test } from 'vitest'
import { restartOf, session } from '../testing/events.ts'
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
    }),
  ],
  ['a restart', restartOf('gw-1', new Date(1_795_000_000_123))],
])('%s comes back as it was', (_, event) => {
  const line = encodeEvent(event)
  expect(line).not.toContain('\n')
  expect(decodeEvent(line)).toEqual(event)
})

test('a line that was written before a field existed says null of it', () => {
  const { nasAt: _, counterBits: __, ...older } = Object(session('s1')).record
  const line = encodeEvent({ kind: 'record', record: older })
  expect(decodeEvent(line)).toEqual(session('s1'))
})

test.each(['', 'null', '{', '{"v":2,"kind":"record","record":{}}', '{"v":1,"kind":"other"}'])(
  'the line %j is not read',
  (line) => {
    expect(decodeEvent(line)).toBeNull()
  },
)
