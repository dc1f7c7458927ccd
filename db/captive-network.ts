import type { Gateway } from './gateways.ts'
import type { CaptiveNetwork } from './sites.ts'

/**
 * The internal network that a device asks for which is to sign in; null: it asks for another, as the name of the
 * network says, or the gateway.
 */
export function captiveNetworkOf(
  { name, staff }: Pick<Gateway, 'name' | 'staff'>,
  ssid: string | null,
): CaptiveNetwork | null {
  const captive = staff?.captive ?? null
  if (captive === null) return null
  const isIt = captive.gateways.includes(name) || (ssid !== null && ssid === captive.ssid)
  return isIt ? captive : null
}
