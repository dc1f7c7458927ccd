import type { GatewayVendor } from '#db/gateways.ts'
import type { PolicyGift } from '#db/policies.ts'
import { integerAttribute, textAttribute, vendorAttribute, vlanAttributes } from '../attributes.ts'
import type { Attribute } from '../attributes.ts'
import {
  AIRESPACE,
  ARUBA,
  ATTRIBUTE,
  CHILLISPOT,
  CISCO,
  MIKROTIK,
  RUCKUS,
  WISPR,
} from '../dictionary.ts'

/** How a vendor's gateways are told each thing; what is not here they cannot be told. */
interface Profile {
  vlan(vlan: number): readonly Attribute[]
  rates(down: number | null, up: number | null): readonly Attribute[]
  filter(name: string): readonly Attribute[]
  redirect(url: string): readonly Attribute[]
}

const NOTHING: readonly Attribute[] = []

const filterId = (name: string): readonly Attribute[] => [
  textAttribute(ATTRIBUTE['Filter-Id'], name),
]

/** Bits a second (WISPr 1.0 annex C). */
const wisprRates = (down: number | null, up: number | null): readonly Attribute[] => [
  ...(up === null ? NOTHING : [vendorInteger(WISPR, 'WISPr-Bandwidth-Max-Up', up * 1000)]),
  ...(down === null ? NOTHING : [vendorInteger(WISPR, 'WISPr-Bandwidth-Max-Down', down * 1000)]),
]

const wisprRedirect = (url: string): readonly Attribute[] => [
  vendorText(WISPR, 'WISPr-Redirection-URL', url),
]

/** RFC 3580, RFC 2865 §5.11, and WISPr, which is what gateways of many makers share beyond the RFCs. */
const STANDARD: Profile = {
  vlan: vlanAttributes,
  rates: wisprRates,
  filter: filterId,
  redirect: wisprRedirect,
}

const PROFILES: Readonly<Record<GatewayVendor, Profile>> = {
  standard: STANDARD,
  // ArubaOS user guide, server-derived roles: rates and access lists are in the role on the controller.
  aruba: {
    vlan: (vlan) => [...vlanAttributes(vlan), vendorInteger(ARUBA, 'Aruba-User-Vlan', vlan)],
    rates: () => NOTHING,
    filter: (name) => [vendorText(ARUBA, 'Aruba-User-Role', name)],
    redirect: (url) => [vendorText(ARUBA, 'Aruba-Captive-Portal-URL', url)],
  },
  // AireOS and Catalyst 9800, AAA override: rates in kbit/s, an access list by name. A switch of IOS
  // takes the list from Filter-Id, and wants the direction behind its name: `till.in`.
  cisco: {
    vlan: vlanAttributes,
    rates: (down, up) => [
      ...(down === null
        ? NOTHING
        : [vendorInteger(AIRESPACE, 'Airespace-Data-Bandwidth-Average-Contract', down)]),
      ...(up === null
        ? NOTHING
        : [vendorInteger(AIRESPACE, 'Airespace-Data-Bandwidth-Average-Contract-Upstream', up)]),
    ],
    filter: (name) => [...filterId(name), vendorText(AIRESPACE, 'Airespace-ACL-Name', name)],
    redirect: (url) => [ciscoPair(`url-redirect=${url}`)],
  },
  // coova-chilli doc/attributes: WISPr in bit/s and its own in kbit/s; the filter goes to its scripts.
  coovachilli: {
    vlan: vlanAttributes,
    rates: (down, up) => [
      ...(up === null ? NOTHING : [vendorInteger(CHILLISPOT, 'ChilliSpot-Bandwidth-Max-Up', up)]),
      ...(down === null
        ? NOTHING
        : [vendorInteger(CHILLISPOT, 'ChilliSpot-Bandwidth-Max-Down', down)]),
    ],
    filter: filterId,
    redirect: wisprRedirect,
  },
  // Meraki documentation, "MR Meraki RADIUS 2.0": Filter-Id is the name of a group policy, which has the
  // rates.
  meraki: {
    vlan: vlanAttributes,
    rates: () => NOTHING,
    filter: filterId,
    redirect: (url) => [ciscoPair(`url-redirect=${url}`)],
  },
  // RouterOS manual, RADIUS client: the rate as the router sees it, so what it receives comes first; 0 is
  // no limit. Wireless has attributes of its own for the VLAN, the dot1x server takes those of RFC 3580.
  mikrotik: {
    vlan: (vlan) => [
      ...vlanAttributes(vlan),
      vendorInteger(MIKROTIK, 'Mikrotik-Wireless-VLANID', vlan),
      vendorInteger(MIKROTIK, 'Mikrotik-Wireless-VLANIDtype', 0),
    ],
    rates: (down, up) => [vendorText(MIKROTIK, 'Mikrotik-Rate-Limit', `${kilo(up)}/${kilo(down)}`)],
    filter: filterId,
    redirect: wisprRedirect,
  },
  // SmartZone AAA (RADIUS) interface reference guide: a user group decides the role; rates by WISPr.
  ruckus: {
    vlan: vlanAttributes,
    rates: wisprRates,
    filter: (name) => [vendorText(RUCKUS, 'Ruckus-User-Groups', name)],
    redirect: wisprRedirect,
  },
  // UniFi's own list of attributes for hotspots: of a reply it reads Session-Timeout, and the VLAN.
  unifi: {
    vlan: vlanAttributes,
    rates: () => NOTHING,
    filter: () => NOTHING,
    redirect: () => NOTHING,
  },
}

/** All that a gateway is told of what somebody gets, but how long. */
export function renderGift(
  vendor: GatewayVendor,
  { vlan, downKbit, upKbit, filter, redirect }: Omit<PolicyGift, 'sessionSeconds'>,
): readonly Attribute[] {
  const profile = PROFILES[vendor]
  return [
    ...(vlan === null ? NOTHING : profile.vlan(vlan)),
    ...(downKbit === null && upKbit === null ? NOTHING : profile.rates(downKbit, upKbit)),
    // Cisco and Meraki redirect what an access list of theirs catches: without its name nothing is.
    ...(filter === null ? NOTHING : filterOf(vendor, profile, filter, redirect !== null)),
    ...(redirect === null ? NOTHING : profile.redirect(redirect)),
  ]
}

function filterOf(
  vendor: GatewayVendor,
  profile: Profile,
  name: string,
  isRedirected: boolean,
): readonly Attribute[] {
  const isCaught = isRedirected && (vendor === 'cisco' || vendor === 'meraki')
  return isCaught ? [ciscoPair(`url-redirect-acl=${name}`)] : profile.filter(name)
}

function kilo(rate: number | null): string {
  return rate === null ? '0' : `${rate}k`
}

function ciscoPair(text: string): Attribute {
  return vendorText(CISCO, 'Cisco-AVPair', text)
}

function vendorText<N extends string>(
  table: { readonly vendor: number } & Readonly<Record<N, number>>,
  name: N,
  text: string,
): Attribute {
  return vendorAttribute(table.vendor, table[name], Buffer.from(text, 'utf8'))
}

function vendorInteger<N extends string>(
  table: { readonly vendor: number } & Readonly<Record<N, number>>,
  name: N,
  number: number,
): Attribute {
  return vendorAttribute(table.vendor, table[name], integerAttribute(0, number).value)
}
