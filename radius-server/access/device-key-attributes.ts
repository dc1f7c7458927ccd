import type { DeviceKey } from '#db/device-keys.ts'
import type { GatewayVendor } from '#db/gateways.ts'
import { vendorAttribute } from '../attributes.ts'
import type { Attribute } from '../attributes.ts'
import { ARUBA, ATTRIBUTE, CISCO, MIKROTIK, RUCKUS } from '../dictionary.ts'
import type { Packet } from '../packet.ts'
import { createSalts, hideSalted } from '../obfuscation.ts'
import type { SharedSecret } from '../shared-secret.ts'

/** A packet of a dozen stays within 1500 octets, as does what hostapd has room for. */
const MOST_OFFERED = 12

/** How many keys of one network an access point takes in one answer: it tries them all itself. */
export function mostOffered(vendor: GatewayVendor): number {
  return vendor === 'standard' ? MOST_OFFERED : 1
}

/** The passphrase, or several master keys, in the form that the access point reads. */
export function deviceKeyAttributes(
  vendor: GatewayVendor,
  keys: readonly DeviceKey[],
  { authenticator }: Packet,
  secret: SharedSecret,
): readonly Attribute[] {
  const salts = createSalts()
  const hide = (text: string): Uint8Array =>
    hideSalted(Buffer.from(text, 'utf8'), salts(), authenticator, secret)
  // hostapd reads the first octet as a tag whatever it is, so there must be one: 0, for none.
  const tunnelPassword = (text: string): Attribute => ({
    type: ATTRIBUTE['Tunnel-Password'],
    value: Buffer.concat([Buffer.of(0), hide(text)]),
  })
  const [key] = keys
  if (key === undefined) return []
  // 64 hex digits are a master key: an access point would take a tenth of a second for each passphrase.
  if (keys.length > 1)
    return keys.map(({ pmk }) => tunnelPassword(Buffer.from(pmk).toString('hex')))
  switch (vendor) {
    case 'aruba': {
      const hidden = hide(key.passphrase)
      return [vendorAttribute(ARUBA.vendor, ARUBA['Aruba-MPSK-Passphrase'], hidden)]
    }
    case 'cisco':
      return ['psk-mode=ascii', `psk=${key.passphrase}`].map((pair) =>
        vendorAttribute(CISCO.vendor, CISCO['Cisco-AVPair'], Buffer.from(pair)),
      )
    case 'mikrotik': {
      const passphrase = Buffer.from(key.passphrase)
      return [vendorAttribute(MIKROTIK.vendor, MIKROTIK['Mikrotik-Wireless-PSK'], passphrase)]
    }
    case 'ruckus': {
      // An octet of 0 says that a master key follows.
      const dpsk = Buffer.concat([Buffer.of(0), key.pmk])
      return [vendorAttribute(RUCKUS.vendor, RUCKUS['Ruckus-Dpsk'], dpsk)]
    }
    case 'coovachilli':
    case 'meraki':
    case 'standard':
    case 'unifi':
      return [tunnelPassword(key.passphrase)]
  }
}
