import { describe, expect, test } from 'vitest'
import type { Mac } from '#core/mac.ts'
import type { GatewaySettings } from '#db/gateway-kinds.ts'
import { GENERIC } from '../portal-fixture.ts'
import type { PortalGateway } from './gateway.ts'
import { chapPassword, mikrotik, octets } from './mikrotik.ts'
import { CONNECTED, conforms, deviceOf, opening, visit } from './testing/conformance.ts'
import { reach, startController } from './testing/scripted-controller.ts'
import type { Asked, Told } from './testing/scripted-controller.ts'
import { CREDENTIAL, scriptedWorld } from './testing/scripted-world.ts'

const MAC = '02:ac:c0:e1:00:01' as Mac
const CHAP_ID = '\\371'
/** The octets 1 to 16, as the router writes them. */
const CHALLENGE = Array.from({ length: 16 }, (_, i) => `\\${(i + 1).toString(8).padStart(3, '0')}`)

function gatewayOf(settings: GatewaySettings = {}): PortalGateway {
  return { ...GENERIC, name: 'mt-0042', kind: 'mikrotik', settings }
}

type Change = Partial<Record<'mac' | 'ip' | 'origin' | 'login' | 'chapId' | 'challenge', string>>
const link = ({
  mac = '02:AC:C0:E1:00:01',
  ip = '192.168.77.9',
  origin = 'http://example.com/',
  login = 'http://192.168.77.1/login',
  chapId = CHAP_ID,
  challenge = CHALLENGE.join(''),
}: Change = {}): string =>
  `/guest/from/mt-0042/key?${new URLSearchParams({ mac, ip, 'link-login-only': login, 'link-orig': origin, 'chap-id': chapId, 'chap-challenge': challenge }).toString()}`

const receive = (address: string, gateway = gatewayOf()) =>
  mikrotik.receive(visit(address, [gateway], { named: gateway }))

conforms({
  adapter: mikrotik,
  gateway: gatewayOf(),
  named: true,
  link,
  elsewhere: {
    'link-login-only': () => link({ login: 'https://evil.example/login' }),
    'a public address': () => link({ login: 'http://203.0.113.9/login' }),
    'a name and password before it': () =>
      link({ login: 'http://192.168.77.1@evil.example/login' }),
    'another scheme': () => link({ login: 'javascript:alert(1)' }),
    'link-orig': () => link({ origin: 'https://evil.example/' }),
  },
  opensAt: /^http:\/\/192\.168\.77\.1\/login\?username=/,
})

describe('the golden vector', () => {
  test('of CHAP with an identifier and a challenge in octal', () => {
    const password = chapPassword(CHAP_ID, 'password', CHALLENGE.join(''))
    expect(password).toBe('9b4ea44534c359e735ea2eb4b7aeadfd')
  })

  test.each([
    ['\\371', [249]],
    ['a\\000b', [97, 0, 98]],
    ['\\\\', [92, 92]],
    ['\\777', [255]],
    ['\\38', [92, 51, 56]],
    ['', []],
  ])('%j is the octets %j', (text, bytes) => {
    expect([...octets(text)]).toEqual(bytes)
  })
})

describe('a hotspot of MikroTik without its REST interface', () => {
  const locationOf = async (address: string, gateway = gatewayOf()): Promise<URL> => {
    const release = await mikrotik.release(deviceOf(receive(address, gateway)), opening())
    if (release.outcome !== 'go') throw new Error(release.outcome)
    return new URL(release.location)
  }

  test('is logged in to by the browser, with a digest of the password', async () => {
    const { searchParams } = await locationOf(link())
    expect(Object.fromEntries(searchParams)).toEqual({
      username: CREDENTIAL.name,
      password: '9b4ea44534c359e735ea2eb4b7aeadfd',
      dst: CONNECTED.url,
      popup: 'false',
    })
  })

  test('that offers no CHAP gets the password, which is of use once and to nobody else', async () => {
    const { searchParams } = await locationOf(link({ chapId: '', challenge: '' }))
    expect(searchParams.get('password')).toBe(CREDENTIAL.password)
  })

  test('with a declared log-in page is sent there, whatever the link says', async () => {
    const gateway = gatewayOf({ login: 'http://hotspot.example/login' })
    const { origin } = await locationOf(link({ login: 'https://evil.example/' }), gateway)
    expect(origin).toBe('http://hotspot.example')
    expect(mikrotik.formAction(gateway)).toContain('http://hotspot.example')
  })

  test('has nothing that could end a session but RADIUS', async () => {
    expect(await mikrotik.revoke?.(gatewayOf(), MAC, scriptedWorld())).toBe('no-session')
  })
})

