import { formatAddress, parseAddress } from '#core/ip.ts'
import { parseMac } from '#core/mac.ts'
import { decodeFas, decryptFas, gatewayName, returnToken } from './fas.ts'
import { forgedBy, refused } from './gateway.ts'
import type { Arrival, GatewayAdapter, PortalGateway, Visit } from './gateway.ts'
import { localHost } from './local-address.ts'

/** base64 of "na", which openNDS itself sends when there is nothing to say. */
const NO_CUSTOM = 'bmE='
/** A session is looked at again once a day; the phone that still has a grant sees no page then. */
const SESSION_MOST_MINUTES = 1440
const VERSION = /^[\w.+-]{1,20}$/

/** openNDS "forward authentication service": `?fas=<base64>` in; a redirect out, or a poll (AuthMon). */
export const opennds: GatewayAdapter = {
  kind: 'opennds',

  recognises: (query) => ['fas', 'authaction', 'iv', 'status'].some((name) => query.has(name)),

  receive(visit) {
    const { query, gateways, named } = visit
    if (query.get('status') === 'authenticated') return { outcome: 'already-connected' }
    // Level 0 names an address and a token, and no device that an acceptance could be of.
    if (query.has('authaction')) return refused('unsupported-level')
    if (query.has('iv') && named === null) return refused('unsupported-level')
    const fields = fieldsOf(visit)
    // At levels 2 and 3 only its key makes something that can be read.
    if (fields === null)
      return named !== null && query.has('iv') ? forgedBy('malformed', named) : refused('malformed')
    const gateway = named ?? gateways.get(gatewayName(fields.get('gatewayname') ?? ''))
    if (gateway === undefined) return refused('unknown-gateway')
    if (gateway.kind !== 'opennds') return refused('wrong-kind')
    if (gateway.fas === null || query.has('iv') !== isEncrypted(gateway) || gateway.fas.level === 0)
      return refused('unsupported-level')
    // What polls must come by the path that only it knows: it is told there whom to let in.
    if (polls(gateway) && named === null) return refused('unsupported-level')
    if (fields.get('status') === 'authenticated') return { outcome: 'already-connected' }
    return deviceOf(gateway, fields)
  },

  async release({ gateway, returnData }, { connected, until, now, world }) {
    const { hid, gatewayAddress } = returnData
    if (hid === undefined || gatewayAddress === undefined) return refused('bad-ticket')
    const tok = returnToken(hid, gateway.fas?.key ?? '')
    if (polls(gateway)) {
      // 0 would be as long as it likes.
      const minutes = Math.max(Math.min(Math.ceil((until - now) / 60_000), SESSION_MOST_MINUTES), 1)
      const line = `${tok} ${minutes} 0 0 0 0 ${NO_CUSTOM}`
      const id = await world.store.leaveOpening({ gateway: gateway.name, key: tok, line })
      return { outcome: 'wait', id }
    }
    const redir = encodeURIComponent(connected.url)
    const query = `tok=${tok}&redir=${redir}&custom=${NO_CUSTOM}`
    return { outcome: 'go', location: `http://${gatewayAddress}/opennds_auth/?${query}` }
  },

  confirm: null,
  revoke: null,

  // The gateway listens on http at an address of its own LAN.
  formAction: (gateway) => (polls(gateway) ? [] : ['http:']),
}

/** At these levels the gateway asks us whom to let in. */
export function polls({ fas }: PortalGateway): boolean {
  return fas !== null && fas.level >= 3
}

function isEncrypted({ fas }: PortalGateway): boolean {
  return fas?.level === 2 || fas?.level === 3
}

function fieldsOf({ query, named }: Visit): ReadonlyMap<string, string> | null {
  const fas = query.get('fas') ?? ''
  const iv = query.get('iv')
  return iv === null ? decodeFas(fas) : decryptFas(fas, iv, named?.fas?.key ?? '')
}

function deviceOf(gateway: PortalGateway, fields: ReadonlyMap<string, string>): Arrival {
  const hid = fields.get('hid') ?? ''
  const mac = parseMac(fields.get('clientmac') ?? '')
  const ip = parseAddress(fields.get('clientip') ?? '')
  const gatewayAddress = localHost(fields.get('gatewayaddress') ?? '')
  if (!/^[0-9a-f]{64}$/i.test(hid) || mac === null || ip === null || gatewayAddress === null)
    return refused('malformed')
  if (gateway.guest === null) return refused('no-guest-network')
  const returnData = { hid, gatewayAddress }
  const version = fields.get('version') ?? ''
  const software = VERSION.test(version) ? { software: `openNDS-${version}` } : {}
  const device = { gateway, mac, ip: formatAddress(ip), returnData, ...software }
  return { outcome: 'device', device }
}
