import { describe, expect, test } from 'vitest'
import { parseMac } from '#core/mac.ts'
import { GATEWAY_VENDORS } from '#db/gateways.ts'
import type { GatewayVendor } from '#db/gateways.ts'
import { ATTRIBUTE, CODE } from '../dictionary.ts'
import { ladderOf } from './forms.ts'
import type { Target } from './forms.ts'
import type { LiveSession } from './live-sessions.ts'

const MAC = parseMac('02:00:5e:00:00:01')
const NAMES: ReadonlyMap<number, string> = new Map(
  Object.entries(ATTRIBUTE).map(([name, type]) => [type, name]),
)

const UNSEEN: Target = { mac: MAC, account: 'bob', seen: undefined }

function seen(more: Partial<LiveSession> = {}): Target {
  const text = (value: string): Uint8Array => Buffer.from(value)
  return {
    ...UNSEEN,
    seen: {
      attributes: new Map([
        [ATTRIBUTE['User-Name'], text('Bob@example.org')],
        [ATTRIBUTE['NAS-Identifier'], text('ap-7')],
        [ATTRIBUTE['NAS-Port'], Buffer.from([0, 0, 0, 9])],
        [ATTRIBUTE['Calling-Station-Id'], text('0200.5e00.0001')],
        [ATTRIBUTE['Acct-Session-Id'], text('5F3A')],
        [ATTRIBUTE['Framed-IP-Address'], Buffer.from([10, 0, 0, 9])],
      ]),
      auditSession: null,
      ...more,
    },
  }
}

function told(vendor: GatewayVendor, target: Target, first: string | null = null): string[] {
  return ladderOf(vendor, target, first).map(({ form, attributes }) => {
    const about = attributes.map(({ type, value }) => {
      const isText = Buffer.from(value).every((octet) => octet >= 32 && octet < 127)
      return `${NAMES.get(type)}=${isText ? Buffer.from(value).toString() : Buffer.from(value).toString('hex')}`
    })
    return `${form}: ${about.join(' ')}`
  })
}

describe('the ladder', () => {
  test('says the names that the gateway itself gave, in its own spelling', () => {
    expect(told('standard', seen())).toEqual([
      'station: NAS-Identifier=ap-7 Calling-Station-Id=0200.5e00.0001',
      'session: NAS-Identifier=ap-7 Acct-Session-Id=5F3A User-Name=Bob@example.org Calling-Station-Id=0200.5e00.0001',
      'user: NAS-Identifier=ap-7 User-Name=Bob@example.org',
      'bare: Calling-Station-Id=0200.5e00.0001',
    ])
  })

  test('of a session that was not seen says what can be worked out, each form once', () => {
    expect(told('standard', UNSEEN)).toEqual([
      'station: Calling-Station-Id=02-00-5E-00-00-01',
      'user: User-Name=bob',
    ])
    expect(told('mikrotik', UNSEEN)).toEqual([
      'user: User-Name=bob',
      'station: Calling-Station-Id=02:00:5E:00:00:01',
    ])
    expect(told('aruba', { ...UNSEEN, account: null })).toEqual([
      'station: Calling-Station-Id=02005e000001',
    ])
  })

  test('begins with the form that worked last', () => {
    expect(told('standard', seen(), 'user')[0]).toMatch(/^user:/)
    expect(told('standard', seen(), 'user')).toHaveLength(4)
    // Of another maker, or of an older version.
    expect(told('standard', seen(), 'cisco-session')[0]).toMatch(/^station:/)
  })

  test('of Ruckus never names the Acct-Session-Id', () => {
    expect(told('ruckus', seen()).join()).not.toContain('Acct-Session-Id')
  })

  test('of Aruba has a form with NAS-Port, which is a number', () => {
    expect(told('aruba', seen())[1]).toBe(
      'port: NAS-Identifier=ap-7 NAS-Port=00000009 Calling-Station-Id=0200.5e00.0001',
    )
  })

  test('of MikroTik has a form with the address of the device', () => {
    expect(told('mikrotik', seen())[1]).toBe(
      'address: NAS-Identifier=ap-7 User-Name=Bob@example.org Framed-IP-Address=0a000009',
    )
  })

  test('of Cisco begins with its own session and has a new authentication near the end', () => {
    const auditSession = Buffer.concat([
      Buffer.from([0, 0, 0, 9, 1, 23]),
      Buffer.from('audit-session-id=0A1B'),
    ])
    const rungs = ladderOf('cisco', seen({ auditSession }), null)
    expect(rungs[0]?.form).toBe('cisco-session')
    expect(rungs[0]?.attributes.at(-2)?.value).toEqual(auditSession)
    const again = rungs.find(({ form }) => form === 'cisco-reauthenticate')
    expect(again?.code).toBe(CODE['CoA-Request'])
    expect(
      again?.attributes.map(({ value }) => Buffer.from(value).toString('latin1')).join(),
    ).toMatch(/subscriber:command=reauthenticate.*subscriber:reauthenticate-type=last/)
  })

  test.each(GATEWAY_VENDORS)('of %s has nothing but names in a Disconnect-Request', (vendor) => {
    // RFC 5176 §3; anything else is answered with 401.
    const names = new Set<number>([
      ATTRIBUTE['User-Name'],
      ATTRIBUTE['NAS-Identifier'],
      ATTRIBUTE['NAS-IP-Address'],
      ATTRIBUTE['NAS-Port'],
      ATTRIBUTE['Framed-IP-Address'],
      ATTRIBUTE['Calling-Station-Id'],
      ATTRIBUTE['Acct-Session-Id'],
      ATTRIBUTE['Vendor-Specific'],
    ])
    const rungs = ladderOf(vendor, seen(), null)
    expect(rungs.length).toBeGreaterThan(1)
    for (const { code, attributes } of rungs) {
      if (code !== CODE['Disconnect-Request']) continue
      for (const { type } of attributes) expect(names).toContain(type)
    }
  })
})
