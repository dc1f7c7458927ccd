import { sql } from 'kysely'
import type { Database } from './connection.ts'

export type NetworkKind = 'guest' | 'staff'

/** One Wi-Fi network of a place. */
export interface Network {
  readonly site: string
  readonly siteName: string
  readonly association: string
  /** IANA name. */
  readonly timezone: string
  readonly kind: NetworkKind
  readonly vlan: number | null
  /** How long an acceptance of the terms lets a device in. */
  readonly grantSeconds: number
  /** CIDR. */
  readonly subnets: readonly string[]
}

export async function loadNetworks(
  database: Pick<Database, 'kysely'>,
): Promise<readonly Network[]> {
  return database.kysely
    .selectFrom('house.network as n')
    .innerJoin('house.site as s', 's.code', 'n.site')
    .select([
      'n.site',
      's.name as siteName',
      's.association',
      's.timezone',
      'n.kind',
      'n.vlan',
      'n.grant_seconds as grantSeconds',
      sql<string[]>`n.subnets::text[]`.as('subnets'),
    ])
    .orderBy('n.site')
    .orderBy('n.kind')
    .execute()
}
