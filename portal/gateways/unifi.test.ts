import { describe, expect, test } from 'vitest'
import type { Controller } from '#db/gateway-kinds.ts'
import { parseMac } from '#core/mac.ts'
import type { Mac } from '#core/mac.ts'
import { GENERIC } from '../portal-fixture.ts'
import type { PortalGateway } from './gateway.ts'
import { conforms, deviceOf, opening, visit } from './testing/conformance.ts'
import { reach, startController } from './testing/scripted-controller.ts'
import type { Asked, Told } from './testing/scripted-controller.ts'
import { scriptedWorld } from './testing/scripted-world.ts'
import { unifi, unifiGatewayOf } from './unifi.ts'

const MAC = '02:ac:c0:e1:00:01' as Mac
const AP = 'f0:9f:c2:00:00:01'
const SITE_ID = '88f7af54-98f8-306a-a1c7-c9349722b1f6'

function gatewayAt(controller: Controller): PortalGateway {
  return { ...GENERIC, name: 'unifi-0042', kind: 'unifi', settings: { controller } }
}

const link = ({
  mac = '02:ac:c0:e1:00:01',
  origin = 'http://example.com/',
}: Partial<Record<'mac' | 'ip' | 'origin', string>> = {}): string =>
  `/guest/s/default/?${new URLSearchParams({ ap: AP, id: mac, t: '1780308000', url: origin, ssid: 'Guest' }).toString()}`

/** The API with a key, of a console that knows one client. */
function api({ path, headers, method }: Asked): Told {
  if (headers['x-api-key'] !== 'k3y-of-the-api') return { status: 401, body: { statusCode: 401 } }
  const url = new URL(path, 'https://unifi')
  const root = '/proxy/network/integration/v1/sites'
  if (url.pathname === root)
    return { body: { data: [{ id: SITE_ID, internalReference: 'default', name: 'Default' }] } }
  if (url.pathname === `${root}/${SITE_ID}/clients`) {
    const isKnown = url.searchParams.get('filter') === `macAddress.eq('${MAC}')`
    return { body: { data: isKnown ? [{ id: 'c1', macAddress: MAC.toUpperCase() }] : [] } }
  }
  if (url.pathname === `${root}/${SITE_ID}/clients/c1/actions` && method === 'POST')
    return { body: { action: 'done' } }
  return { status: 404, body: {} }
}

/** A UniFi OS console, or the controller of before, with a local administrator. */
function administered(os: boolean) {
  let sessions = 0
  const prefix = os ? '/proxy/network' : ''
  return ({ path, headers, body }: Asked): Told => {
    if (path === '/proxy/network/status') return os ? { status: 401, body: {} } : { body: '<html>' }
    if (path === (os ? '/api/auth/login' : '/api/login')) {
      const { password } = body as { password: string }
      if (password !== 'right-password')
        return { status: 403, body: { code: 'AUTHENTICATION_FAILED' } }
      sessions += 1
      const headersOf = { 'Set-Cookie': [`TOKEN=t${sessions}; Path=/`], 'X-CSRF-Token': 'csrf' }
      return { body: { meta: { rc: 'ok' } }, headers: headersOf }
    }
    // The first session ends when it has been used once.
    if (headers.cookie !== `TOKEN=t${sessions}`)
      return { status: 401, body: { meta: { rc: 'error' } } }
    if (os && headers['x-csrf-token'] !== 'csrf') return { status: 403, body: {} }
    if (path === `${prefix}/api/s/default/stat/sta/${MAC}`)
      return { body: { meta: { rc: 'ok' }, data: [{ mac: MAC }] } }
    if (path.startsWith(`${prefix}/api/s/default/stat/sta/`))
      return { status: 400, body: { meta: { rc: 'error', msg: 'api.err.UnknownUser' } } }
    if (path === `${prefix}/api/s/default/cmd/stamgr`)
      return { body: { meta: { rc: 'ok' }, data: [] } }
    return { status: 404, body: { meta: { rc: 'error' } } }
  }
}

conforms({
  adapter: unifi,
  gateway: gatewayAt({ url: 'https://192.0.2.1', api_key: 'k', site: 'default' }),
  named: true,
  link,
  elsewhere: { url: () => link({ origin: 'https://evil.example/' }) },
  opensAt: /^\/guest\/connected/,
  world: () =>
    scriptedWorld((_, request) => {
      const told = api({
        path: request.path,
        method: request.method,
        headers: { 'x-api-key': 'k3y-of-the-api' },
        body: undefined,
      })
      // The conformance link has the one known client.
      return Promise.resolve({
        ok: true,
        status: told.status ?? 200,
        cookies: [],
        headers: {},
        json: told.body,
      })
    }),
})

