import { describe, expect, test } from 'vitest'
import { GATEWAY_VENDORS } from '#db/gateways.ts'
import type { GatewayVendor } from '#db/gateways.ts'
import { CODE } from '../dictionary.ts'
import { attributeLines } from '../packet-text.ts'
import { parsePacket } from '../packet.ts'
import { encodeRequest } from '../reply.ts'
import { renderGift } from './vendor-profiles.ts'

type Gift = Parameters<typeof renderGift>[1]

const NOTHING: Gift = { vlan: null, downKbit: null, upKbit: null, filter: null, redirect: null }
const ALL: Gift = {
  vlan: 30,
  downKbit: 20_000,
  upKbit: 512,
  filter: 'volunteers',
  redirect: 'https://wifi.example/help',
}
const VLAN = ['Tunnel-Type VLAN', 'Tunnel-Medium-Type IEEE-802', 'Tunnel-Private-Group-Id "30"']
const FILTER_ID = 'Filter-Id "volunteers"'
const WISPR_RATES = ['WISPr-Bandwidth-Max-Up 512000', 'WISPr-Bandwidth-Max-Down 20000000']
const WISPR_REDIRECT = 'WISPr-Redirection-URL "https://wifi.example/help"'
const CISCO_REDIRECT = [
  'Cisco-AVPair "url-redirect-acl=volunteers"',
  'Cisco-AVPair "url-redirect=https://wifi.example/help"',
]

/** As `accueil radius decode` shows them. */
function shown(vendor: GatewayVendor, gift: Partial<Gift>): readonly string[] {
  const attributes = renderGift(vendor, { ...NOTHING, ...gift })
  const parsed = parsePacket(encodeRequest(CODE['Access-Accept'], attributes, false))
  if (!parsed.ok) throw new Error(parsed.reason)
  return attributeLines(parsed.packet)
}

const EVERYTHING: Readonly<Record<GatewayVendor, readonly string[]>> = {
  standard: [...VLAN, ...WISPR_RATES, FILTER_ID, WISPR_REDIRECT],
  aruba: [
    ...VLAN,
    'Aruba-User-Vlan 30',
    'Aruba-User-Role "volunteers"',
    'Aruba-Captive-Portal-URL "https://wifi.example/help"',
  ],
  cisco: [
    ...VLAN,
    'Airespace-Data-Bandwidth-Average-Contract 20000',
    'Airespace-Data-Bandwidth-Average-Contract-Upstream 512',
    ...CISCO_REDIRECT,
  ],
  coovachilli: [
    ...VLAN,
    'ChilliSpot-Bandwidth-Max-Up 512',
    'ChilliSpot-Bandwidth-Max-Down 20000',
    FILTER_ID,
    WISPR_REDIRECT,
  ],
  meraki: [...VLAN, ...CISCO_REDIRECT],
  mikrotik: [
    ...VLAN,
    'Mikrotik-Wireless-VLANID 30',
    'Mikrotik-Wireless-VLANIDtype 802.1q',
    'Mikrotik-Rate-Limit "512k/20000k"',
    FILTER_ID,
    WISPR_REDIRECT,
  ],
  ruckus: [...VLAN, ...WISPR_RATES, 'Ruckus-User-Groups "volunteers"', WISPR_REDIRECT],
  unifi: VLAN,
}

describe.each(GATEWAY_VENDORS)('a gateway of the vendor %s', (vendor) => {
  test('is told everything that it understands', () => {
    expect(shown(vendor, ALL)).toEqual(EVERYTHING[vendor])
  })

  test('is told nothing of what is not given', () => {
    expect(shown(vendor, {})).toEqual([])
  })
})

test('a rate one way only leaves the other without a limit', () => {
  expect(shown('mikrotik', { upKbit: 512 })).toEqual(['Mikrotik-Rate-Limit "512k/0"'])
  expect(shown('mikrotik', { downKbit: 512 })).toEqual(['Mikrotik-Rate-Limit "0/512k"'])
  expect(shown('standard', { downKbit: 512 })).toEqual(['WISPr-Bandwidth-Max-Down 512000'])
  expect(shown('cisco', { upKbit: 512 })).toEqual([
    'Airespace-Data-Bandwidth-Average-Contract-Upstream 512',
  ])
})

test('the greatest rate is a number that WISPr has room for', () => {
  expect(shown('standard', { downKbit: 4_000_000 })).toEqual([
    'WISPr-Bandwidth-Max-Down 4000000000',
  ])
})

test('a filter without a redirect is an access list to Cisco and a group policy to Meraki', () => {
  expect(shown('cisco', { filter: 'volunteers' })).toEqual([
    FILTER_ID,
    'Airespace-ACL-Name "volunteers"',
  ])
  expect(shown('meraki', { filter: 'volunteers' })).toEqual([FILTER_ID])
})
