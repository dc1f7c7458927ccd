import { describe, expect, test } from 'vitest'
import type { RoleGrant } from '#core/rights.ts'
import { NOW, testPortal } from '../portal-fixture.ts'

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
