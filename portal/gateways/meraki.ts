import { formatAddress, parseAddress } from '#core/ip.ts'
import { parseMac } from '#core/mac.ts'
import { refused } from './gateway.ts'
import type { GatewayAdapter } from './gateway.ts'

/** The cloud that grants; everything else would be a place that somebody wants people to go. */
const GRANT_HOST = /(^|\.)network-auth\.com$/
const SESSION_MOST_SECONDS = 86_400

/** Meraki's click-through splash page: the browser goes to the address that the cloud gave for granting. */
export const meraki: GatewayAdapter = {
  kind: 'meraki',
  recognises: () => false,

  receive({ query, named }) {
    if (named === null) return refused('unknown-gateway')
    const mac = parseMac(query.get('client_mac') ?? '')
    const ip = parseAddress(query.get('client_ip') ?? '')
    const grant = grantAddress(query.get('base_grant_url') ?? '')
    if (mac === null || ip === null || grant === null) return refused('malformed')
    if (named.guest === null) return refused('no-guest-network')
    const returnData = { grant }
    return { outcome: 'device', device: { gateway: named, mac, ip: formatAddress(ip), returnData } }
  },

  confirm: null,

  release({ returnData }, { connected, until, now }) {
    const grant = grantAddress(returnData['grant'] ?? '')
    if (grant === null) return refused('bad-ticket')
    const url = new URL(grant)
    const seconds = Math.min(Math.ceil((until - now) / 1000), SESSION_MOST_SECONDS)
    url.searchParams.set('continue_url', connected.url)
    url.searchParams.set('duration', String(seconds))
    return { outcome: 'go', location: url.href }
  },

  revoke: null,
  formAction: () => ['https://*.network-auth.com'],
}

function grantAddress(text: string): string | null {
  const url = URL.canParse(text) ? new URL(text) : null
  if (url === null || url.protocol !== 'https:' || url.port !== '' || url.username !== '')
    return null
  return GRANT_HOST.test(url.hostname) ? url.href : null
}
