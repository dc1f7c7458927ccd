import { parseAddress } from '#core/ip.ts'
import { UNRESTRICTED, resolverOption } from '#core/provisioning-options.ts'
import type { Centre, PlaceNetwork } from './place.ts'

export interface Provisioned {
  /** Option 114 of DHCPv4, 103 of DHCPv6, 37 of router advertisements; null: not to be given. */
  readonly captivePortal: string | null
  /** The value of DHCPv4 option 162; null where our resolver does not answer over TLS. */
  readonly resolver: Buffer | null
}

const DOT_PORT = 853

/**
 * What DHCP tells devices. Phones take an address of the captive portal's API over HTTPS alone (RFC 8908 §4);
 * on the internal network they are told that there is no portal (RFC 8910 §2).
 */
export function provisioned(centre: Centre, { network }: PlaceNetwork): Provisioned {
  const { portalUrl, encryptedDns, address } = centre
  const api = new URL('/captive-portal/api', portalUrl).href
  const guest = portalUrl.protocol === 'https:' ? api : null
  const octets = parseAddress(address)
  return {
    captivePortal: network.kind === 'guest' ? guest : UNRESTRICTED,
    resolver:
      encryptedDns === null || octets === null
        ? null
        : resolverOption({ name: encryptedDns, address: octets, dotPort: DOT_PORT }),
  }
}
