import { createHash } from 'node:crypto'
import { formatAddress, isPrivateAddress, parseAddress } from '#core/ip.ts'
import { parseListenAddress } from '#core/listen.ts'
import { parseMac } from '#core/mac.ts'
import type { Gateway } from '#db/gateways.ts'
import { LIMITS } from '../limits.ts'
import { refused } from './gateway.ts'
import type { GatewayAdapter } from './gateway.ts'

/** openNDS "forward authentication service", level 1: `/guest?fas=<base64>` in, a redirect out. */
export const opennds: GatewayAdapter = {
  kind: 'opennds',
  // The gateway listens on http at an address of its own LAN.
  formAction: ['http:'],

  // `authaction` is level 0, `iv` levels 2 and 3; `status` comes for phones that are already in.
  recognises: (query) => ['fas', 'authaction', 'iv', 'status'].some((name) => query.has(name)),

  receive({ query, gateways }) {
    if (query.get('status') === 'authenticated') return { outcome: 'already-connected' }
    if (query.has('iv') || query.has('authaction')) return refused('unsupported-level')
    const fields = decodeFas(query.get('fas') ?? '')
    if (fields === null) return refused('malformed')
    const gateway = gateways.get(gatewayName(fields.get('gatewayname') ?? ''))
    if (gateway === undefined) return refused('unknown-gateway')
    if (gateway.kind !== 'opennds') return refused('wrong-kind')
    if (gateway.fas?.level !== 1) return refused('unsupported-level')
    if (fields.get('status') === 'authenticated') return { outcome: 'already-connected' }

    const hid = fields.get('hid') ?? ''
    const mac = parseMac(fields.get('clientmac') ?? '')
    const ip = parseAddress(fields.get('clientip') ?? '')
    const gatewayAddress = localHttpAddress(fields.get('gatewayaddress') ?? '')
    if (!/^[0-9a-f]{64}$/i.test(hid) || mac === null || ip === null || gatewayAddress === null)
      return refused('malformed')
    if (gateway.guest === null) return refused('no-guest-network')
    const returnData = { hid, gatewayAddress }
    return { outcome: 'device', device: { gateway, mac, ip: formatAddress(ip), returnData } }
  },

  release({ gateway, returnData }, connected) {
    const { hid, gatewayAddress } = returnData
    if (hid === undefined || gatewayAddress === undefined) return refused('bad-ticket')
    const tok = returnToken(hid, keyOf(gateway))
    const redir = encodeURIComponent(connected.url)
    return {
      outcome: 'go',
      location: `http://${gatewayAddress}/opennds_auth/?tok=${tok}&redir=${redir}&custom=${NO_CUSTOM}`,
    }
  },
}

/** base64 of "na", which openNDS itself sends when there is nothing to say. */
const NO_CUSTOM = 'bmE='

/** What proves to the gateway that we hold its key: sha256hex(hid + faskey). */
export function returnToken(hid: string, fasKey: string): string {
  return createHash('sha256')
    .update(hid + fasKey)
    .digest('hex')
}

function keyOf(gateway: Gateway): string {
  return gateway.fas?.key ?? ''
}

/** Splits `a=1, b=2, …` on comma and space, then on the first `=`; values stay as sent. */
export function decodeFas(fas: string): ReadonlyMap<string, string> | null {
  if (fas === '' || fas.length > LIMITS.fasValue) return null
  // A `+` that was not percent-encoded has become a space on its way.
  const base64 = fas.replaceAll(' ', '+')
  if (!/^[A-Za-z0-9+/_-]+={0,2}$/.test(base64)) return null
  const fields = new Map<string, string>()
  for (const pair of Buffer.from(base64, 'base64').toString('utf8').split(', ')) {
    const equals = pair.indexOf('=')
    const key = pair.slice(0, equals)
    // The first one wins: custom parameters stand last and must not replace what the gateway said.
    if (equals > 0 && !fields.has(key)) fields.set(key, pair.slice(equals + 1))
  }
  return fields
}

/** The name is percent-encoded, and openNDS may append ` Node:<mac>` to what its owner configured. */
export function gatewayName(sent: string): string {
  let name = sent
  try {
    name = decodeURIComponent(sent)
  } catch {
    // A lone % is part of a name that was sent unencoded.
  }
  return name.replace(/ Node:[0-9a-f:]*\s*$/i, '').trim()
}

/** `ip:port` of a private network, or null: level 1 is not signed, and we must not send people elsewhere. */
function localHttpAddress(text: string): string | null {
  const address = parseListenAddress(text)
  const ip = address === null ? null : parseAddress(address.host)
  if (address === null || ip === null || address.port === 0 || !isPrivateAddress(ip)) return null
  const host = ip.length === 4 ? formatAddress(ip) : `[${formatAddress(ip)}]`
  return `${host}:${address.port}`
}
