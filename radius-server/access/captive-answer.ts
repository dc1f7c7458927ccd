import type { Clock } from '#core/clock.ts'
import type { Mac } from '#core/mac.ts'
import { CAPTIVE_SECONDS, captiveLink } from '#db/captive-link.ts'
import type { Gateway } from '#db/gateways.ts'
import { integerAttribute } from '../attributes.ts'
import type { Attribute } from '../attributes.ts'
import { ATTRIBUTE } from '../dictionary.ts'
import { PACKET_LIMITS } from '../packet.ts'
import { renderGift } from '../policy/vendor-profiles.ts'
import { GUEST_ATTRIBUTES } from './accept.ts'

/** The longest of a vendor's texts: six octets of Vendor-Specific are its head. */
const VENDOR_TEXT = PACKET_LIMITS.attributeValue - 6 - 'url-redirect='.length

/** What a device is let in with that has not accepted: to the portal and no further. Null: it is rejected. */
export type CaptiveAnswer = (gateway: Gateway, mac: Mac) => readonly Attribute[] | null

export interface CaptiveDeps {
  /** By gateway, the access list or the role that leads to the portal. */
  readonly captives: () => ReadonlyMap<string, string>
  readonly publicUrl: URL
  readonly clock: Clock
}

export function createCaptiveAnswer({ captives, publicUrl, clock }: CaptiveDeps): CaptiveAnswer {
  const common = [
    // Asked again after an hour: the link that it has is good for two.
    integerAttribute(ATTRIBUTE['Session-Timeout'], CAPTIVE_SECONDS),
    ...GUEST_ATTRIBUTES,
  ]
  return (gateway, mac) => {
    const filter = captives().get(gateway.name)
    if (filter === undefined) return null
    const redirect = captiveLink(publicUrl, gateway, mac, clock())
    // A link that was cut would lead nobody anywhere.
    if (redirect.length > VENDOR_TEXT) return null
    const vendor = gateway.kind === 'aruba' ? 'aruba' : 'cisco'
    const gift = { vlan: null, downKbit: null, upKbit: null, filter, redirect }
    return [...common, ...renderGift(vendor, gift)]
  }
}
