import { PrefixTable, parseAddress } from '#core/ip.ts'
import { captiveNetworkOf } from '#db/captive-network.ts'
import { ASKING_BY_MAC } from '#db/gateway-kinds.ts'
import type { CaptiveNetwork } from '#db/sites.ts'
import type { Device } from '../gateways/gateway.ts'

/**
 * The internal network that a device came from, where its owner may sign in for it; null: it is of another. The RADIUS
 * server writes it into the link that it makes; a gateway that signs its own serves no other, or gives an address of it.
 */
export function internalNetworkOf({ gateway, ip, returnData }: Device): CaptiveNetwork | null {
  const captive = gateway.staff?.captive ?? null
  if (captive === null || !ASKING_BY_MAC.has(gateway.kind)) return null
  if (captiveNetworkOf(gateway, null) !== null || returnData['network'] === 'staff') return captive
  const address = ip === null ? null : parseAddress(ip)
  if (address === null) return null
  const own = new PrefixTable(captive.network.subnets.map((subnet) => [subnet, true] as const))
  return own.lookup(address) === undefined ? null : captive
}
