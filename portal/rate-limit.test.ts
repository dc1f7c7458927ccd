import { describe, expect, test } from 'vitest'
import { LIMITS } from './limits.ts'
import { formAction, signedLink, testPortal } from './portal-fixture.ts'

describe('the portal', () => {
  test('refuses an address that asks too much, and nobody else', async () => {
    const portal = testPortal({ requests: 3 })
    for (let i = 0; i < 3; i += 1) expect((await portal.get('/')).status).toBe(200)
    const refused = await portal.get('/')
    expect(refused.status).toBe(429)
    expect(refused.headers.get('Retry-After')).toBe('1')
    expect(await refused.text()).toContain('Attendez une minute')
    expect((await portal.get('/', { from: '192.168.77.10' })).status).toBe(200)
    expect(portal.counters.refusals['too-many'].value).toBe(1)
  })

  test('counts the addresses of one IPv6 subscriber together', async () => {
    const portal = testPortal({ requests: 1 })
    expect((await portal.get('/', { from: '2001:db8:1:2::1' })).status).toBe(200)
    expect((await portal.get('/', { from: '2001:db8:1:2::ffff' })).status).toBe(429)
    expect((await portal.get('/', { from: '2001:db8:1:3::1' })).status).toBe(200)
  })

  test('limits acceptances by gateway and address, and records none above', async () => {
    const portal = testPortal({ acceptances: 1 })
    const action = formAction(await (await portal.get(signedLink())).text())
    expect((await portal.post(action)).status).toBe(303)
    expect((await portal.post(action)).status).toBe(429)
    expect((await portal.post(action, 'accept=yes', { from: '192.0.2.1' })).status).toBe(303)
    expect(portal.recorded).toHaveLength(2)
  })

  test('lets three hundred phones of one place, behind one address, connect in a minute', async () => {
    const portal = testPortal()
    const statuses = new Map<number, number>()
    const count = (status: number): void => {
      statuses.set(status, (statuses.get(status) ?? 0) + 1)
    }
    for (let phone = 0; phone < 300; phone += 1) {
      portal.world.now += 200
      const mac = `020000000${phone.toString(16).padStart(3, '0')}`
      const from = '203.0.113.7'
      await portal.get('http://captive.apple.com/hotspot-detect.html', { from })
      const t = String(Math.floor(portal.world.now / 1000))
      const page = await portal.get(signedLink({ mac, t }), { from })
      count((await portal.post(formAction(await page.text()), 'accept=yes', { from })).status)
    }
    expect(statuses).toEqual(new Map([[303, 300]]))
    expect(LIMITS.acceptances.burst).toBeGreaterThanOrEqual(300)
  })
})
