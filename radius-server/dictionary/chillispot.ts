import type { AttributeTable } from './attribute-table.ts'

/**
 * Vendor 14559: ChilliSpot and CoovaChilli; 15, 24 and 25 after the source of the latter.
 * Names and numbers after the dictionaries of the FreeRADIUS project (CC BY 4.0).
 */
export const CHILLISPOT_ATTRIBUTES: AttributeTable = {
  1: ['ChilliSpot-Max-Input-Octets', 'integer'],
  2: ['ChilliSpot-Max-Output-Octets', 'integer'],
  3: ['ChilliSpot-Max-Total-Octets', 'integer'],
  4: ['ChilliSpot-Bandwidth-Max-Up', 'integer'],
  5: ['ChilliSpot-Bandwidth-Max-Down', 'integer'],
  6: ['ChilliSpot-Config', 'text'],
  7: ['ChilliSpot-Lang', 'text'],
  8: ['ChilliSpot-Version', 'text'],
  9: ['ChilliSpot-OriginalURL', 'text'],
  15: ['ChilliSpot-Session-State', 'integer', { 1: 'Authorized', 2: 'NotAuthorized' }],
  24: ['ChilliSpot-VLAN-Id', 'integer'],
  25: ['ChilliSpot-Location', 'text'],
  100: ['ChilliSpot-UAM-Allowed', 'text'],
  101: ['ChilliSpot-MAC-Allowed', 'text'],
  102: ['ChilliSpot-Interval', 'integer'],
}
