import { describe, expect, test } from 'vitest'
import { accountingSessionKey } from '#db/session-key.ts'
import type { AccountingRecord } from '#db/accounting-record.ts'
import { createClient } from '../client.ts'
import { ACCT_STATUS_TYPE, ATTRIBUTE, CODE } from '../dictionary.ts'
import { parsePacket } from '../packet.ts'
import { digestRequest } from '../testing/gateway.ts'
import type { Sent } from '../testing/gateway.ts'
import { gateway, network, watch } from '../testing/server.ts'
import { sourceOf } from '../testing/source.ts'
import { readAccounting } from './accounting-record.ts'
import { TEXT_LIMITS } from './safe-text.ts'

const NOW = Date.UTC(2026, 10, 23, 12)
function read(
  attributes: readonly Sent[],
  status: number = ACCT_STATUS_TYPE.Stop,
  from = gateway(),
) {
  const parsed = parsePacket(
    digestRequest({
      code: CODE['Accounting-Request'],
      attributes: [[ATTRIBUTE['Acct-Status-Type'], status], ...attributes],
    }),
  )
  if (!parsed.ok) throw new Error(parsed.reason)
  return readAccounting({
    client: createClient(from, watch()),
    packet: parsed.packet,
    source: sourceOf('127.0.0.1', 1),
    service: 'accounting',
    receivedAt: NOW,
    trace: null,
  })
}

function record(...attributes: Sent[]): AccountingRecord {
  const event = read([[ATTRIBUTE['Acct-Session-Id'], 's1'], ...attributes])
  if (event?.kind !== 'record') throw new Error('no record')
  return event.record
}

test('an empty record says null, never zero', () => {
  expect(record()).toEqual({
    kind: 'stop',
    gateway: 'gw-0042',
    site: '75-0042',
    network: 'guest',
    sessionKey: accountingSessionKey('gw-0042', 's1', null),
    mac: null,
    account: null,
    ipv4: null,
    ipv6: null,
    publicSource: null,
    at: new Date(NOW),
    nasAt: null,
    sessionSeconds: null,
    octetsIn: null,
    octetsOut: null,
    counterBits: null,
    cause: null,
  })
})

describe('volumes', () => {
  test('join the gigawords', () => {
    const { octetsIn, octetsOut } = record(
      [ATTRIBUTE['Acct-Input-Octets'], 1],
      [ATTRIBUTE['Acct-Input-Gigawords'], 2],
      [ATTRIBUTE['Acct-Output-Octets'], 0xffffffff],
    )
    expect(octetsIn).toBe(2n * 2n ** 32n + 1n)
    expect(octetsOut).toBe(0xffffffffn)
  })

  test('of the wrong length are absent', () => {
    expect(record([ATTRIBUTE['Acct-Input-Octets'], Buffer.alloc(8)]).octetsIn).toBeNull()
  })
})

describe('the counters', () => {
  const octets: Sent = [ATTRIBUTE['Acct-Output-Octets'], 1]

  test('have 32 bits unless a gateway sends gigawords, even zero', () => {
    expect(record(octets).counterBits).toBe(32)
    expect(record(octets, [ATTRIBUTE['Acct-Output-Gigawords'], 0]).counterBits).toBe(64)
    expect(record().counterBits).toBeNull()
  })
})

describe('the time', () => {
  test('of a packet that waited at the gateway is when it happened', () => {
    const happened = NOW / 1000 - 7200
    const { at, nasAt } = record(
      [ATTRIBUTE['Event-Timestamp'], happened],
      [ATTRIBUTE['Acct-Delay-Time'], 7150],
    )
    expect([at, nasAt]).toEqual([new Date(happened * 1000), new Date(happened * 1000)])
  })

  test('of the gateway is kept beside ours, believed or not', () => {
    const { at, nasAt } = record([ATTRIBUTE['Event-Timestamp'], 12])
    expect([at, nasAt]).toEqual([new Date(NOW), new Date(12_000)])
  })

  test.each([
    ['is the gateway’s, when that is sane', NOW / 1000 - 300, 0, NOW - 300_000],
    ['is not the gateway’s, when it lives in 1970', 12, 0, NOW],
    ['is not the gateway’s, when it is ten minutes ahead', NOW / 1000 + 600, 0, NOW],
    ['is receipt less the delay, when the clock is off', 12, 30, NOW - 30_000],
    ['is receipt, when the delay is absurd', 12, 4_000_000_000, NOW],
  ])('%s', (_, stamp, delay, expected) => {
    const { at } = record(
      [ATTRIBUTE['Event-Timestamp'], stamp],
      [ATTRIBUTE['Acct-Delay-Time'], delay],
    )
    expect(at.getTime()).toBe(expected)
  })
})

