import type { AttributeTable } from './attribute-table.ts'

/**
 * Vendor 14179: wireless controllers of Cisco, AireOS and Catalyst 9800.
 * Names and numbers after the dictionaries of the FreeRADIUS project (CC BY 4.0).
 */
export const AIRESPACE_ATTRIBUTES: AttributeTable = {
  1: ['Airespace-Wlan-Id', 'integer'],
  2: ['Airespace-QOS-Level', 'integer', { 0: 'Silver', 1: 'Gold', 2: 'Platinum', 3: 'Bronze' }],
  3: ['Airespace-DSCP', 'integer'],
  4: ['Airespace-8021p-Tag', 'integer'],
  5: ['Airespace-Interface-Name', 'text'],
  6: ['Airespace-ACL-Name', 'text'],
  7: ['Airespace-Data-Bandwidth-Average-Contract', 'integer'],
  8: ['Airespace-Real-Time-Bandwidth-Average-Contract', 'integer'],
  9: ['Airespace-Data-Bandwidth-Burst-Contract', 'integer'],
  10: ['Airespace-Real-Time-Bandwidth-Burst-Contract', 'integer'],
  11: ['Airespace-Guest-Role-Name', 'text'],
  13: ['Airespace-Data-Bandwidth-Average-Contract-Upstream', 'integer'],
  14: ['Airespace-Real-Time-Bandwidth-Average-Contract-Upstream', 'integer'],
  15: ['Airespace-Data-Bandwidth-Burst-Contract-Upstream', 'integer'],
  16: ['Airespace-Real-Time-Bandwidth-Burst-Contract-Upstream', 'integer'],
}