describe('a hotspot of MikroTik with its REST interface', () => {
  function router(): (asked: Asked) => Told {
    const active = new Set<string>()
    return ({ method, path, headers, body }) => {
      if (
        headers.authorization !== `Basic ${Buffer.from('portal:right-password').toString('base64')}`
      )
        return { status: 401, body: { error: 401, message: 'Unauthorized' } }
      if (path === '/rest/ip/hotspot/host?mac-address=02:AC:C0:E1:00:01')
        return { body: [{ '.id': '*1', 'mac-address': '02:AC:C0:E1:00:01' }] }
      if (path.startsWith('/rest/ip/hotspot/host')) return { body: [] }
      if (path === '/rest/ip/hotspot/active/login' && method === 'POST') {
        active.add((body as { user: string }).user)
        return { body: [] }
      }
      if (method === 'DELETE' && path === '/rest/ip/hotspot/active/*7') {
        active.clear()
        return { status: 204, body: '' }
      }
      if (path.startsWith('/rest/ip/hotspot/active?'))
        return { body: active.size > 0 ? [{ '.id': '*7' }] : [] }
      return { status: 404, body: {} }
    }
  }
  const at = async (password = 'right-password') => {
    const controller = await startController(router())
    const settings = { controller: reach(controller, { username: 'portal', password }) }
    const gateway = gatewayOf(settings)
    return {
      controller,
      gateway,
      device: deviceOf(receive(link(), gateway)),
      world: scriptedWorld(),
    }
  }

  test('is logged in to by us, and out again', async () => {
    const { controller, gateway, device, world } = await at()
    await using _ = controller
    expect(await mikrotik.confirm?.(device, world)).toBeNull()
    expect(await mikrotik.revoke?.(gateway, MAC, world)).toBe('no-session')
    expect(await mikrotik.release(device, opening(world))).toEqual({
      outcome: 'go',
      location: CONNECTED.path,
    })
    expect(controller.asked.at(-1)?.body).toEqual({
      user: CREDENTIAL.name,
      password: CREDENTIAL.password,
      'mac-address': '02:AC:C0:E1:00:01',
      ip: '192.168.77.9',
    })
    expect(await mikrotik.revoke?.(gateway, MAC, world)).toBe('disconnected')
  })

  test('does not know a forged address', async () => {
    const { controller, device, world } = await at()
    await using _ = controller
    const forged = { ...device, mac: '02:00:00:00:00:99' as Mac }
    expect(await mikrotik.confirm?.(forged, world)).toBe('device-not-seen')
  })

  test('refuses a wrong password, and may be away', async () => {
    const { controller, gateway, device, world } = await at('wrong-password')
    expect(await mikrotik.confirm?.(device, world)).toBe('gateway-refused')
    expect(await mikrotik.release(device, opening(world))).toMatchObject({
      reason: 'gateway-refused',
    })
    expect(await mikrotik.revoke?.(gateway, MAC, world)).toBe('refused')
    await controller[Symbol.asyncDispose]()
    expect(await mikrotik.release(device, opening(world))).toMatchObject({
      reason: 'gateway-unreachable',
    })
    expect(await mikrotik.revoke?.(gateway, MAC, world)).toBe('no-answer')
  })
})
