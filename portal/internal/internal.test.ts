import { beforeEach, describe, expect, test } from 'vitest'
import type { Mac } from '#core/mac.ts'
import { captiveLink } from '#db/captive-link.ts'
import type { Policy } from '#db/policies.ts'
import type { CaptiveNetwork, Network } from '#db/sites.ts'
import type { PortalGateway } from '../gateways/gateway.ts'
import { GENERIC, NOW, house, signedLink, testPortal } from '../portal-fixture.ts'
import type { SignedIn, TestPortal } from '../portal-fixture.ts'
import { FIRST_CODE } from './testing/memory-internal.ts'

const IPHONE =
  'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Mobile/15E148'
const MAC = '00:1b:21:00:00:07' as Mac
const PATH = `/staff/network/${FIRST_CODE}`
const link = signedLink({ mac: MAC, ip: '192.168.78.9' })

const staffNetwork = GENERIC.staff as Network
const captive: CaptiveNetwork = {
  ...{ ssid: 'Restos-Sign-In', gateways: [], grantSeconds: 43_200, randomMacSeconds: 14_400 },
  network: { ...staffNetwork, vlan: 40 },
}
const coa = { port: 3799, secret: 'testing123', formerSecret: null }
const GATEWAY: PortalGateway = { ...GENERIC, coa, staff: { ...staffNetwork, captive } }

let portal: TestPortal
let browser: SignedIn

beforeEach(async () => {
  portal = testPortal()
  portal.world.house = house({ gateways: [GATEWAY] })
  await portal.enrolment.ready()
  browser = await portal.signedIn()
})

const policy = (changes: Partial<Policy>): Policy => ({
  name: 'night',
  ...{ network: 'staff', groups: [], associations: [], sites: [], hours: [] },
  ...{ proofs: [], devices: [], vlan: null, sessionSeconds: null, downKbit: null, upKbit: null },
  ...{ filter: null, redirect: null, refusal: null },
  ...changes,
})

describe('a device of an internal network that nobody signed in for', () => {
  test('is told which network it is on, and is offered the sign-in with its code', async () => {
    const answer = await portal.get(link)
    expect(answer.status).toBe(200)
    const page = await answer.text()
    expect(page).toContain('Le réseau interne de')
    expect(page).toContain('12\u00a0heures')
    expect(page).toContain(`href="${PATH}"`)
    expect(page).not.toContain('accept')
    expect([...portal.internal.arrivals.values()]).toMatchObject([
      { mac: MAC, gateway: 'gw-0042', ip: '192.168.78.9' },
    ])
  })

  test('hands over to the real browser from the small window of a telephone', async () => {
    const page = await (await portal.get(link, { headers: { 'User-Agent': IPHONE } })).text()
    expect(page).toContain(`http://portail.example.org${PATH}`)
    expect(page).not.toContain('class="button"')
  })

  test('is sent by a controller with the network in the link', async () => {
    const cisco: PortalGateway = { ...GATEWAY, kind: 'cisco', name: 'wlc-1' }
    portal.world.house = house({ gateways: [cisco] })
    const origin = new URL('http://portail.example.org')
    const of = (network: 'guest' | 'staff'): string =>
      captiveLink(origin, cisco, { mac: MAC, network }, NOW)
    expect(await (await portal.get(of('staff'))).text()).toContain('Le réseau interne de')
    expect(await (await portal.get(of('guest'))).text()).toContain('name="accept"')
  })

  test('on the guests’ network of the same gateway sees the terms', async () => {
    const page = await (await portal.get(signedLink({ mac: MAC }))).text()
    expect(page).toContain('name="accept"')
  })

  test('where the network does not allow it is a guest’s, and its code is worth nothing', async () => {
    await portal.get(link)
    portal.world.house = house()
    expect(await (await portal.get(link)).text()).toContain('name="accept"')
    const answer = await browser.get(PATH)
    expect(answer.status).toBe(403)
    expect(await answer.text()).toContain('ne fait entrer personne ainsi')
  })

  test('has a page that says so while the database is away', async () => {
    portal.world.databaseUp = false
    expect((await portal.get(link)).status).toBe(503)
  })
})

