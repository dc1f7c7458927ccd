import type { Database } from './connection.ts'
import type { NetworkKind } from './sites.ts'

/** How somebody, or a device, proved who it is. */
export const PROOFS = ['certificate', 'password', 'mac', 'psk'] as const
export type Proof = (typeof PROOFS)[number]

/** Whom a policy is for. All that is said must hold; of a list, one is enough, and an empty one says nothing. */
export interface PolicyConditions {
  readonly network: NetworkKind | null
  /** In lower case. */
  readonly groups: readonly string[]
  readonly associations: readonly string[]
  readonly sites: readonly string[]
  /** As `parseWeekHours` reads them; by the clocks of the place. */
  readonly hours: readonly string[]
  readonly proofs: readonly Proof[]
  /** What the device is, where whoever issued its credential said so: `till`. */
  readonly devices: readonly string[]
}

/** What a policy gives; what is null is left to the network, or to the gateway. */
export interface PolicyGift {
  readonly vlan: number | null
  readonly sessionSeconds: number | null
  /** Thousands of bits a second, to the device and from it. */
  readonly downKbit: number | null
  readonly upKbit: number | null
  /** The name of something that the gateway has: a filter, an access list, a role. */
  readonly filter: string | null
  readonly redirect: string | null
}

export interface Policy extends PolicyConditions, PolicyGift {
  readonly name: string
  /** Null: who fits is let in. */
  readonly refusal: string | null
}

/** In their order: the first that fits decides. */
export async function loadPolicies(database: Pick<Database, 'kysely'>): Promise<readonly Policy[]> {
  return database.kysely
    .selectFrom('house.policy')
    .select([
      ...(['name', 'network', 'groups', 'associations', 'sites', 'hours', 'proofs'] as const),
      ...(['devices', 'vlan', 'session_seconds as sessionSeconds'] as const),
      ...(['down_kbit as downKbit', 'up_kbit as upKbit', 'filter', 'redirect', 'refusal'] as const),
    ])
    .orderBy('position')
    .execute()
}
