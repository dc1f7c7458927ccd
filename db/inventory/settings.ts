import type { Kysely } from 'kysely'
import type { Seal } from '#core/seal.ts'
import { openSecret } from '../gateways.ts'
import { NETBOX_LIMITS } from './limits.ts'
import type { Tables } from '../tables.ts'
import type { NetBoxMapping } from './netbox.ts'
import type { NetBoxAccess } from './netbox-client.ts'

export const INVENTORY_TOKEN = 'inventory-token'
export const INVENTORY_WEBHOOK = 'inventory-webhook'

export interface InventorySettings {
  readonly access: NetBoxAccess
  readonly mapping: NetBoxMapping
  /** Percent. */
  readonly mostMissing: number
}

/** Null: none is declared. */
export async function loadInventory(
  kysely: Kysely<Tables>,
  seal: Seal,
): Promise<InventorySettings | null> {
  const row = await kysely.selectFrom('house.inventory').selectAll().executeTakeFirst()
  if (row === undefined) return null
  return {
    access: {
      ...{ url: row.url, token: openSecret(seal, row.token, INVENTORY_TOKEN), ca: row.ca_pem },
      answerMs: NETBOX_LIMITS.answerMs,
    },
    mapping: {
      ...{ tag: row.tag, codeFrom: row.code_from, gatewayRole: row.gateway_role },
      ...{ guestRole: row.guest_role, staffRole: row.staff_role },
    },
    mostMissing: row.most_missing,
  }
}
