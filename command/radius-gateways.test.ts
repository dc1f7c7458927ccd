import { expect, test } from 'vitest'
import type { GatewayPosture } from '#db/gateway-postures.ts'
import { postureNote } from './check-postures.ts'
import { gatewayLines } from './radius-gateways.ts'

const NOW = Date.UTC(2026, 10, 24, 12)
const seenAt = (ms: number) => ({ from: new Date(NOW - ms), at: new Date(NOW - ms) })

function posture(changes: Partial<GatewayPosture> = {}): GatewayPosture {
  return {
    gateway: 'gw-1',
    site: '75-1',
    rule: 'required',
    address: '192.0.2.1/32',
    seen: null,
    ...changes,
  }
}

function seen(changes: Partial<NonNullable<GatewayPosture['seen']>> = {}): GatewayPosture['seen'] {
  return {
    since: new Date(Date.UTC(2026, 9, 1)),
    transport: 'udp',
    heardAt: new Date(NOW - 3 * 60_000),
    ...{ accessAt: null, accountingAt: null, connectedAt: null, certificateEndsAt: null },
    signed: seenAt(180_000),
    unsigned: null,
    proxied: null,
    enforcedAt: null,
    clockSkewMs: null,
    requests: 120,
    unsignedRequests: 0,
    refused: 0,
    overLimit: 0,
    forged: 0,
    ...changes,
  }
}

test('a house without gateways says what to do', () => {
  expect(gatewayLines([], NOW)).toEqual([expect.stringContaining('npx accueil apply')])
})

test('each gateway has a line that says when it was heard, how it signs and whether it must', () => {
  const lines = gatewayLines(
    [
      posture(),
      posture({ gateway: 'gw-22', seen: seen({ clockSkewMs: 500 }) }),
      posture({
        gateway: 'gw-3',
        rule: 'auto',
        seen: seen({
          enforcedAt: new Date(NOW),
          unsigned: seenAt(0),
          refused: 2,
          unsignedRequests: 3,
          clockSkewMs: -90_000,
        }),
      }),
      posture({
        gateway: 'gw-4',
        rule: 'auto',
        seen: seen({ heardAt: new Date(NOW - 3 * 3_600_000) }),
      }),
      posture({
        gateway: 'gw-5',
        rule: 'trusted',
        seen: seen({ signed: null, unsigned: seenAt(0), heardAt: new Date(NOW - 3 * 86_400_000) }),
      }),
      posture({
        gateway: 'gw-6',
        address: null,
        seen: seen({ transport: 'radsec', signed: null }),
      }),
    ],
    NOW,
  )
  expect(lines.map((line) => line.split(/ {2,}/))).toEqual([
    [
      'GATEWAY',
      'PLACE',
      'HEARD',
      'BY',
      'SIGNS',
      'MUST SIGN',
      'CLOCK',
      'REQUESTS',
      'UNSIGNED',
      'REFUSED',
      'OVER LIMIT',
      'SINCE',
    ],
    ['gw-1', '75-1', 'never', '-', 'unheard', 'yes'],
    [
      'gw-22',
      '75-1',
      '3 min ago',
      'udp',
      'always',
      'yes',
      'right',
      '120',
      '0',
      '0',
      '0',
      '2026-10-01',
    ],
    [
      'gw-3',
      '75-1',
      '3 min ago',
      'udp',
      'sometimes',
      'since 2026-11-24 (auto)',
      '90 s behind',
      '120',
      '3',
      '2',
      '0',
      '2026-10-01',
    ],
    [
      'gw-4',
      '75-1',
      '3 h ago',
      'udp',
      'always',
      'not yet (auto)',
      '-',
      '120',
      '0',
      '0',
      '0',
      '2026-10-01',
    ],
    [
      'gw-5',
      '75-1',
      '3 days ago',
      'udp',
      'never',
      'no (trusted)',
      '-',
      '120',
      '0',
      '0',
      '0',
      '2026-10-01',
    ],
    [
      'gw-6',
      '75-1',
      '3 min ago',
      'radsec',
      'unheard',
      'TLS has',
      '-',
      '120',
      '0',
      '0',
      '0',
      '2026-10-01',
    ],
  ])
})

test('doctor has nothing to say of gateways that must sign and do, or come by TLS', () => {
  expect(
    postureNote([
      posture({ seen: seen() }),
      posture({ rule: 'auto', seen: seen({ enforcedAt: new Date(NOW) }) }),
      posture({ rule: 'optional', address: null }),
    ]),
  ).toBeNull()
})

test('doctor names who may be imitated, who does not sign and who is left out, a few of each', () => {
  const many = Array.from({ length: 8 }, (_, i) => posture({ gateway: `gw-${i}`, rule: 'auto' }))
  const note = postureNote([
    ...many,
    posture({ gateway: 'old', rule: 'optional', seen: seen({ unsigned: seenAt(0) }) }),
    posture({ gateway: 'left-out', seen: seen({ unsigned: seenAt(0), refused: 1 }) }),
  ])
  expect(note).toContain('gw-0, gw-1, gw-2, gw-3, gw-4 and 4 more need not send it')
  expect(note).toContain('old were heard without it')
  expect(note).toContain('left-out were refused without it')
})
