import type { Clock } from '#core/clock.ts'
import type { Mac } from '#core/mac.ts'
import { CAPTIVE_SECONDS, captiveLink } from '#db/captive-link.ts'
import type { Gateway } from '#db/gateways.ts'
import type { NetworkKind } from '#db/sites.ts'
import { integerAttribute } from '../attributes.ts'
import type { Attribute } from '../attributes.ts'
import { ATTRIBUTE } from '../dictionary.ts'
import { PACKET_LIMITS } from '../packet.ts'
import { renderGift } from '../policy/vendor-profiles.ts'
import { GUEST_ATTRIBUTES, NOBODY_ATTRIBUTES } from './accept.ts'

/** The longest of a vendor's texts: six octets of Vendor-Specific are its head. */
const VENDOR_TEXT = PACKET_LIMITS.attributeValue - 6 - 'url-redirect='.length

/** What a device is let in with that nobody has let in: to the portal and no further. Null: it is rejected. */
export type CaptiveAnswer = (
  gateway: Gateway,
  mac: Mac,
  network: NetworkKind,
) => readonly Attribute[] | null

export interface CaptiveDeps {
  /** By gateway, the access list or the role that leads to the portal. */
  readonly captives: () => ReadonlyMap<string, string>
  readonly publicUrl: URL
  readonly clock: Clock
}

export function createCaptiveAnswer({ captives, publicUrl, clock }: CaptiveDeps): CaptiveAnswer {
  // Asked again after an hour: the link that it has is good for two.
  const timeout = integerAttribute(ATTRIBUTE['Session-Timeout'], CAPTIVE_SECONDS)
  const common = {
    guest: [timeout, ...GUEST_ATTRIBUTES],
    staff: [timeout, ...NOBODY_ATTRIBUTES],
  }
  return (gateway, mac, network) => {
    const filter = captives().get(gateway.name)
    if (filter === undefined) return null
    const redirect = captiveLink(publicUrl, gateway, { mac, network }, clock())
    // A link that was cut would lead nobody anywhere.
    if (redirect.length > VENDOR_TEXT) return null
    const vendor = gateway.kind === 'aruba' ? 'aruba' : 'cisco'
    const gift = { vlan: null, downKbit: null, upKbit: null, filter, redirect }
    return [...common[network], ...renderGift(vendor, gift)]
  }
}
