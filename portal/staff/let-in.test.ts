import { describe, expect, test } from 'vitest'
import type { RoleGrant } from '#core/rights.ts'
import { parseMac } from '#core/mac.ts'
import type { Mac } from '#core/mac.ts'
import type { WaitingDevice } from '#db/waiting-devices.ts'
import type { PortalGateway } from '../gateways/gateway.ts'
import { FAS_KEY, GENERIC, HID, house, NOW, signedLink, testPortal } from '../portal-fixture.ts'

const HELPER: RoleGrant = {
  subject: 'person:helene',
  role: 'place-helper',
  ...{ associations: null, sites: ['75-0042'], until: null },
}

const form = { site: '75-0042', mac: 'aa:bb:cc:00:00:07' }

describe('somebody at the place', () => {
  test('lets a device in for a day, and the proof and the audit say who', async () => {
    const portal = testPortal()
    portal.staff.grants.push(HELPER)
    const { get, post } = await portal.signedIn()
    expect(await (await get('/staff')).text()).toContain('href="/staff/let-in"')
    const page = await (await get('/staff/let-in')).text()
    expect(page).toContain('Centre Nation (75-0042)')
    const answer = await post('/staff/let-in', form)
    expect(answer.status).toBe(200)
    expect(await answer.text()).toContain('2 juin 2026')
    expect(portal.staff.letInto).toMatchObject([
      {
        mac: 'aa:bb:cc:00:00:07',
        method: 'helper',
        grantedBy: 'staff:helene',
        grantSeconds: 86_400,
        site: '75-0042',
        termsVersion: '2026-01',
        language: 'fr',
        at: new Date(NOW),
      },
    ])
    expect(portal.staff.audited).toMatchObject([
      { actor: 'staff:helene', action: 'guest.let-in', subject: 'site 75-0042' },
    ])
  })

  test.each([
    ['nobody’s', []],
    ['another place’s', [{ ...HELPER, sites: ['13-0001'] }]],
    ['another role’s', [{ ...HELPER, role: 'auditor' as const, sites: null }]],
    ['one that ended', [{ ...HELPER, until: '2026-05-31' }]],
  ])('who has no right but %s is refused, and nothing is written', async (_, grants) => {
    const portal = testPortal()
    portal.staff.grants.push(...grants)
    const { get, post } = await portal.signedIn()
    expect((await get('/staff/let-in')).status).toBe(403)
    expect((await post('/staff/let-in', form)).status).toBe(403)
    expect(portal.staff.letInto).toEqual([])
  })

  test('is told what is wrong with an address, a place, or a house without terms', async () => {
    const portal = testPortal()
    portal.staff.grants.push(HELPER)
    const { post } = await portal.signedIn()
    for (const wrong of [{ mac: 'no address' }, { mac: '' }, { site: '13-0001' }]) {
      const answer = await post('/staff/let-in', { ...form, ...wrong })
      expect(answer.status).toBe(422)
      expect(await answer.text()).toContain('role="alert"')
    }
    portal.world.house = { ...portal.world.house, terms: [] }
    expect((await post('/staff/let-in', form)).status).toBe(422)
    expect(portal.staff.letInto).toEqual([])
  })

  test('who may not anywhere is not shown that one can', async () => {
    const { get } = await testPortal().signedIn()
    expect(await (await get('/staff')).text()).not.toContain('let-in')
  })

  test('is told so while the database is away', async () => {
    const portal = testPortal()
    portal.staff.grants.push(HELPER)
    const { post } = await portal.signedIn()
    portal.world.databaseUp = false
    expect((await post('/staff/let-in', form)).status).toBe(503)
  })
})

const MAC = parseMac('aa:bb:cc:00:00:07') as Mac

function waiting(change: Partial<WaitingDevice> = {}): WaitingDevice {
  return {
    ...{ mac: MAC, site: '75-0042', gateway: 'gw-0042', ip: '192.168.77.9', returnData: {} },
    seenAt: new Date(NOW - 120_000),
    ...change,
  }
}

function portalWith(gateway: PortalGateway): ReturnType<typeof testPortal> {
  const portal = testPortal()
  portal.world.house = house({ gateways: [gateway] })
  portal.staff.grants.push(HELPER)
  return portal
}

