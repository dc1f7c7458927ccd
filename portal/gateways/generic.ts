import { createHmac, timingSafeEqual } from 'node:crypto'
import { formatAddress, parseAddress } from '#core/ip.ts'
import { parseMac } from '#core/mac.ts'
import { validSecrets } from '#db/gateway-entry.ts'
import { LIMITS } from '../limits.ts'
import { forgedBy, refused } from './gateway.ts'
import type { GatewayAdapter } from './gateway.ts'

const SIGNED = ['gateway', 'mac', 'ip', 't'] as const

/**
 * The kind for any gateway that can sign a link: `/guest?gateway&mac&ip&t&sig`, where sig is hex
 * HMAC-SHA256(secret, "gateway\nmac\nip\nt") over the values as sent. It lets a phone in by asking
 * RADIUS for its MAC: again and again, or when it is told to (`coa`). `url` is not signed, hence never read.
 */
export const generic: GatewayAdapter = {
  kind: 'generic',

  recognises: (query) => [...SIGNED, 'sig'].some((name) => query.has(name)),

  receive({ query, gateways, now }) {
    const values = SIGNED.map((name) => query.get(name) ?? '')
    if (values.some((value) => value === '' || value.length > LIMITS.queryValue))
      return refused('malformed')
    const [name = '', macText = '', ipText = '', time = ''] = values
    const signature = query.get('sig') ?? ''
    if (!/^[0-9a-f]{64}$/i.test(signature) || !/^\d{1,12}$/.test(time)) return refused('malformed')

    const gateway = gateways.get(name)
    if (gateway === undefined) return refused('unknown-gateway')
    if (gateway.kind !== 'generic') return refused('wrong-kind')
    const given = Buffer.from(signature, 'hex')
    const isSigned = validSecrets(gateway, now).some((secret) =>
      timingSafeEqual(createHmac('sha256', secret).update(values.join('\n')).digest(), given),
    )
    if (!isSigned) return forgedBy('bad-signature', gateway)

    // Only now, when the gateway is known to have written them, is it worth saying what is wrong.
    const age = now - Number(time) * 1000
    if (age > LIMITS.linkAgeMs) return refused('link-expired')
    if (age < -LIMITS.linkAgeMs) return refused('clock-ahead')
    const mac = parseMac(macText)
    const ip = parseAddress(ipText)
    if (mac === null || ip === null) return refused('malformed')
    if (gateway.guest === null && !gateway.staff?.captive) return refused('no-guest-network')
    return { outcome: 'device', device: { gateway, mac, ip: formatAddress(ip), returnData: {} } }
  },

  async release({ gateway, mac }, { connected, world }) {
    if (gateway.coa === null) return { outcome: 'go', location: connected.path }
    return { outcome: 'wait', id: await world.store.askAgain(gateway.name, mac, null) }
  },

  confirm: null,
  revoke: null,
  formAction: () => [],
}
