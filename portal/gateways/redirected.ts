import { formatAddress, PrefixTable } from '#core/ip.ts'
import { readCaptiveLink } from '#db/captive-link.ts'
import type { GatewayKind } from '#db/gateways.ts'
import type { Network } from '#db/sites.ts'
import { refused } from './gateway.ts'
import type { Device, GatewayAdapter } from './gateway.ts'

/**
 * Controllers that ask RADIUS for each device by its MAC address, are told where to lead it, and are told
 * to ask again when it has accepted (RFC 5176). The link is the RADIUS server's own, signed.
 */
function createRedirected(
  kind: Extract<GatewayKind, 'cisco' | 'aruba'>,
  form: string | null,
): GatewayAdapter {
  return {
    kind,
    recognises: () => false,

    receive({ query, named, from, now }) {
      if (named === null) return refused('unknown-gateway')
      const link = readCaptiveLink(named, query, now)
      if (!link.ok) return refused(link.reason)
      const { mac, network } = link
      const own = named[network]
      if (own === null) return refused('no-guest-network')
      const ip = ownAddress(own, from)
      const returnData: Device['returnData'] = network === 'staff' ? { network } : {}
      return { outcome: 'device', device: { gateway: named, mac, ip, returnData } }
    },

    confirm: null,

    async release({ gateway, mac }, { world }) {
      return { outcome: 'wait', id: await world.store.askAgain(gateway.name, mac, form) }
    },

    revoke: null,
    formAction: () => [],
  }
}

// A Disconnect would put the phone off the air: it is only asked again who it is.
export const cisco = createRedirected('cisco', 'cisco-reauthenticate')
export const aruba = createRedirected('aruba', null)

/** The address that we see, where it is the device's own and not that of a translation on the way. */
function ownAddress(network: Network, from: Uint8Array | null): string | null {
  if (from === null) return null
  const own = new PrefixTable(network.subnets.map((subnet) => [subnet, true] as const))
  return own.lookup(from) === undefined ? null : formatAddress(from)
}
