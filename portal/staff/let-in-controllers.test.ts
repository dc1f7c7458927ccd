import { describe, expect, test } from 'vitest'
import { parseMac } from '#core/mac.ts'
import type { Mac } from '#core/mac.ts'
import type { Controller, GatewayKind } from '#db/gateway-kinds.ts'
import { reach, startController } from '../gateways/testing/scripted-controller.ts'
import type { Asked, ScriptedController, Told } from '../gateways/testing/scripted-controller.ts'
import { GENERIC, house, NOW, testPortal } from '../portal-fixture.ts'
import type { SignedIn } from '../portal-fixture.ts'

const MAC = parseMac('aa:bb:cc:00:00:07') as Mac
const SITE = '/proxy/network/integration/v1/sites'
const OMADA = '/abcdef0123456789/api/v2/hotspot'

/** A console of UniFi that sees this one device. */
function unifi({ path, method, headers }: Asked): Told {
  if (headers['x-api-key'] !== 'k3y') return { status: 401, body: {} }
  if (path.startsWith(`${SITE}/s1/clients?`)) {
    const isKnown = decodeURIComponent(path).includes(MAC)
    return { body: { data: isKnown ? [{ id: 'c1', macAddress: MAC }] : [] } }
  }
  if (path === `${SITE}/s1/clients/c1/actions` && method === 'POST') return { body: {} }
  return { body: { data: [{ id: 's1', internalReference: 'default', name: 'Default' }] } }
}

/** A controller of Omada, which opens only for what its own access point sent to the portal. */
function omada({ path, body }: Asked): Told {
  if (path === `${OMADA}/login`)
    return { body: { errorCode: 0, result: { token: 't' } }, headers: { 'Set-Cookie': ['a=b'] } }
  const { clientMac, apMac } = body as Record<string, unknown>
  const isKnown = clientMac === 'AA-BB-CC-00-00-07' && apMac === 'AA-BB-CC-00-00-01'
  return { body: { errorCode: isKnown ? 0 : -41529 } }
}

interface Place extends AsyncDisposable {
  readonly controller: ScriptedController
  readonly post: SignedIn['post']
}

/** A helper at a place with such a controller, where a device was sent to the portal by it. */
async function open(
  kind: GatewayKind,
  script: (asked: Asked) => Told,
  login: Partial<Controller>,
): Promise<Place> {
  const controller = await startController(script)
  const portal = testPortal()
  const gateway = { ...GENERIC, kind, settings: { controller: reach(controller, login) } }
  portal.world.house = house({ gateways: [gateway] })
  portal.staff.grants.push({
    ...{ subject: 'person:helene', role: 'place-helper', until: null },
    ...{ associations: null, sites: ['75-0042'] },
  })
  portal.staff.waiting.push({
    ...{ mac: MAC, site: '75-0042', gateway: gateway.name, ip: '192.168.77.9' },
    returnData: { apMac: 'AA-BB-CC-00-00-01', ssidName: 'Invités', radioId: '1' },
    seenAt: new Date(NOW - 60_000),
  })
  const { post } = await portal.signedIn()
  return { controller, post, [Symbol.asyncDispose]: () => controller[Symbol.asyncDispose]() }
}

describe('somebody at the place lets in a device that has no browser', () => {
  test('and the controller of UniFi opens for it, for a day', async () => {
    await using place = await open('unifi', unifi, { site: 'default', api_key: 'k3y' })
    const page = await (await place.post('/staff/let-in', { device: `75-0042 ${MAC}` })).text()
    expect(page).toContain('il peut naviguer maintenant')
    expect(place.controller.asked.at(-1)?.body).toMatchObject({
      action: 'AUTHORIZE_GUEST_ACCESS',
      timeLimitMinutes: 1_440,
    })
  })

  test('and the controller of Omada opens for it, by what its access point had said', async () => {
    const login = { id: 'abcdef0123456789', username: 'operator', password: 'p' }
    await using place = await open('omada', omada, login)
    const page = await (await place.post('/staff/let-in', { device: `75-0042 ${MAC}` })).text()
    expect(page).toContain('il peut naviguer maintenant')
    expect(place.controller.asked.at(-1)?.body).toMatchObject({ radioId: 1, time: 86_400_000 })
  })

  test('and is told that the controller does not see a device that was never there', async () => {
    await using place = await open('unifi', unifi, { site: 'default', api_key: 'k3y' })
    const other = { site: '75-0042', mac: '02:00:00:00:00:99' }
    const page = await (await place.post('/staff/let-in', other)).text()
    expect(page).not.toContain('naviguer maintenant')
    expect(page).toContain('ne voit pas cet appareil en ce moment')
  })
})
