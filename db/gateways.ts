import { AppError } from '#core/error.ts'
import type { Seal } from '#core/seal.ts'
import type { Database } from './connection.ts'
import { loadNetworks } from './sites.ts'
import type { Network } from './sites.ts'

export type GatewayKind = 'generic' | 'opennds'

/** openNDS's Forward Authentication Service settings. */
export interface Fas {
  readonly level: number
  readonly key: string
}

/** What lets devices in at a place: it speaks RADIUS to us, sends phones to the portal, or both. */
export interface Gateway {
  readonly name: string
  readonly site: string
  readonly siteName: string
  readonly association: string
  /** CIDR from which its RADIUS packets come. */
  readonly address: string
  readonly secret: string
  readonly kind: GatewayKind
  readonly fas: Fas | null
  readonly guest: Network | null
  readonly staff: Network | null
}

export async function loadGateways(
  database: Pick<Database, 'kysely'>,
  seal: Seal,
): Promise<readonly Gateway[]> {
  const networks = new Map(
    (await loadNetworks(database)).map((network) => [`${network.site} ${network.kind}`, network]),
  )
  const rows = await database.kysely
    .selectFrom('house.gateway as g')
    .innerJoin('house.site as s', 's.code', 'g.site')
    .select((eb) => [
      ...([
        'g.name',
        'g.site',
        's.name as siteName',
        's.association',
        'g.secret',
        'g.kind',
      ] as const),
      eb.cast<string>('g.address', 'text').as('address'),
      'g.fas_level as fasLevel',
      'g.fas_key as fasKey',
    ])
    .orderBy('g.name')
    .execute()
  return rows.map(({ fasLevel, fasKey, ...row }) => ({
    ...row,
    secret: openSecret(seal, row.secret, `gateway:${row.name}`),
    fas:
      fasLevel === null || fasKey === null
        ? null
        : { level: fasLevel, key: openSecret(seal, fasKey, `fas:${row.name}`) },
    guest: networks.get(`${row.site} guest`) ?? null,
    staff: networks.get(`${row.site} staff`) ?? null,
  }))
}

/** Opens what was sealed with `context`; a wrong master key is an operator's mistake with a way out. */
export function openSecret(seal: Seal, sealed: string, context: string): string {
  const plain = seal.open(sealed, context)
  if (plain !== null) return Buffer.from(plain).toString('utf8')
  throw new AppError(
    'master-key',
    `the secret of ${context} does not open with this master key: set ACCUEIL_MASTER_KEY to the key with which it was sealed`,
  )
}
