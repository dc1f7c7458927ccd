import type { AttributeTable } from './attribute-table.ts'
import { AIRESPACE_ATTRIBUTES } from './airespace.ts'
import { ARUBA_ATTRIBUTES } from './aruba.ts'
import { CHILLISPOT_ATTRIBUTES } from './chillispot.ts'
import { CISCO_ATTRIBUTES } from './cisco.ts'
import { MERAKI_ATTRIBUTES } from './meraki.ts'
import { MICROSOFT_ATTRIBUTES } from './microsoft.ts'
import { MIKROTIK_ATTRIBUTES } from './mikrotik.ts'
import { RUCKUS_ATTRIBUTES } from './ruckus.ts'
import { WISPR_ATTRIBUTES } from './wispr.ts'

export interface Vendor {
  readonly name: string
  readonly attributes: AttributeTable
}

/**
 * By the enterprise number of IANA. UniFi, and OpenWrt with hostapd, need no table of their own: they act on
 * standard attributes (Tunnel-*, Session-Timeout, Acct-Interim-Interval) and on Microsoft's keys.
 */
export const VENDORS: Readonly<Record<number, Vendor>> = {
  9: { name: 'Cisco', attributes: CISCO_ATTRIBUTES },
  311: { name: 'Microsoft', attributes: MICROSOFT_ATTRIBUTES },
  14122: { name: 'WISPr', attributes: WISPR_ATTRIBUTES },
  14179: { name: 'Airespace', attributes: AIRESPACE_ATTRIBUTES },
  14559: { name: 'ChilliSpot', attributes: CHILLISPOT_ATTRIBUTES },
  14823: { name: 'Aruba', attributes: ARUBA_ATTRIBUTES },
  14988: { name: 'MikroTik', attributes: MIKROTIK_ATTRIBUTES },
  25053: { name: 'Ruckus', attributes: RUCKUS_ATTRIBUTES },
  29671: { name: 'Meraki', attributes: MERAKI_ATTRIBUTES },
}
