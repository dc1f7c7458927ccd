import { describe, expect, test } from 'vitest'
import { fasLink, formAction, NOW, signedLink, testPortal } from './portal-fixture.ts'
import type { TestPortal } from './portal-fixture.ts'

const MAC = 'aa:bb:cc:dd:ee:ff'

function granted(termsVersion = '2026-01', until = NOW + 7_200_000): TestPortal {
  const portal = testPortal()
  portal.world.access.set(MAC, { until, termsVersion })
  return portal
}

describe('a device with a grant that comes to a gateway', () => {
  test('is sent on at once, and the log has the connection', async () => {
    const portal = granted()
    const response = await portal.get(fasLink())
    expect(response.status).toBe(303)
    expect(response.headers.get('Location')).toMatch(/^http:\/\/192\.168\.77\.1:2050\/opennds_auth/)
    expect(portal.recorded).toEqual([])
    expect(portal.returns).toMatchObject([
      {
        mac: MAC,
        ip: '192.168.77.9',
        gateway: 'nds-0042',
        site: '75-0042',
        termsVersion: '2026-01',
      },
    ])
    expect(portal.counters.returns.value).toBe(1)
  })

  test('where nothing has to be sent back sees that it is allowed', async () => {
    const portal = granted()
    const last = (await portal.get(signedLink())).headers.get('Location') ?? ''
    const page = await (await portal.get(last, { headers: { 'Accept-Language': 'en' } })).text()
    expect(page).toContain('/guest/terms')
    expect(page).not.toContain('method="post"')
  })

  test('is asked where it accepted other terms than those in force', async () => {
    const portal = granted('2025-12')
    expect(formAction(await (await portal.get(fasLink())).text())).toContain('/guest/accept')
    expect(portal.returns).toEqual([])
  })

  test('is asked when its gateway sends it back at once: it goes round no circle', async () => {
    const portal = granted()
    expect((await portal.get(fasLink())).status).toBe(303)
    expect((await portal.get(fasLink())).status).toBe(200)
    portal.world.now += 31_000
    expect((await portal.get(fasLink())).status).toBe(303)
  })

  test('is asked while the database is away', async () => {
    const portal = granted()
    portal.world.databaseUp = false
    expect((await portal.get(fasLink())).status).toBe(200)
  })
})
