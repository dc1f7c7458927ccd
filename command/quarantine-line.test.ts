import { expect, test } from 'vitest'
import { encodeEvent } from '#db/event-line.ts'
import { restartOf, session } from '../test/support/log-events.ts'
import { quarantineLines } from './quarantine-line.ts'

const ROW = {
  id: 'ID',
  at: new Date('2026-11-23T13:05:00Z'),
  gateway: 'gw-0042',
  reason: 'too long',
}
const AT = new Date('2026-11-23T13:00:00Z')

test('an event is shown by the fields that a person needs', () => {
  const event = session('s1', { kind: 'stop', at: AT, account: 'alice', octetsIn: 12_345n })
  expect(quarantineLines({ ...ROW, content: encodeEvent(event) })).toMatch(
    /^ID  2026-11-23T13:05:00.000Z  gw-0042  too long\n    kind=stop site=\S+ network=\S+ .*account=alice at=2026-11-23T13:00:00.000Z\n$/,
  )
  expect(quarantineLines({ ...ROW, content: encodeEvent(restartOf('gw-0042', AT)) })).toContain(
    '    kind=restart at=2026-11-23T13:00:00.000Z cause=NAS-Reboot\n',
  )
})

test('nothing of it moves the terminal, and none is endless', () => {
  const esc = String.fromCodePoint(27)
  const event = session('s1', {
    at: AT,
    account: `a${esc}[2J\u202e\ud800`,
    cause: 'x'.repeat(5000),
  })
  const content = encodeEvent(event).replace(String(AT.getTime()), '1e99')
  const lines = quarantineLines({ ...ROW, reason: `line\nbreak${esc}]0;`, content })
  expect(lines).toContain('account=a\\u{1b}[2J\\u{202e}\\u{d800} ')
  expect(lines).toContain('at=no time')
  expect(lines).toContain('line\\u{a}break\\u{1b}]0;')
  expect(lines.split('\n')).toHaveLength(3)
  expect(lines.length).toBeLessThan(600)
})

test.each(['', '{', 'null', '[]', '[1,"start"]', '[2,"start","gw",null,null,null,null]'])(
  'what is no event is not shown: %j',
  (content) => {
    expect(quarantineLines({ ...ROW, content })).toContain(
      `    ${content.length} characters that are no event`,
    )
  },
)
