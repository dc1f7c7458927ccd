import { describe, expect, test } from 'vitest'
import type { Mac } from '#core/mac.ts'
import type { Controller } from '#db/gateway-kinds.ts'
import { GENERIC } from '../portal-fixture.ts'
import type { PortalGateway } from './gateway.ts'
import { ruckus } from './ruckus.ts'
import { CONNECTED, conforms, deviceOf, opening, visit } from './testing/conformance.ts'
import { reach, startController } from './testing/scripted-controller.ts'
import type { Asked, Told } from './testing/scripted-controller.ts'
import { CREDENTIAL, scriptedWorld } from './testing/scripted-world.ts'

const MAC = '02:ac:c0:e1:00:01' as Mac

function gatewayOf(controller: Controller): PortalGateway {
  return { ...GENERIC, name: 'sz-0042', kind: 'ruckus', settings: { controller } }
}

type Change = Partial<Record<'mac' | 'ip' | 'origin', string>>
const link = ({
  mac = '02:AC:C0:E1:00:01',
  ip = '192.168.77.9',
  origin = 'http://example.com/',
}: Change = {}): string =>
  `/guest/from/sz-0042/key?${new URLSearchParams({ nbiIP: '203.0.113.9', client_mac: mac, uip: ip, ssid: 'Guest', url: origin }).toString()}`

function smartZone({ path, body }: Asked): Told {
  const said = body as Readonly<Record<string, string>>
  if (path !== '/portalintf' || said['RequestPassword'] !== 'right-password')
    return { body: { ResponseCode: 302, ReplyMessage: 'Bad request' } }
  if (said['UE-MAC'] !== MAC) return { body: { ResponseCode: 300, ReplyMessage: 'Not found' } }
  if (said['RequestType'] === 'Status') return { body: { ResponseCode: 100 } }
  if (said['RequestType'] === 'Login')
    return { body: { ResponseCode: said['UE-Password'] === CREDENTIAL.password ? 201 : 301 } }
  return { body: { ResponseCode: 200 } }
}

const at = async (password = 'right-password') => {
  const controller = await startController(smartZone)
  const gateway = gatewayOf(reach(controller, { password }))
  const device = deviceOf(ruckus.receive(visit(link(), [gateway], { named: gateway })))
  return { controller, gateway, device, world: scriptedWorld() }
}

conforms({
  adapter: ruckus,
  gateway: gatewayOf({ url: 'https://192.0.2.1:9443', password: 'right-password' }),
  named: true,
  link,
  forged: { 'MAC address that is encrypted': () => link({ mac: 'ENC12323243' }) },
  elsewhere: { url: () => link({ origin: 'https://evil.example/' }) },
  opensAt: /^\/guest\/connected/,
  world: () =>
    scriptedWorld(() =>
      Promise.resolve({
        ok: true,
        status: 200,
        cookies: [],
        headers: {},
        json: { ResponseCode: 201 },
      }),
    ),
})

describe('a SmartZone of Ruckus', () => {
  test('logs the device in with a password for one use, at the address that was declared', async () => {
    const { controller, gateway, device, world } = await at()
    await using _ = controller
    expect(await ruckus.confirm?.(device, world)).toBeNull()
    expect(await ruckus.release(device, opening(world))).toEqual({
      outcome: 'go',
      location: CONNECTED.path,
    })
    expect(controller.asked.at(-1)?.body).toMatchObject({
      Vendor: 'ruckus',
      RequestType: 'Login',
      'UE-MAC': MAC,
      'UE-IP': '192.168.77.9',
      'UE-Username': CREDENTIAL.name,
    })
    expect(await ruckus.revoke?.(gateway, MAC, world)).toBe('disconnected')
  })

  test('does not see a forged address', async () => {
    const { controller, gateway, device, world } = await at()
    await using _ = controller
    const forged = '02:00:00:00:00:99' as Mac
    expect(await ruckus.confirm?.({ ...device, mac: forged }, world)).toBe('device-not-seen')
    expect(await ruckus.revoke?.(gateway, forged, world)).toBe('no-session')
  })

  test('refuses a wrong password, and may be away', async () => {
    const { controller, gateway, device, world } = await at('wrong-password')
    expect(await ruckus.release(device, opening(world))).toMatchObject({
      reason: 'gateway-refused',
    })
    expect(await ruckus.revoke?.(gateway, MAC, world)).toBe('refused')
    await controller[Symbol.asyncDispose]()
    expect(await ruckus.release(device, opening(world))).toMatchObject({
      reason: 'gateway-unreachable',
    })
  })
})
