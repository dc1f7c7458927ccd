import { formatAddress } from '#core/ip.ts'
import { parseMac } from '#core/mac.ts'
import { refused } from './gateway.ts'
import type { GatewayAdapter, PortalGateway } from './gateway.ts'
import { unifiByKey } from './unifi-by-key.ts'
import { unifiByLogin } from './unifi-by-login.ts'
import type { UnifiWay } from './unifi-by-key.ts'

/** UniFi's guest hotspot: it sends phones to `/guest/s/SITE/`, and is opened by its controller. */
export const unifi: GatewayAdapter = {
  kind: 'unifi',
  recognises: () => false,

  receive({ query, named, from }) {
    if (named === null) return refused('unknown-gateway')
    const mac = parseMac(query.get('id') ?? '')
    const ap = parseMac(query.get('ap') ?? '')
    if (mac === null) return refused('malformed')
    if (named.guest === null) return refused('no-guest-network')
    const ip = from === null ? null : formatAddress(from)
    const returnData = ap === null ? {} : { ap }
    return { outcome: 'device', device: { gateway: named, mac, ip, returnData } }
  },

  // Its link is not signed: anybody could write another address into it.
  confirm: async ({ gateway, mac }, world) =>
    (await wayOf(gateway)?.sees(gateway, mac, world)) ?? null,

  async release(device, { connected, until, now, world }) {
    const minutes = Math.max(Math.ceil((until - now) / 60_000), 1)
    const refusal = await wayOf(device.gateway)?.authorise(device, minutes, world)
    if (refusal === undefined) return refused('wrong-kind')
    return refusal === null ? { outcome: 'go', location: connected.path } : refused(refusal)
  },

  revoke: async (gateway, mac, world) =>
    (await wayOf(gateway)?.unauthorise(gateway, mac, world)) ?? 'refused',

  formAction: () => [],
}

function wayOf({ settings: { controller } }: PortalGateway): UnifiWay | null {
  if (controller === undefined) return null
  return controller.api_key === undefined ? unifiByLogin : unifiByKey
}

/** Where a phone came from `/guest/s/SITE/`: the gateway of that site, or null where it is not one. */
export function unifiGatewayOf(
  site: string,
  gateways: ReadonlyMap<string, PortalGateway>,
  isNear: (gateway: PortalGateway) => boolean,
): PortalGateway | null {
  const ofSite = [...gateways.values()].filter(
    ({ kind, settings }) => kind === 'unifi' && settings.controller?.site === site,
  )
  const [only, ...others] = ofSite
  if (only !== undefined && others.length === 0) return only
  // Every controller has a site "default": the phone's own address says which one it was.
  const near = ofSite.filter(isNear)
  return near.length === 1 ? (near[0] ?? null) : null
}
