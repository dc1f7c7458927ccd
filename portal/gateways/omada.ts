import { formatAddress, parseAddress } from '#core/ip.ts'
import { parseMac } from '#core/mac.ts'
import type { Mac } from '#core/mac.ts'
import type { Controller } from '#db/gateway-kinds.ts'
import type { RefusalReason } from '../refusal.ts'
import type { ControllerRequest } from './call-controller.ts'
import { listOf, textOf, thingOf } from './controller-answer.ts'
import { refused } from './gateway.ts'
import type { GatewayAdapter, GatewayWorld } from './gateway.ts'
import type { ControllerLogin } from './logins.ts'
import { LIMITS } from '../limits.ts'

/** What an access point and a gateway send of themselves, and want to have back. */
const SENT = ['apMac', 'ssidName', 'radioId', 'gatewayMac', 'vid', 'site'] as const
const NUMBERS = ['radioId', 'vid'] as const
const PAGES = 10
const PAGE_SIZE = 200

/** TP-Link Omada with an external portal server, controller 5.0.15 and newer. */
export const omada: GatewayAdapter = {
  kind: 'omada',
  recognises: () => false,

  receive({ query, named }) {
    if (named === null) return refused('unknown-gateway')
    const mac = parseMac(query.get('clientMac') ?? '')
    const ip = parseAddress(query.get('clientIp') ?? '')
    const returnData: Record<string, string> = {}
    for (const name of SENT) {
      const value = query.get(name)
      if (value === null) continue
      if (value.length > LIMITS.queryValue) return refused('malformed')
      returnData[name] = value
    }
    const isThrough = 'apMac' in returnData || 'gatewayMac' in returnData
    if (mac === null || !isThrough) return refused('malformed')
    if (named.guest === null) return refused('no-guest-network')
    const address = ip === null ? null : formatAddress(ip)
    return { outcome: 'device', device: { gateway: named, mac, ip: address, returnData } }
  },

  // Its operators may open and not look: a forged address is the controller's to refuse.
  confirm: null,

  async release({ gateway, mac, ip, returnData }, { connected, until, now, world }) {
    const { controller } = gateway.settings
    if (controller === undefined) return refused('wrong-kind')
    const sent = Object.fromEntries(
      Object.entries(returnData).map(([name, value]) => [
        name,
        NUMBERS.some((number) => number === name) ? Number(value) : value,
      ]),
    )
    const body = {
      clientMac: spelled(mac),
      ...(ip === null ? {} : { clientIp: ip }),
      ...sent,
      // How long, in milliseconds.
      time: Math.max(until - now, 60_000),
      authType: 4,
    }
    const done = await ask(controller, world, { method: 'POST', path: '/extPortal/auth', body })
    if (typeof done === 'string') return refused(done)
    return { outcome: 'go', location: connected.path }
  },

  async revoke({ settings: { controller } }, mac, world) {
    if (controller?.site === undefined) return 'refused'
    const site = `/sites/${encodeURIComponent(controller.site)}`
    for (let page = 1; page <= PAGES; page += 1) {
      const path = `${site}/clients?currentPage=${page}&currentPageSize=${PAGE_SIZE}`
      const found = await ask(controller, world, { method: 'GET', path })
      if (typeof found === 'string')
        return found === 'gateway-unreachable' ? 'no-answer' : 'refused'
      const clients = listOf(thingOf(found.result)['data'])
      const id = clients
        .filter((one) => one['valid'] === true && parseMac(textOf(one, 'mac') ?? '') === mac)
        .map((one) => textOf(one, 'id'))[0]
      if (typeof id === 'string') {
        const end = `${site}/cmd/clients/${encodeURIComponent(id)}/disconnect`
        const done = await ask(controller, world, { method: 'POST', path: end })
        if (typeof done !== 'string') return 'disconnected'
        return done === 'gateway-unreachable' ? 'no-answer' : 'refused'
      }
      if (clients.length < PAGE_SIZE) break
    }
    return 'no-session'
  },

  formAction: () => [],
}

async function ask(
  controller: Controller,
  world: GatewayWorld,
  request: ControllerRequest,
): Promise<{ readonly result: unknown } | RefusalReason> {
  const folder = `/${encodeURIComponent(controller.id ?? '')}/api/v2/hotspot`
  for (const attempt of ['first', 'again'] as const) {
    const login = await world.logins.of(controller, () => logIn(controller, folder, world))
    if (typeof login === 'string') return login
    const answer = await world.call(controller, {
      ...request,
      path: `${folder}${request.path}`,
      headers: { 'Csrf-Token': login['token'] ?? '', Cookie: login['cookie'] ?? '' },
    })
    if (!answer.ok && answer.failure !== 'not-json') return 'gateway-unreachable'
    const said = answer.ok ? thingOf(answer.json) : {}
    if (said['errorCode'] === 0) return { result: said['result'] }
    // A session that is over is answered in several ways, one of them the page to log in.
    if (attempt === 'first') world.logins.forget(controller)
  }
  return 'gateway-refused'
}

async function logIn(
  controller: Controller,
  folder: string,
  { call }: GatewayWorld,
): Promise<ControllerLogin | RefusalReason> {
  const { username, password } = controller
  const answer = await call(controller, {
    method: 'POST',
    path: `${folder}/login`,
    body: { name: username, password },
  })
  if (!answer.ok) return 'gateway-unreachable'
  const said = thingOf(answer.json)
  const token = textOf(thingOf(said['result']), 'token')
  if (said['errorCode'] !== 0 || token === null) return 'gateway-refused'
  return { token, cookie: answer.cookies.join('; ') }
}

function spelled(mac: Mac): string {
  return mac.replaceAll(':', '-').toUpperCase()
}
