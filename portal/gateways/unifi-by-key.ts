import type { Mac } from '#core/mac.ts'
import type { Controller } from '#db/gateway-kinds.ts'
import type { RefusalReason } from '../refusal.ts'
import type { ControllerAnswer, ControllerRequest } from './call-controller.ts'
import { listOf, textOf, thingOf } from './controller-answer.ts'
import type { Thing } from './controller-answer.ts'
import type { Device, GatewayWorld, PortalGateway, Revocation } from './gateway.ts'

/** How a UniFi controller is told: by its API with a key, or as an administrator who logged in. */
export interface UnifiWay {
  /** Null: it sees the device. */
  sees(gateway: PortalGateway, mac: Mac, world: GatewayWorld): Promise<RefusalReason | null>
  authorise(device: Device, minutes: number, world: GatewayWorld): Promise<RefusalReason | null>
  unauthorise(gateway: PortalGateway, mac: Mac, world: GatewayWorld): Promise<Revocation>
}

const API = '/proxy/network/integration/v1'

/** The official API (Network 9.1.105 and newer). */
export const unifiByKey: UnifiWay = {
  async sees(gateway, mac, world) {
    const found = await findClient(gateway, mac, world)
    return typeof found === 'string' ? found : null
  },

  async authorise({ gateway, mac }, minutes, world) {
    const action = { action: 'AUTHORIZE_GUEST_ACCESS', timeLimitMinutes: minutes }
    return act(gateway, mac, world, action)
  },

  async unauthorise(gateway, mac, world) {
    const refusal = await act(gateway, mac, world, { action: 'UNAUTHORIZE_GUEST_ACCESS' })
    if (refusal === null) return 'disconnected'
    if (refusal === 'device-not-seen') return 'no-session'
    return refusal === 'gateway-unreachable' ? 'no-answer' : 'refused'
  },
}

async function act(
  gateway: PortalGateway,
  mac: Mac,
  world: GatewayWorld,
  body: Thing,
): Promise<RefusalReason | null> {
  const found = await findClient(gateway, mac, world)
  if (typeof found === 'string') return found
  const answer = await ask(gateway, world, { method: 'POST', path: `${found.path}/actions`, body })
  if (!answer.ok) return 'gateway-unreachable'
  return answer.status < 300 ? null : 'gateway-refused'
}

/** The path of the client at the site that was declared. */
async function findClient(
  gateway: PortalGateway,
  mac: Mac,
  world: GatewayWorld,
): Promise<{ readonly path: string } | RefusalReason> {
  const sites = await ask(gateway, world, { method: 'GET', path: `${API}/sites?limit=200` })
  if (!sites.ok) return 'gateway-unreachable'
  if (sites.status !== 200) return 'gateway-refused'
  const wanted = gateway.settings.controller?.site
  const site = listOf(thingOf(sites.json)['data']).find((one) =>
    ['id', 'internalReference', 'name'].some((key) => one[key] === wanted),
  )
  const siteId = site === undefined ? null : textOf(site, 'id')
  if (siteId === null) return 'gateway-refused'
  const clients = `${API}/sites/${encodeURIComponent(siteId)}/clients`
  const filter = encodeURIComponent(`macAddress.eq('${mac}')`)
  const found = await ask(gateway, world, { method: 'GET', path: `${clients}?filter=${filter}` })
  if (!found.ok) return 'gateway-unreachable'
  if (found.status !== 200) return 'gateway-refused'
  // A controller that does not know the filter sends all it has.
  const client = listOf(thingOf(found.json)['data']).find(
    (one) => textOf(one, 'macAddress')?.toLowerCase() === mac,
  )
  const id = client === undefined ? null : textOf(client, 'id')
  return id === null ? 'device-not-seen' : { path: `${clients}/${encodeURIComponent(id)}` }
}

function ask(
  { settings: { controller } }: PortalGateway,
  { call }: GatewayWorld,
  request: ControllerRequest,
): Promise<ControllerAnswer> {
  const declared: Controller = controller ?? { url: '' }
  return call(declared, { ...request, headers: { 'X-API-KEY': declared.api_key ?? '' } })
}
