import { loadInventory, INVENTORY_WEBHOOK } from '../../inventory/settings.ts'
import { openSecret } from '../../gateways.ts'
import { said } from './writing.ts'
import type { Said, Writing } from './writing.ts'

export async function writeInventory({ kysely, seal, secret, attach }: Writing): Promise<Said> {
  const settings = await loadInventory(kysely, seal)
  if (settings === null) return {}
  const { access, mapping, mostMissing } = settings
  const [row] = await kysely.selectFrom('house.inventory').select('webhook_secret').execute()
  const hook = row?.webhook_secret
  return {
    netbox: {
      url: access.url,
      token: secret('inventory.netbox.token', access.token),
      ...said({
        webhook_secret:
          hook &&
          secret('inventory.netbox.webhook_secret', openSecret(seal, hook, INVENTORY_WEBHOOK)),
        ca: access.ca && attach('netbox-ca.pem', 'application/x-pem-file', Buffer.from(access.ca)),
        tag: mapping.tag,
      }),
      code: mapping.codeFrom,
      roles: { gateway: mapping.gatewayRole, guest: mapping.guestRole, staff: mapping.staffRole },
      most_missing: `${mostMissing}%`,
    },
  }
}
