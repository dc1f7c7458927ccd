import { expect, test } from 'vitest'
import { quarantineLines } from './quarantine-line.ts'

const ROW = {
  id: 'ID',
  at: new Date('2026-11-23T13:05:00Z'),
  gateway: 'gw-0042',
  reason: 'too long',
}

function shown(content: unknown, more: Partial<typeof ROW> = {}): string {
  const text = typeof content === 'string' ? content : JSON.stringify(content)
  return quarantineLines({ ...ROW, ...more, content: text })
}

test('an event is shown by the fields that a person needs, and by no other', () => {
  const record = {
    ...{
      kind: 'stop',
      acctSessionId: 's1',
      mac: '02:ac:c0:e1:00:01',
      ipv4: null,
      octetsIn: { $n: '1' },
    },
    ...{ at: { $t: Date.parse('2026-11-23T13:00:00Z') }, secret: 'testing123' },
  }
  expect(shown({ v: 1, kind: 'record', record })).toBe(
    'ID  2026-11-23T13:05:00.000Z  gw-0042  too long\n' +
      '    kind=stop acctSessionId=s1 mac=02:ac:c0:e1:00:01 at=2026-11-23T13:00:00.000Z\n',
  )
  const restart = { gateway: 'gw-0042', at: { $t: 0 }, cause: 'NAS-Reboot' }
  expect(shown({ v: 1, kind: 'restart', restart })).toContain(
    'kind=restart at=1970-01-01T00:00:00.000Z cause=NAS-Reboot\n',
  )
})

test('nothing of it moves the terminal, and none is endless', () => {
  const esc = String.fromCodePoint(27)
  const record = {
    account: `a${esc}[2J\u202e\ud800`,
    acctSessionId: 'x'.repeat(5000),
    at: { $t: 1e99 },
  }
  const lines = shown({ v: 1, record }, { reason: `line\nbreak${esc}]0;` })
  expect(lines).toContain('account=a\\u{1b}[2J\\u{202e}\\u{d800} at=no time')
  expect(lines).toContain('line\\u{a}break\\u{1b}]0;')
  expect(lines.split('\n')).toHaveLength(3)
  expect(lines.length).toBeLessThan(600)
})

test.each(['', '{', 'null', '[]', '{"v":9}', '{"record":3}', '{"record":null}'])(
  'what is no event is not shown: %j',
  (content) => {
    expect(shown(content)).toContain(`    ${content.length} characters that are no event`)
  },
)