describe('a device that waits', () => {
  test('is shown to who may let it in there, with when it asked, until it has a grant', async () => {
    const portal = portalWith(GENERIC)
    const { get } = await portal.signedIn()
    expect(await (await get('/staff/let-in')).text()).toContain('Aucun appareil n’a demandé')
    portal.staff.waiting.push(
      waiting(),
      waiting({ site: '13-0001', mac: '02:00:00:00:00:01' as Mac }),
    )
    const page = await (await get('/staff/let-in')).text()
    expect(page).toContain('AA:BB:CC:00:00:07')
    expect(page).toContain('il y a 2 minutes')
    expect(page).not.toContain('02:00:00:00:00:01')
    portal.world.access.set(MAC, { until: NOW + 60_000, termsVersion: '2026-01' })
    expect(await (await get('/staff/let-in')).text()).not.toContain('AA:BB:CC:00:00:07')
  })

  test('is let in by its button, and not at a place where this person has no right', async () => {
    const portal = portalWith(GENERIC)
    portal.staff.waiting.push(waiting())
    const { post } = await portal.signedIn()
    const answer = await post('/staff/let-in', { device: `75-0042 ${MAC}` })
    expect(answer.status).toBe(200)
    expect(portal.staff.letInto).toMatchObject([{ mac: MAC, site: '75-0042' }])
    expect((await post('/staff/let-in', { device: `13-0001 ${MAC}` })).status).toBe(422)
    expect(portal.staff.letInto).toHaveLength(1)
  })

  test('was shown the terms, whatever its gateway is', async () => {
    const portal = testPortal()
    await portal.get(signedLink())
    expect(portal.noted.map(({ mac, gateway }) => [mac, gateway.name])).toEqual([
      ['aa:bb:cc:dd:ee:ff', 'gw-0042'],
    ])
  })
})

describe('the gateway of a device that was let in', () => {
  const COA = { ...GENERIC, coa: { port: 3799 } } as unknown as PortalGateway
  const POLLED: PortalGateway = {
    ...GENERIC,
    ...{ kind: 'opennds', fas: { level: 3, key: FAS_KEY } },
  }

  test('is asked to look again where it takes that', async () => {
    const portal = portalWith(COA)
    const { post } = await portal.signedIn()
    const page = await (await post('/staff/let-in', form)).text()
    expect(portal.gatewayWorld.asked).toEqual([{ gateway: 'gw-0042', mac: MAC, form: null }])
    expect(page).toContain('La borne est prévenue')
  })

  test('that polls is told of the token that it knows the device by, and its answer is waited for', async () => {
    const portal = portalWith(POLLED)
    portal.staff.waiting.push(
      waiting({ returnData: { hid: HID, gatewayAddress: '192.168.77.1:2050' } }),
    )
    const { post } = await portal.signedIn()
    portal.gatewayWorld.open.add('poll:1')
    expect(await (await post('/staff/let-in', form)).text()).toContain(
      'il peut naviguer maintenant',
    )
    expect(portal.gatewayWorld.openings).toMatchObject([{ gateway: 'gw-0042' }])
    // The next one has not been fetched yet.
    expect(await (await post('/staff/let-in', form)).text()).toContain('La borne est prévenue')
  })

  test.each([
    ['lets in by itself whom RADIUS knows', GENERIC],
    ['was never told of by the device', POLLED],
  ])('is not said to be open where it %s', async (_, gateway) => {
    const portal = portalWith(gateway)
    const { post } = await portal.signedIn()
    const page = await (await post('/staff/let-in', form)).text()
    expect(page).toContain('Éteignez puis rallumez son Wi-Fi.')
    expect(page).not.toContain('naviguer maintenant')
  })

  test('whose controller does not answer is said so, and the permission stays', async () => {
    const portal = portalWith({
      ...GENERIC,
      kind: 'unifi',
      settings: { controller: { url: 'https://127.0.0.1:9', site: 'default', api_key: 'k' } },
    })
    const { post } = await portal.signedIn()
    const page = await (await post('/staff/let-in', form)).text()
    expect(page).toContain('2 juin 2026')
    expect(page).toContain('n’a pas pu être prévenue')
    expect(portal.staff.letInto).toHaveLength(1)
  })
})
