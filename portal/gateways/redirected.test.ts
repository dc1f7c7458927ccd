import { describe, expect, test } from 'vitest'
import { parseAddress } from '#core/ip.ts'
import { parseMac } from '#core/mac.ts'
import type { Mac } from '#core/mac.ts'
import { captiveLink } from '#db/captive-link.ts'
import { GENERIC, NOW } from '../portal-fixture.ts'
import { aruba, cisco } from './redirected.ts'
import { conforms, deviceOf, opening, visit } from './testing/conformance.ts'
import { scriptedWorld } from './testing/scripted-world.ts'

const PORTAL = new URL('http://portal.test')

describe.each([
  ['cisco', cisco, 'cisco-reauthenticate'],
  ['aruba', aruba, null],
] as const)('a controller that RADIUS leads to the portal: %s', (kind, adapter, form) => {
  const coa = { port: 1700, secret: 'testing123', formerSecret: null }
  const gateway = { ...GENERIC, name: 'wlc-0042', kind, coa }

  type Change = Partial<Record<'mac' | 'ip' | 'origin', string>>
  const link = ({
    mac = '02:ac:c0:e1:00:01',
    origin = 'http://example.com/',
  }: Change = {}): string => {
    const known = parseMac(mac)
    const made = captiveLink(
      PORTAL,
      gateway,
      { mac: known ?? ('02:ac:c0:e1:00:01' as Mac), network: 'guest' },
      NOW,
    )
    const url = new URL(`${made}redirect_url=${encodeURIComponent(origin)}`)
    if (known === null) url.searchParams.set('mac', mac)
    return `${url.pathname}${url.search}`
  }
  const receive = (address: string, change = {}) =>
    adapter.receive(visit(address, [gateway], { named: gateway, ...change }))
  const altered = (name: string, value: string) => () => {
    const url = new URL(link(), PORTAL)
    url.searchParams.set(name, value)
    return `${url.pathname}${url.search}`
  }

  conforms({
    adapter,
    gateway,
    named: true,
    link,
    forged: {
      'MAC address': altered('mac', '02acc0e10099'),
      time: altered('t', '1'),
      signature: altered('sig', '0'.repeat(32)),
    },
    elsewhere: { redirect_url: () => link({ origin: 'https://evil.example/' }) },
    opensAt: /^\/guest\/connected/,
  })

  test('is made to ask again for the device, which stays on the air', async () => {
    const world = scriptedWorld()
    const release = await adapter.release(deviceOf(receive(link())), opening(world))
    expect(release).toEqual({ outcome: 'wait', id: 'asked:1' })
    expect(world.asked).toEqual([{ gateway: 'wlc-0042', mac: '02:ac:c0:e1:00:01', form }])
  })

  test('has a link that is good for two hours, at its own gateway', () => {
    const hours = (count: number) => ({ now: NOW + count * 3_600_000 })
    expect(receive(link(), hours(2)).outcome).toBe('device')
    expect(receive(link(), hours(2.1))).toEqual({ outcome: 'refused', reason: 'link-expired' })
    expect(receive(link(), hours(-2.1))).toEqual({ outcome: 'refused', reason: 'clock-ahead' })
    const other = { ...gateway, name: 'wlc-0043' }
    const arrival = adapter.receive(visit(link(), [other], { named: other }))
    expect(arrival).toEqual({ outcome: 'refused', reason: 'bad-signature' })
  })

  test('tells the address only where we see the device’s own', () => {
    expect(deviceOf(receive(link())).ip).toBe('192.168.77.9')
    expect(deviceOf(receive(link(), { from: parseAddress('203.0.113.5') })).ip).toBeNull()
  })
})