const WAYS = {
  'by its API': { script: () => api, login: { api_key: 'k3y-of-the-api' } },
  'as an administrator of UniFi OS': {
    script: () => administered(true),
    login: { username: 'portal', password: 'right-password' },
  },
  'as an administrator of an older controller': {
    script: () => administered(false),
    login: { username: 'portal', password: 'right-password' },
  },
}

describe.each(Object.entries(WAYS))('UniFi %s', (_, { script, login }) => {
  const at = async (change: Partial<Controller> = {}) => {
    const controller = await startController(script())
    const gateway = gatewayAt(reach(controller, { site: 'default', ...login, ...change }))
    const device = deviceOf(unifi.receive(visit(link(), [gateway], { named: gateway })))
    return { controller, gateway, device, world: scriptedWorld() }
  }

  test('sees the device, opens for the minutes of its grant, and closes again', async () => {
    const { controller, gateway, device, world } = await at()
    await using _ = controller
    expect(await unifi.confirm?.(device, world)).toBeNull()
    expect(await unifi.release(device, opening(world))).toMatchObject({ outcome: 'go' })
    expect(JSON.stringify(controller.asked.at(-1)?.body)).toMatch(/"(timeLimitMinutes|minutes)":60/)
    expect(await unifi.revoke?.(gateway, MAC, world)).toBe('disconnected')
    expect(JSON.stringify(controller.asked.at(-1)?.body)).toMatch(/unauthorize/i)
  })

  test('does not believe an address that it does not see', async () => {
    const { controller, device, world } = await at()
    await using _ = controller
    const forged = { ...device, mac: parseMac('02:00:00:00:00:99') as Mac }
    expect(await unifi.confirm?.(forged, world)).toBe('device-not-seen')
  })

  test('with a wrong key or password opens nothing, and says whose fault it is', async () => {
    const { controller, device, world } = await at(
      'api_key' in login ? { api_key: 'wrong-key' } : { password: 'wrong-password' },
    )
    await using _ = controller
    expect(await unifi.confirm?.(device, world)).toBe('gateway-refused')
    const release = await unifi.release(device, opening(world))
    expect(release).toEqual({ outcome: 'refused', reason: 'gateway-refused' })
  })

  test('that is not there opens nothing', async () => {
    const { controller, device, gateway, world } = await at()
    await controller[Symbol.asyncDispose]()
    expect(await unifi.confirm?.(device, world)).toBe('gateway-unreachable')
    expect(await unifi.revoke?.(gateway, MAC, world)).toBe('no-answer')
  })
})

test('many phones at once log in once, and a session that is over is renewed', async () => {
  const script = administered(true)
  let isOver = false
  await using controller = await startController((asked) => {
    if (!isOver || asked.path.includes('login') || asked.path.includes('status'))
      return script(asked)
    isOver = false
    return { status: 401, body: {} }
  })
  const settings = { site: 'default', username: 'portal', password: 'right-password' }
  const gateway = gatewayAt(reach(controller, settings))
  const device = deviceOf(unifi.receive(visit(link(), [gateway], { named: gateway })))
  const world = scriptedWorld()
  const logins = (): number => controller.asked.filter(({ path }) => path.endsWith('login')).length
  await Promise.all([1, 2, 3].map(async () => unifi.confirm?.(device, world)))
  expect(logins()).toBe(1)
  isOver = true
  expect(await unifi.confirm?.(device, world)).toBeNull()
  expect(logins()).toBe(2)
})

test('the site in the path says which gateway, and the place of the phone where many have it', () => {
  const one = gatewayAt({ url: 'https://192.0.2.1', site: 'default' })
  const two = { ...one, name: 'unifi-0043', site: '75-0043' }
  const all = (...gateways: PortalGateway[]) => new Map(gateways.map((g) => [g.name, g]))
  const nowhere = () => false
  expect(unifiGatewayOf('default', all(one), nowhere)).toBe(one)
  expect(unifiGatewayOf('other', all(one), nowhere)).toBeNull()
  expect(unifiGatewayOf('default', all(one, two), nowhere)).toBeNull()
  expect(unifiGatewayOf('default', all(one, two), ({ site }) => site === '75-0043')).toBe(two)
})
