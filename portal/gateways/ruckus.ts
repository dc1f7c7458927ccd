import { formatAddress, parseAddress } from '#core/ip.ts'
import { parseMac } from '#core/mac.ts'
import type { Mac } from '#core/mac.ts'
import type { RefusalReason } from '../refusal.ts'
import { thingOf } from './controller-answer.ts'
import { refused } from './gateway.ts'
import type { GatewayAdapter, GatewayWorld, PortalGateway } from './gateway.ts'

/** Ruckus SmartZone with WISPr: its northbound interface logs a device in, and asks RADIUS. */
export const ruckus: GatewayAdapter = {
  kind: 'ruckus',
  recognises: () => false,

  receive({ query, named }) {
    if (named === null) return refused('unknown-gateway')
    // Encrypted addresses begin with ENC and are none of these: the controller must send them plain.
    const mac = parseMac(query.get('client_mac') ?? '')
    const ip = parseAddress(query.get('uip') ?? '')
    if (mac === null || ip === null) return refused('malformed')
    if (named.guest === null) return refused('no-guest-network')
    return {
      outcome: 'device',
      device: { gateway: named, mac, ip: formatAddress(ip), returnData: {} },
    }
  },

  async confirm({ gateway, mac, ip }, world) {
    const code = await ask(gateway, world, { RequestType: 'Status', ...device(mac, ip) })
    if (typeof code === 'string') return code
    return code === CODE.notFound ? 'device-not-seen' : null
  },

  async release({ gateway, mac, ip }, { connected, until, world }) {
    const credential = await world.store.issueCredential({ gateway: gateway.name, mac, until })
    const code = await ask(gateway, world, {
      RequestType: 'Login',
      ...device(mac, ip),
      'UE-Username': credential.name,
      'UE-Password': credential.password,
    })
    if (typeof code === 'string') return refused(code)
    const isIn = code === CODE.loggedIn || code === CODE.authorised
    return isIn ? { outcome: 'go', location: connected.path } : refused('gateway-refused')
  },

  async revoke(gateway, mac, world) {
    const code = await ask(gateway, world, { RequestType: 'Disconnect', ...device(mac, null) })
    if (code === 'gateway-unreachable') return 'no-answer'
    if (code === CODE.notFound) return 'no-session'
    return code === CODE.done ? 'disconnected' : 'refused'
  },

  formAction: () => [],
}

/** Of the answers of SmartZone's portal interface. */
const CODE = { authorised: 101, done: 200, loggedIn: 201, notFound: 300 } as const

async function ask(
  { settings: { controller } }: PortalGateway,
  { call }: GatewayWorld,
  request: Readonly<Record<string, string>>,
): Promise<number | RefusalReason> {
  if (controller === undefined) return 'wrong-kind'
  const answer = await call(controller, {
    method: 'POST',
    path: '/portalintf',
    body: {
      Vendor: 'ruckus',
      RequestPassword: controller.password,
      APIVersion: '1.0',
      RequestCategory: 'UserOnlineControl',
      'UE-Proxy': '0',
      ...request,
    },
  })
  if (!answer.ok) return 'gateway-unreachable'
  const code = thingOf(answer.json)['ResponseCode']
  return answer.status === 200 && typeof code === 'number' ? code : 'gateway-refused'
}

function device(mac: Mac, ip: string | null): Readonly<Record<string, string>> {
  return { 'UE-MAC': mac, ...(ip === null ? {} : { 'UE-IP': ip }) }
}
