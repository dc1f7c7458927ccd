import { describe, expect, test } from 'vitest'
import type { Mac } from '#core/mac.ts'
import type { Controller } from '#db/gateway-kinds.ts'
import { GENERIC } from '../portal-fixture.ts'
import type { PortalGateway } from './gateway.ts'
import { omada } from './omada.ts'
import { CONNECTED, conforms, deviceOf, opening, visit } from './testing/conformance.ts'
import { reach, startController } from './testing/scripted-controller.ts'
import type { Asked, Told } from './testing/scripted-controller.ts'
import { scriptedWorld } from './testing/scripted-world.ts'

const MAC = '02:ac:c0:e1:00:01' as Mac
const ID = 'abcdef0123456789'

function gatewayOf(controller: Controller): PortalGateway {
  return { ...GENERIC, name: 'om-0042', kind: 'omada', settings: { controller } }
}

type Change = Partial<Record<'mac' | 'ip' | 'origin', string>>
const link = ({ mac = '02-AC-C0-E1-00-01', origin = 'http://example.com/' }: Change = {}): string =>
  `/guest/from/om-0042/key?${new URLSearchParams({ clientMac: mac, clientIp: '192.168.77.9', apMac: 'AA-BB-CC-00-00-01', ssidName: 'Invités', t: '1780308000', radioId: '1', site: 'Default', redirectUrl: origin }).toString()}`

/** A controller that ends each session after one use, and knows one device. */
function controllerScript(): (asked: Asked) => Told {
  let token = 0
  return ({ path, headers, body, method }) => {
    const folder = `/${ID}/api/v2/hotspot`
    if (path === `${folder}/login`) {
      const { name, password } = body as { name: string; password: string }
      if (name !== 'operator' || password !== 'right-password')
        return { body: { errorCode: -30109, msg: 'Invalid username or password.' } }
      token += 1
      return {
        body: { errorCode: 0, result: { token: `t${token}` } },
        headers: { 'Set-Cookie': [`TPOMADA_SESSIONID=s${token}; Path=/; HttpOnly`] },
      }
    }
    if (headers['csrf-token'] !== `t${token}` || headers.cookie !== `TPOMADA_SESSIONID=s${token}`)
      return { body: '<html>log in</html>' }
    if (path === `${folder}/extPortal/auth`) {
      const isKnown = (body as { clientMac: string }).clientMac === '02-AC-C0-E1-00-01'
      return { body: isKnown ? { errorCode: 0 } : { errorCode: -41529, msg: 'not found' } }
    }
    if (path.startsWith(`${folder}/sites/Default/clients?`))
      return {
        body: {
          errorCode: 0,
          result: {
            data: [
              { id: 'old', mac: '02-AC-C0-E1-00-01', valid: false },
              { id: 'c1', mac: '02-AC-C0-E1-00-01', valid: true },
            ],
          },
        },
      }
    if (method === 'POST' && path === `${folder}/sites/Default/cmd/clients/c1/disconnect`)
      return { body: { errorCode: 0 } }
    return { body: { errorCode: -1 } }
  }
}

const at = async (change: Partial<Controller> = {}, script = controllerScript()) => {
  const controller = await startController(script)
  const login = { username: 'operator', password: 'right-password', id: ID, site: 'Default' }
  const gateway = gatewayOf(reach(controller, { ...login, ...change }))
  const device = deviceOf(omada.receive(visit(link(), [gateway], { named: gateway })))
  return { controller, gateway, device, world: scriptedWorld() }
}

conforms({
  adapter: omada,
  gateway: gatewayOf({ url: 'https://192.0.2.1:8043', id: ID, username: 'a', password: 'b' }),
  named: true,
  link,
  elsewhere: { redirectUrl: () => link({ origin: 'https://evil.example/' }) },
  opensAt: /^\/guest\/connected/,
  world: () =>
    scriptedWorld(() =>
      Promise.resolve({
        ok: true,
        status: 200,
        cookies: [],
        headers: {},
        json: { errorCode: 0, result: { token: 't' } },
      }),
    ),
})

describe('a controller of Omada', () => {
  test('is told what its access point said, and for how long in milliseconds', async () => {
    const { controller, device, world } = await at()
    await using _ = controller
    const release = await omada.release(device, opening(world))
    expect(release).toEqual({ outcome: 'go', location: CONNECTED.path })
    expect(controller.asked.at(-1)?.body).toEqual({
      clientMac: '02-AC-C0-E1-00-01',
      clientIp: '192.168.77.9',
      apMac: 'AA-BB-CC-00-00-01',
      ssidName: 'Invités',
      radioId: 1,
      site: 'Default',
      time: 3_600_000,
      authType: 4,
    })
  })

  test('logs us in again when the session is over', async () => {
    const script = controllerScript()
    let isOver = false
    const { controller, device, world } = await at({}, (asked) => {
      if (!isOver || asked.path.endsWith('/login')) return script(asked)
      isOver = false
      return { body: '<html>log in</html>' }
    })
    await using _ = controller
    await omada.release(device, opening(world))
    isOver = true
    expect(await omada.release(device, opening(world))).toMatchObject({ outcome: 'go' })
  })

  test('itself refuses a device that it does not see', async () => {
    const { controller, device, world } = await at()
    await using _ = controller
    const forged = { ...device, mac: '02:00:00:00:00:99' as Mac }
    expect(await omada.release(forged, opening(world))).toMatchObject({ reason: 'gateway-refused' })
  })

  test('ends the authorisation that is valid', async () => {
    const { controller, gateway, world } = await at()
    await using _ = controller
    expect(await omada.revoke?.(gateway, MAC, world)).toBe('disconnected')
    expect(controller.asked.at(-1)?.path).toContain('/cmd/clients/c1/disconnect')
    expect(await omada.revoke?.(gateway, '02:00:00:00:00:99' as Mac, world)).toBe('no-session')
  })

  test('refuses a wrong password, may be late, and may be away', async () => {
    const wrong = await at({ password: 'wrong-password' })
    await using _ = wrong.controller
    expect(await omada.release(wrong.device, opening(wrong.world))).toMatchObject({
      reason: 'gateway-refused',
    })
    const { controller, gateway, device, world } = await at()
    await controller[Symbol.asyncDispose]()
    expect(await omada.release(device, opening(world))).toMatchObject({
      reason: 'gateway-unreachable',
    })
    expect(await omada.revoke?.(gateway, MAC, world)).toBe('no-answer')
  })
})