describe('who signs in for a device', () => {
  beforeEach(async () => {
    await portal.get(link)
  })

  test('comes back to it from the sign-in', async () => {
    const answer = await portal.get(PATH)
    expect(answer.headers.get('Location')).toBe(`/staff/sign-in?to=${encodeURIComponent(PATH)}`)
  })

  test('reads which device and place it is, lets it in in their name, and its gateway asks again', async () => {
    const page = await (await browser.get(PATH)).text()
    expect(page).toContain('00:1B:21:00:00:07')
    expect(page).toContain('Centre Nation')
    expect(page).not.toContain('invente son adresse')
    const answer = await browser.post(PATH, {})
    expect(answer.status).toBe(303)
    expect(answer.headers.get('Location')).toContain('/guest/opening?state=')
    expect(portal.internal.grants).toMatchObject([
      { mac: MAC, account: 'helene', how: 'oidc', until: new Date(NOW + 43_200_000) },
    ])
    expect(portal.gatewayWorld.asked).toEqual([{ gateway: 'gw-0042', mac: MAC, form: null }])
    expect(portal.counters.internalGrants.value).toBe(1)
  })

  test('lets a random address in for a shorter time', async () => {
    await portal.get(signedLink({ mac: '02:1b:21:00:00:08', ip: '192.168.78.10' }))
    const path = `${PATH.slice(0, -1)}3`
    expect(await (await browser.get(path)).text()).toContain('invente son adresse')
    await browser.post(path, {})
    expect(portal.internal.grants).toMatchObject([{ until: new Date(NOW + 14_400_000) }])
  })

  test('is told by a policy that refuses them why, and nothing is written', async () => {
    portal.internal.policies = [policy({ groups: ['staff'], refusal: 'Fermé aux stagiaires' })]
    for (const answer of [await browser.get(PATH), await browser.post(PATH, {})]) {
      expect(answer.status).toBe(403)
      expect(await answer.text()).toContain('Fermé aux stagiaires')
    }
    portal.internal.policies = [
      policy({ proofs: ['certificate'], refusal: 'Not this way' }),
      policy({ hours: ['mon 03:00-03:01'], refusal: 'Not at this hour' }),
    ]
    expect((await browser.get(PATH)).status).toBe(200)
    expect(portal.internal.grants).toEqual([])
  })

  test('with as many devices as one may have is told to end one', async () => {
    for (const n of [1, 2, 3, 4, 5]) {
      await portal.get(signedLink({ mac: `00:1b:21:00:00:1${n}`, ip: '192.168.78.10' }))
      await browser.post(`${PATH.slice(0, -1)}${n + 2}`, {})
    }
    const answer = await browser.post(PATH, {})
    expect(answer.status).toBe(409)
    expect(await answer.text()).toContain('déjà fait entrer 5 appareils')
  })

  test('too long ago, or with a code of nobody, is told how to go on', async () => {
    for (const code of ['NOBODYS', 'ZZZZZZZZZZ']) {
      const answer = await browser.get(`/staff/network/${code}`)
      expect(answer.status).toBe(404)
      expect(await answer.text()).toContain('Sur l’appareil, ouvrez n’importe quelle page')
    }
  })

  test('proves again who they are after half an hour', async () => {
    portal.world.now += 31 * 60_000
    expect((await browser.get(PATH)).headers.get('Location')).toContain('again=1')
    expect((await browser.post(PATH, {})).status).toBe(403)
    expect(portal.internal.grants).toEqual([])
  })
})

describe('a device that was let in', () => {
  beforeEach(async () => {
    await portal.get(link)
    await browser.post(PATH, {})
  })

  test('is not asked again, and is once its gateway did not open', async () => {
    const answer = await portal.get(link)
    expect(answer.status).toBe(303)
    expect(portal.gatewayWorld.asked).toHaveLength(2)
    expect((await portal.get(link)).status).toBe(200)
  })

  test('is among its owner’s devices and ended there, by nobody else', async () => {
    const list = await (await browser.get('/staff/devices?done=joined')).text()
    // By the clock of the place where it came in.
    expect(list).toContain('2 juin 2026 à 02:00')
    expect(list).toContain('00:1B:21:00:00:07')
    const other = await portal.signedIn({ account: 'eve', subject: 'e-1' })
    expect((await other.post('/staff/devices/internal/end', { mac: MAC })).status).toBe(404)
    const answer = await browser.post('/staff/devices/internal/end', { mac: MAC })
    expect(answer.headers.get('Location')).toBe('/staff/devices?done=access-ended')
    expect(portal.internal.grants).toEqual([])
    expect((await browser.post('/staff/devices/internal/end', { mac: 'x' })).status).toBe(400)
  })

  test('has every sentence in both languages', async () => {
    await portal.get(signedLink({ mac: '02:1b:21:00:00:08', ip: '192.168.78.10' }))
    const paths = [
      `${signedLink({ mac: '02:1b:21:00:00:09', ip: '192.168.78.11' })}&`,
      `${PATH.slice(0, -1)}3?`,
      '/staff/devices?done=joined&',
      '/staff/devices?done=access-ended&',
      '/staff/network/x?',
    ]
    for (const path of paths) {
      for (const language of ['fr', 'en']) {
        const page = await (await browser.get(`${path}lang=${language}`)).text()
        expect(page, path).not.toMatch(/undefined|\{\w+\}|\[object/)
        expect(page).toContain(`<html lang="${language}"`)
      }
    }
  })
})
