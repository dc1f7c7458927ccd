import type { Database } from './connection.ts'
import type { NetworkKind } from './sites.ts'

/** What an administrator decided about a name and all names below it. */
export interface Rule {
  readonly action: 'block' | 'allow'
  /** Lower case, ASCII, no trailing dot. */
  readonly domain: string
  /** Null: both networks. */
  readonly network: NetworkKind | null
  readonly site: string | null
  readonly association: string | null
}

export async function loadRules(database: Pick<Database, 'kysely'>): Promise<readonly Rule[]> {
  return database.kysely
    .selectFrom('house.rule')
    .select(['action', 'domain', 'network', 'site', 'association'])
    .orderBy('id')
    .execute()
}
