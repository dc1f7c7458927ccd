import { describe, expect, test } from 'vitest'
import { entryPath } from '#db/gateway-entry.ts'
import { LIMITS } from './limits.ts'
import { GENERIC, NOW, testPortal } from './portal-fixture.ts'
import type { TestPortal } from './portal-fixture.ts'

const API = '/captive-portal/api'

async function ask(portal: TestPortal, from: string): Promise<unknown> {
  return (await portal.get(API, { from })).json()
}

describe('the captive portal API (RFC 8908)', () => {
  test('sends a device of a guest network without grant to the portal', async () => {
    const portal = testPortal({ publicUrl: 'https://wifi.example.org' })
    expect(await ask(portal, '192.168.77.9')).toEqual({
      captive: true,
      'user-portal-url': 'https://wifi.example.org/guest',
    })
  })

  test('tells a device with a grant how long it has', async () => {
    const portal = testPortal()
    portal.world.grants.set('75-0042 192.168.77.9', new Date(NOW + 90_500))
    expect(await ask(portal, '192.168.77.9')).toEqual({
      captive: false,
      'seconds-remaining': 90,
    })
  })

  test('takes an IPv4 address that the socket shows as IPv6', async () => {
    const portal = testPortal()
    portal.world.grants.set('75-0042 192.168.77.9', new Date(NOW + 90_000))
    expect(await ask(portal, '::ffff:192.168.77.9')).toMatchObject({ captive: false })
  })

  test.each(['192.168.78.9', '203.0.113.7', '2001:db8::1', ''])(
    'shows no portal to who is not on a guest network: %j',
    async (from) => {
      expect(await ask(testPortal(), from)).toEqual({ captive: false })
    },
  )

  test('does not believe a header about the address', async () => {
    const response = await testPortal().get(API, {
      from: '203.0.113.7',
      headers: { 'X-Forwarded-For': '192.168.77.9', Forwarded: 'for=192.168.77.9' },
    })
    expect(await response.json()).toEqual({ captive: false })
  })

  test.each(['application/captive+json', '*/*', 'text/html, application/captive+json;q=0.5', ''])(
    'answers whatever is accepted: %j',
    async (accept) => {
      const response = await testPortal().get(API, { headers: { Accept: accept } })
      expect(response.status).toBe(200)
      expect(response.headers.get('Content-Type')).toBe('application/captive+json')
      expect(response.headers.get('Cache-Control')).toBe('private, no-store')
      expect((await response.text()).length).toBeLessThan(LIMITS.captiveApiCharacters)
    },
  )

  test('says that it does not know while the database is away', async () => {
    const portal = testPortal()
    portal.world.databaseUp = false
    expect((await portal.get(API)).status).toBe(503)
    expect(portal.counters.databaseFailures.value).toBe(1)
  })
})

describe('the same for a device behind the address of its place', () => {
  const MAC = 'aa:bb:cc:dd:ee:ff'
  const own = `${entryPath(GENERIC)}/api`
  const askFor = async (portal: TestPortal, address: string, from = '192.168.77.1') => {
    const response = await portal.get(address, { from })
    expect(response.status).toBe(200)
    expect(response.headers.get('Content-Type')).toBe('application/captive+json')
    return response.json()
  }

  test('tells each device its own, in whatever spelling its gateway has', async () => {
    const portal = testPortal({ publicUrl: 'https://wifi.example.org' })
    portal.world.access.set(MAC, { until: NOW + 90_500, termsVersion: '2026-01' })
    for (const mac of [MAC, 'AA-BB-CC-DD-EE-FF', 'AABBCCDDEEFF']) {
      expect(await askFor(portal, `${own}?mac=${mac}`)).toEqual({
        captive: false,
        'seconds-remaining': 90,
      })
    }
    expect(await askFor(portal, `${own}?mac=AABBCCDDEE00`)).toEqual({
      captive: true,
      'user-portal-url': 'https://wifi.example.org/guest',
    })
  })

  test.each([
    ['to who is not at that place', `${own}?mac=${MAC}`, '203.0.113.7'],
    ['of no device', own, undefined],
    ['of another spelling than an address has', `${own}?mac=%25m`, undefined],
    [
      'by a key that is not the gateway’s',
      `/guest/from/gw-0042/${'0'.repeat(32)}/api?mac=${MAC}`,
      undefined,
    ],
  ])('says nothing, and shows no portal, %s', async (_, address, from) => {
    const portal = testPortal()
    portal.world.access.set(MAC, { until: NOW + 90_500, termsVersion: '2026-01' })
    expect(await askFor(portal, address, from)).toEqual({ captive: false })
  })
})
