import type { AttributeTable } from './attribute-table.ts'

/**
 * Vendor 29671: Sent with requests; what a reply decides is in standard attributes.
 * Names and numbers after the dictionaries of the FreeRADIUS project (CC BY 4.0).
 */
export const MERAKI_ATTRIBUTES: AttributeTable = {
  1: ['Meraki-Device-Name', 'text'],
  2: ['Meraki-Network-Name', 'text'],
  3: ['Meraki-Ap-Name', 'text'],
  4: ['Meraki-Ap-Tags', 'text'],
}
