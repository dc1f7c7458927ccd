import { sql } from 'kysely'
import type { SourceNat } from '#core/port-block.ts'
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
  /** Null where nobody said how its addresses are translated. */
  readonly nat: SourceNat | null
}

export async function loadNetworks(
  database: Pick<Database, 'kysely'>,
): Promise<readonly Network[]> {
  const rows = await database.kysely
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
      sql<string | null>`host(n.nat_address)`.as('address'),
      'n.nat_first_port as firstPort',
      'n.nat_last_port as lastPort',
      'n.nat_ports_each as portsEach',
    ])
    .orderBy('n.site')
    .orderBy('n.kind')
    .execute()
  return rows.map(({ address, firstPort, lastPort, portsEach, ...network }) => ({
    ...network,
    nat:
      firstPort === null || lastPort === null || portsEach === null
        ? null
        : { address, firstPort, lastPort, portsEach },
  }))
}
