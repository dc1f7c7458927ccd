import { expect, test } from 'vitest'
import type { WaitingRequest } from '#db/unblock-requests.ts'
import { unblockLines } from './unblock-list.ts'

const asked = (change: Partial<WaitingRequest>): WaitingRequest => ({
  ...{ id: '1', at: new Date('2026-11-28T10:00:00Z'), domain: 'a.example', site: '75-0042' },
  ...{ association: '75', network: 'guest', cause: 'category', category: 'games' },
  ...{ reference: 'K7F2', note: null, ...change },
})

test('what is asked most comes first, with what people wrote', () => {
  expect(
    unblockLines([
      asked({}),
      asked({ domain: 'b.example', cause: 'rule', category: null, note: 'For work.' }),
      asked({ domain: 'b.example', cause: 'rule', category: null, at: new Date(0) }),
      asked({ site: null, cause: 'other', category: null, reference: null }),
    ]),
  ).toEqual([
    '75-0042  b.example  2 times, last 2026-11-28  a rule  K7F2',
    '    “For work.”',
    '75-0042  a.example  once, last 2026-11-28  games  K7F2',
    '-  a.example  once, last 2026-11-28  reason unknown',
  ])
})

test('nobody asking is said', () => {
  expect(unblockLines([])).toEqual(['Nobody asks for anything.'])
})
