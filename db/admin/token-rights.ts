import { rightsOfToken } from '#core/rights.ts'
import type { Rights } from '#core/rights.ts'
import type { Database } from '../connection.ts'

export type TokenAnswer =
  | {
      readonly ok: true
      readonly name: string
      /** Whom the audit names for what is done with it. */
      readonly actor: string
      readonly rights: Rights
    }
  | { readonly ok: false; readonly refusal: 'unknown' | 'revoked' | 'ended' }

/** What a token may do, by its digest. */
export async function rightsOfShownToken(
  { sql }: Pick<Database, 'sql'>,
  token: Uint8Array,
): Promise<TokenAnswer> {
  const [row] = await sql<
    {
      refusal: 'unknown' | 'revoked' | 'ended' | null
      name: string
      actor: string
      scopes: string[]
      associations: string[] | null
    }[]
  >`select refusal, name, actor, scopes, associations from house.token_rights(${token})`
  if (row === undefined || row.refusal !== null) {
    return { ok: false, refusal: row?.refusal ?? 'unknown' }
  }
  const { name, actor, scopes, associations } = row
  return { ok: true, name, actor, rights: rightsOfToken(scopes, associations) }
}
