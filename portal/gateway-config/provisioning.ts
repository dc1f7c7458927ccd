import { parseAddress } from '#core/ip.ts'
import { UNRESTRICTED } from '#core/provisioning-options.ts'
import type { EncryptedResolver } from '#core/provisioning-options.ts'
import type { Centre, PlaceNetwork } from './place.ts'

/**
 * Option 114 of DHCPv4, 103 of DHCPv6, 37 of router advertisements; null: not to be given. Phones take an address
 * of the captive portal's API over HTTPS alone (RFC 8908 §4); on the internal network they are told that there is
 * no portal (RFC 8910 §2).
 */
export function captivePortal({ portalUrl }: Centre, { network }: PlaceNetwork): string | null {
  if (network.kind === 'staff') return UNRESTRICTED
  return portalUrl.protocol === 'https:' ? new URL('/captive-portal/api', portalUrl).href : null
}

/** Our resolver by DNS over TLS and over HTTPS, at one of our addresses; empty where it answers neither. */
export function encryptedResolvers(
  { encryptedDns }: Centre,
  address: string | null,
): readonly EncryptedResolver[] {
  const octets = address === null ? null : parseAddress(address)
  if (encryptedDns === null || octets === null) return []
  const { name, dotPort, dohPort } = encryptedDns
  const one = { name, address: octets }
  return [
    { ...one, by: 'dot', port: dotPort },
    { ...one, by: 'doh', port: dohPort },
  ]
}

/** `0a:1b:…`, as dnsmasq takes octets. */
export function colons(octets: Buffer): string {
  return (octets.toString('hex').match(/../g) ?? []).join(':')
}
