import { describe, expect, test } from 'vitest'
import { LIMITS } from './limits.ts'
import { NOW, testPortal } from './portal-fixture.ts'
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
