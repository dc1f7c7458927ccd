import { describe, expect, test } from 'vitest'
import {
  fasLink,
  formAction,
  GENERIC,
  house,
  NOW,
  OPENNDS,
  signedLink,
  terms,
  testPortal,
} from './portal-fixture.ts'
import type { TestPortal } from './portal-fixture.ts'

/** As a phone makes them up: the second bit of the first octet is set. */
const MAC = '02:bb:cc:dd:ee:ff'
const LINK = signedLink({ mac: MAC })
const HOUR = 3_600_000

function granted(until: number, termsVersion = '2026-01'): TestPortal {
  const portal = testPortal()
  portal.world.access.set(MAC, { until, termsVersion })
  return portal
}

describe('a device whose grant', () => {
  test.each([
    ['ends within the hour', NOW + HOUR - 1000],
    ['has just ended', NOW - 1000],
    ['ended last week', NOW - 7 * 24 * HOUR],
  ])('%s is offered one button, and the text folded away', async (_, until) => {
    const portal = granted(until)
    const page = await (await portal.get(LINK)).text()
    expect(page).toContain('<h1>Content de vous revoir</h1>')
    expect(page.match(/<button type="submit"/g)).toHaveLength(1)
    expect(page).toMatch(/<details class="card" id="terms">.*Ce qui est permis.*<\/details>/s)
    const done = await portal.post(formAction(page))
    expect(done.headers.get('Location')).toMatch(/^\/guest\/connected\?receipt=/)
    expect(portal.recorded).toMatchObject([
      { mac: MAC, termsVersion: '2026-01', renewal: true, at: new Date(NOW) },
    ])
  })

  test('lasts longer sees no page', async () => {
    expect((await granted(NOW + HOUR + 1000).get(LINK)).status).toBe(303)
  })

  test('was a short one is renewed in its last tenth', async () => {
    const portal = granted(NOW + 7 * 60_000)
    const guest = GENERIC.guest && { ...GENERIC.guest, grantSeconds: 3_600 }
    portal.world.house = house({ gateways: [{ ...GENERIC, guest }] })
    expect((await portal.get(LINK)).status).toBe(303)
    portal.world.now += 2 * 60_000
    expect(await (await portal.get(LINK)).text()).toContain('Content de vous revoir')
  })

  test('was for other terms has to be shown the new ones', async () => {
    const portal = granted(NOW - 1000, '2025-12')
    const page = await (await portal.get(LINK)).text()
    expect(page).toContain('<h1>Bienvenue sur le Wi-Fi</h1>')
    await portal.post(formAction(page))
    expect(portal.recorded).toMatchObject([{ renewal: false }])
  })

  test('is renewed while a new version takes effect is shown that one before anything is written', async () => {
    const portal = granted(NOW - 1000)
    const page = await (await portal.get(LINK)).text()
    portal.world.house = house({
      terms: [terms('2026-06', '2026-06-01'), terms('2026-01', '2026-01-01')],
    })
    const again = await portal.post(formAction(page))
    expect(again.status).toBe(409)
    expect(await again.text()).toContain('<h1>Bienvenue sur le Wi-Fi</h1>')
    expect(portal.recorded).toEqual([])
  })

  test('is renewed in another language keeps to one button', async () => {
    const portal = granted(NOW - 1000)
    const page = await (await portal.get(LINK)).text()
    const arabic = await (await portal.get(`${formAction(page)}&lang=ar`)).text()
    expect(arabic).toContain('سعداء برؤيتكم من جديد')
    expect(arabic).toContain('<html lang="ar" dir="rtl">')
  })
})

describe('a made-up address', () => {
  test('is asked once, and again only when it has really changed', async () => {
    const portal = granted(NOW + 24 * HOUR)
    expect((await portal.get(LINK)).status).toBe(303)
    const changed = await portal.get(signedLink({ mac: '06:bb:cc:dd:ee:ff' }))
    expect(await changed.text()).toContain('<h1>Bienvenue sur le Wi-Fi</h1>')
  })

  test('is let in at every other place of the organisation by what it accepted at one', async () => {
    const portal = granted(NOW + 24 * HOUR)
    const elsewhere = { ...OPENNDS, name: 'nds-0043', site: '13-0001', siteName: 'Marseille' }
    portal.world.house = house({ gateways: [GENERIC, elsewhere] })
    const link = fasLink({ clientmac: MAC, gatewayname: 'nds-0043%20Node%3a0a1b2c3d4e5f%20' })
    expect((await portal.get(link)).status).toBe(303)
    expect(portal.returns).toMatchObject([{ mac: MAC, gateway: 'nds-0043', site: '13-0001' }])
    expect(portal.recorded).toEqual([])
  })
})
