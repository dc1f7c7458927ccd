import type postgres from 'postgres'
import { newToken, tokenDigest } from '../api-tokens.ts'
import type { ApiToken, TokenScope } from '../api-tokens.ts'
import { done, refused } from './outcome.ts'
import type { Outcome, Refusal } from './outcome.ts'
import type { Doer } from './rules.ts'

/** A token as administrators see it: what it may, and never itself. */
export interface AdminToken extends ApiToken {
  readonly revokedBy: string | null
}

export interface TokenToGive {
  readonly name: string
  readonly scopes: readonly TokenScope[]
  readonly associations: readonly string[] | null
  readonly until: Date | null
}

type Sql = postgres.TransactionSql

function columns(sql: Sql) {
  return sql`
    name, actor, scopes, associations, made_with as "madeWith", created_at as "createdAt",
    created_by as "createdBy", ends_at as "endsAt", used_at as "usedAt",
    revoked_at as "revokedAt", revoked_by as "revokedBy"`
}

/** By name. */
export async function listTokens(
  sql: Sql,
  { after, rows }: { readonly after: string | null; readonly rows: number },
): Promise<readonly AdminToken[]> {
  return sql<AdminToken[]>`
    select ${columns(sql)} from house.api_token
    where ${after}::text is null or name > ${after} order by name limit ${rows}`
}

export async function findToken(sql: Sql, name: string): Promise<AdminToken | null> {
  const [token] = await sql<AdminToken[]>`
    select ${columns(sql)} from house.api_token where name = ${name}`
  return token ?? null
}

/**
 * Makes one with what another has, or less: `with` is the token that was shown. It acts in the name of the same
 * person. What it is is told once; its hash alone is kept.
 */
export async function giveToken(
  sql: Sql,
  { name, scopes, associations, until }: TokenToGive,
  { name: shown, rights, reason }: Doer & { readonly name: string },
): Promise<Outcome<AdminToken & { readonly token: string }>> {
  if (!rights.has('tokens.write')) return refused('not-yours')
  const token = newToken()
  const within = associations === null ? null : [...new Set(associations)].toSorted()
  const [row] = await sql<{ refusal: Refusal | null }[]>`
    select house.give_api_token(${shown}, ${name}, ${tokenDigest(token)},
      ${[...new Set(scopes)].toSorted()}, ${within}, ${until}, ${reason}) as refusal`
  const refusal = row === undefined ? 'not-found' : row.refusal
  if (refusal !== null) return refused(refusal)
  const made = await findToken(sql, name)
  return made === null ? refused('not-found') : done({ ...made, token })
}

/** At once and for good. What it made meanwhile stays: `madeWith` says which those are. */
export async function endToken(
  sql: Sql,
  name: string,
  { rights, reason }: Doer,
): Promise<Outcome<null>> {
  if (!rights.has('tokens.write')) return refused('not-yours')
  const [row] = await sql<{ ended: boolean }[]>`
    select house.end_api_token(${name}, ${reason}) as ended`
  return row?.ended === true ? done(null) : refused('not-found')
}
