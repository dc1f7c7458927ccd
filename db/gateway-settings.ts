import type { Seal } from '#core/seal.ts'
import type { Database } from './connection.ts'
import type { GatewaySettings } from './gateway-kinds.ts'
import { openSecret } from './gateways.ts'

/** What each gateway's kind is told beside its name and secret; gateways without are not in it. */
export async function loadGatewaySettings(
  { kysely }: Pick<Database, 'kysely'>,
  seal: Seal,
): Promise<ReadonlyMap<string, GatewaySettings>> {
  const rows = await kysely
    .selectFrom('house.gateway_settings')
    .select(['gateway', 'settings'])
    .execute()
  return new Map(
    rows.map(({ gateway, settings }) => [gateway, openSettings(seal, gateway, settings)]),
  )
}

export function settingsContext(gateway: string): string {
  return `settings:${gateway}`
}

/** Sealed by `apply`, which has checked them. */
function openSettings(seal: Seal, gateway: string, sealed: string): GatewaySettings {
  return JSON.parse(openSecret(seal, sealed, settingsContext(gateway))) as GatewaySettings
}

/** By gateway, what keeps a device at the portal that accepted nothing yet: an access list or a role. */
export async function loadCaptives({
  kysely,
}: Pick<Database, 'kysely'>): Promise<ReadonlyMap<string, string>> {
  const rows = await kysely
    .selectFrom('house.gateway_settings')
    .select(['gateway', 'captive'])
    .execute()
  return new Map(
    rows.flatMap(({ gateway, captive }) => (captive === null ? [] : [[gateway, captive]])),
  )
}