describe('who and where', () => {
  test('the Class we issued says it, whatever the outer identity is', () => {
    const { network, account } = record(
      [ATTRIBUTE['User-Name'], 'anonymous@example.org'],
      [ATTRIBUTE.Class, 'something of another server'],
      [ATTRIBUTE.Class, 'acc1:staff:bob'],
    )
    expect({ network, account }).toEqual({ network: 'staff', account: 'bob' })
  })

  test('a User-Name that is the address of a page is nobody', () => {
    expect(record([ATTRIBUTE['User-Name'], 'http://www.example/x']).account).toBeNull()
  })

  test('a User-Name that is an address is a guest device', () => {
    const { network, account, mac } = record([ATTRIBUTE['User-Name'], 'AABBCCDDEEFF'])
    expect({ network, account, mac }).toEqual({
      network: 'guest',
      account: null,
      mac: 'aa:bb:cc:dd:ee:ff',
    })
  })

  test.each([
    [[192, 168, 78, 9], 'staff'],
    [[192, 168, 77, 9], 'guest'],
  ] as const)('the address %s is in the network %s', (ip, network) => {
    expect(record([ATTRIBUTE['Framed-IP-Address'], Buffer.from(ip)]).network).toBe(network)
  })

  test('an account without more is staff, and is written in lower case', () => {
    const { network, account } = record([ATTRIBUTE['User-Name'], 'Bob'])
    expect({ network, account }).toEqual({ network: 'staff', account: 'bob' })
  })

  test('the device is the Calling-Station-Id, in any spelling', () => {
    const { mac } = record([ATTRIBUTE['Calling-Station-Id'], 'AA-BB-CC-DD-EE-FF'])
    expect(mac).toBe('aa:bb:cc:dd:ee:ff')
  })
})

describe('addresses', () => {
  const address = Buffer.from('20010db8000000000000000000000009', 'hex')

  test('are IPv4 and IPv6', () => {
    const { ipv4, ipv6 } = record(
      [ATTRIBUTE['Framed-IP-Address'], Buffer.from([192, 168, 77, 9])],
      [ATTRIBUTE['Framed-IPv6-Address'], address],
    )
    expect({ ipv4, ipv6 }).toEqual({ ipv4: '192.168.77.9', ipv6: '2001:db8::9' })
  })

  test('are the prefix, where only that is known', () => {
    const prefix = Buffer.from('004020010db800000001', 'hex')
    expect(record([ATTRIBUTE['Framed-IPv6-Prefix'], prefix]).ipv6).toBe('2001:db8:0:1::')
  })

  test('are absent before DHCP has answered', () => {
    expect(record([ATTRIBUTE['Framed-IP-Address'], Buffer.alloc(4)]).ipv4).toBeNull()
  })
})

test('the address and the block of ports with which a device goes out are read from what was declared', () => {
  const nat = { address: '198.51.100.7', firstPort: 1024, lastPort: 65_535, portsEach: 250 }
  const known = gateway({ guest: network('guest', { nat }) })
  const event = read(
    [
      [ATTRIBUTE['Acct-Session-Id'], 's1'],
      [ATTRIBUTE['Framed-IP-Address'], Buffer.from([192, 168, 77, 9])],
    ],
    ACCT_STATUS_TYPE.Start,
    known,
  )
  expect(event).toMatchObject({
    record: { publicSource: { ip: '198.51.100.7', ports: '3274-3523' } },
  })
})

describe('text from the network', () => {
  test('loses what Postgres does not take', () => {
    expect(record([ATTRIBUTE['User-Name'], 'b\0o\nb']).account).toBe('bob')
  })

  test('that is not UTF-8 is written in hex, so that it stays distinct', () => {
    const event = read([[ATTRIBUTE['Acct-Session-Id'], Buffer.from('ff00fe', 'hex')]])
    const sessionKey = accountingSessionKey('gw-0042', '0xff00fe', null)
    expect(event).toMatchObject({ record: { sessionKey } })
  })

  test('is never longer than its limit', () => {
    const { account } = record([ATTRIBUTE['User-Name'], Buffer.alloc(253, 0xff)])
    expect(account).toHaveLength(TEXT_LIMITS.account)
  })

  test('of nothing is nothing to record', () => {
    expect(read([[ATTRIBUTE['Acct-Session-Id'], '\0']])).toBeNull()
  })
})

test.each([
  [1, 'User-Request'],
  [2, 'Lost-Carrier'],
  [19, 'Supplicant-Restart'],
  [4242, '4242'],
])('the cause %d is %s', (number, name) => {
  expect(record([ATTRIBUTE['Acct-Terminate-Cause'], number]).cause).toBe(name)
})
