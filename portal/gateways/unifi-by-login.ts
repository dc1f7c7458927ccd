import type { Controller } from '#db/gateway-kinds.ts'
import type { RefusalReason } from '../refusal.ts'
import type { ControllerRequest } from './call-controller.ts'
import { listOf, textOf, thingOf } from './controller-answer.ts'
import type { Thing } from './controller-answer.ts'
import type { GatewayWorld, PortalGateway } from './gateway.ts'
import type { ControllerLogin } from './logins.ts'
import type { UnifiWay } from './unifi-by-key.ts'

/** As a local administrator with a password: controllers before the API, and UniFi OS of that time. */
export const unifiByLogin: UnifiWay = {
  async sees(gateway, mac, world) {
    const found = await ask(gateway, world, { method: 'GET', path: `/stat/sta/${mac}` })
    if (typeof found === 'string') return found
    const isThere = found.some((client) => textOf(client, 'mac')?.toLowerCase() === mac)
    return isThere ? null : 'device-not-seen'
  },

  async authorise({ gateway, mac, returnData }, minutes, world) {
    // With the access point named the controller opens sooner.
    const ap = returnData['ap']
    const body = {
      cmd: 'authorize-guest',
      mac,
      minutes,
      ...(ap === undefined ? {} : { ap_mac: ap }),
    }
    const done = await ask(gateway, world, { method: 'POST', path: '/cmd/stamgr', body })
    return typeof done === 'string' ? done : null
  },

  async unauthorise(gateway, mac, world) {
    const body = { cmd: 'unauthorize-guest', mac }
    const done = await ask(gateway, world, { method: 'POST', path: '/cmd/stamgr', body })
    if (typeof done !== 'string') return 'disconnected'
    if (done === 'device-not-seen') return 'no-session'
    return done === 'gateway-unreachable' ? 'no-answer' : 'refused'
  },
}

/** What the site answers; logs in where it has to, and once again where the session is over. */
async function ask(
  { settings: { controller } }: PortalGateway,
  world: GatewayWorld,
  request: ControllerRequest,
): Promise<readonly Thing[] | RefusalReason> {
  if (controller === undefined) return 'gateway-refused'
  for (const attempt of ['first', 'again'] as const) {
    const login = await world.logins.of(controller, () => logIn(controller, world))
    if (typeof login === 'string') return login
    const { prefix = '', cookie = '', csrf = '' } = login
    const answer = await world.call(controller, {
      ...request,
      path: `${prefix}/api/s/${encodeURIComponent(controller.site ?? '')}${request.path}`,
      headers: { Cookie: cookie, ...(csrf === '' ? {} : { 'X-CSRF-Token': csrf }) },
    })
    if (!answer.ok) return 'gateway-unreachable'
    if (answer.status === 401 && attempt === 'first') {
      world.logins.forget(controller)
      continue
    }
    const { meta, data } = thingOf(answer.json)
    const said = thingOf(meta)
    if (said['msg'] === 'api.err.UnknownUser' || said['msg'] === 'api.err.UnknownStation')
      return 'device-not-seen'
    return answer.status < 300 && said['rc'] === 'ok' ? listOf(data) : 'gateway-refused'
  }
  return 'gateway-refused'
}

async function logIn(
  controller: Controller,
  { call }: GatewayWorld,
): Promise<ControllerLogin | RefusalReason> {
  // UniFi OS has the controller behind a gate, which says so to who has no session.
  const gate = await call(controller, { method: 'GET', path: '/proxy/network/status' })
  if (!gate.ok && gate.failure !== 'not-json') return 'gateway-unreachable'
  const isOs = gate.ok && gate.status === 401
  const { username, password } = controller
  const answer = await call(controller, {
    method: 'POST',
    path: isOs ? '/api/auth/login' : '/api/login',
    body: { username, password },
  })
  if (!answer.ok) return 'gateway-unreachable'
  if (answer.status !== 200 || answer.cookies.length === 0) return 'gateway-refused'
  const csrf = answer.headers['x-updated-csrf-token'] ?? answer.headers['x-csrf-token']
  return {
    prefix: isOs ? '/proxy/network' : '',
    cookie: answer.cookies.join('; '),
    csrf: typeof csrf === 'string' ? csrf : '',
  }
}
