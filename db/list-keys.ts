import type { Seal } from '#core/seal.ts'
import type { Database } from './connection.ts'

export const LIST_KEY_ALGORITHMS = ['hmac-sha256', 'hmac-sha512'] as const

/** By which a zone is transferred (RFC 8945). */
export interface ListKey {
  /** As the primary knows it. */
  readonly name: string
  readonly algorithm: (typeof LIST_KEY_ALGORITHMS)[number]
  readonly secret: Uint8Array
}

/** What a secret is sealed for: of one list it opens no other. */
export function listKeyContext(list: string): string {
  return `list-tsig:${list}`
}

/** The keys of all lists that have one; null where it was sealed under another master key. */
export async function loadListKeys(
  { kysely }: Pick<Database, 'kysely'>,
  seal: Seal,
): Promise<ReadonlyMap<string, ListKey | null>> {
  const rows = await kysely
    .selectFrom('house.list_source')
    .select(['list', 'tsig_name', 'tsig_algorithm', 'tsig_secret'])
    .where('tsig_name', 'is not', null)
    .execute()
  return new Map(
    rows.map(({ list, tsig_name: name, tsig_algorithm, tsig_secret }) => {
      const algorithm = LIST_KEY_ALGORITHMS.find((one) => one === tsig_algorithm)
      const secret = seal.open(tsig_secret ?? '', listKeyContext(list))
      const isWhole = name !== null && algorithm !== undefined && secret !== null
      return [list, isWhole ? { name, algorithm, secret } : null] as const
    }),
  )
}
