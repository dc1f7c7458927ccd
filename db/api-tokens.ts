import { codeOf } from '#core/error.ts'
import { createHash, randomBytes } from 'node:crypto'
import type { Action } from '#core/rights.ts'
import type { Database } from './connection.ts'

/** What a token may be used for. */
export const TOKEN_SCOPES = [
  'radius.explain',
  'rules.read',
  'rules.write',
  'sites.read',
  'sites.write',
  'gateways.read',
  'gateways.write',
  'roles.read',
  'roles.write',
  'terms.read',
  'terms.write',
  'devices.read',
  'devices.revoke',
  'health.read',
  'sessions.read',
  'sessions.end',
  'audit.read',
  'alerts.read',
  'jobs.read',
  'jobs.run',
  'tokens.read',
  'tokens.write',
  // Not logs.approve: who holds a token is not known, and a pack takes two people.
  'logs.search',
  // Whoever tells of people and of who left, by SCIM: no right of a person.
  'scim',
] as const satisfies readonly (Action | 'scim')[]
export type TokenScope = (typeof TOKEN_SCOPES)[number]

/** So that a token is known for what it is where it was left by mistake. */
export const TOKEN_PREFIX = 'accueil_'
const TOKEN_BYTES = 32

export interface ApiToken {
  readonly name: string
  /** Whom the audit names for what is done with it. */
  readonly actor: string
  readonly scopes: readonly string[]
  /** Null: of all associations. */
  readonly associations: readonly string[] | null
  /** The token that was shown for it; null: a command made it. */
  readonly madeWith: string | null
  readonly createdAt: Date
  readonly createdBy: string
  readonly endsAt: Date | null
  readonly usedAt: Date | null
  readonly revokedAt: Date | null
}

export interface TokenWish {
  readonly name: string
  readonly actor: string
  readonly scopes: readonly TokenScope[]
  readonly associations: readonly string[] | null
  readonly until: Date | null
}

export type CreatedToken =
  /** Shown once: only its hash is kept. */
  | { readonly ok: true; readonly token: string }
  | { readonly ok: false; readonly reason: 'name-taken' }
  | { readonly ok: false; readonly reason: 'unknown-association'; readonly association: string }

export async function createApiToken(
  { sql }: Pick<Database, 'sql'>,
  wish: TokenWish,
  by: string,
): Promise<CreatedToken> {
  const token = newToken()
  try {
    const [row] = await sql<{ strange: string | null }[]>`
      select house.create_api_token(
        ${wish.name}, ${tokenDigest(token)}, ${wish.actor}, ${[...wish.scopes]},
        ${wish.associations === null ? null : [...wish.associations]}, ${wish.until}, ${by}) as strange`
    const strange = row?.strange ?? null
    if (strange === null) return { ok: true, token }
    return { ok: false, reason: 'unknown-association', association: strange }
  } catch (thrown) {
    const isTaken = codeOf(thrown) === '23505'
    if (isTaken) return { ok: false, reason: 'name-taken' }
    throw thrown
  }
}

export function newToken(): string {
  return TOKEN_PREFIX + randomBytes(TOKEN_BYTES).toString('base64url')
}

/** False if there is no such token, or it is revoked already. */
export async function revokeApiToken(
  { sql }: Pick<Database, 'sql'>,
  name: string,
  by: string,
): Promise<boolean> {
  const [row] = await sql<{ revoked: boolean }[]>`
    select house.revoke_api_token(${name}, ${by}) as revoked`
  return row?.revoked ?? false
}

export async function listApiTokens({ sql }: Pick<Database, 'sql'>): Promise<readonly ApiToken[]> {
  return sql<ApiToken[]>`
    select name, actor, scopes, associations, made_with as "madeWith", created_at as "createdAt", created_by as "createdBy",
           ends_at as "endsAt", used_at as "usedAt", revoked_at as "revokedAt"
    from house.api_token order by created_at, name`
}

export type TokenUse =
  | { readonly ok: true; readonly name: string; readonly actor: string }
  | { readonly ok: false; readonly refusal: 'unknown' | 'revoked' | 'ended' | 'scope' }

/** Whether whoever shows this token may do that now. */
export async function useApiToken(
  { sql }: Pick<Database, 'sql'>,
  token: Uint8Array,
  scope: TokenScope,
): Promise<TokenUse> {
  const [row] = await sql<
    {
      name: string | null
      actor: string | null
      refusal: Exclude<TokenUse, { ok: true }>['refusal'] | null
    }[]
  >`
    select token_name as name, token_actor as actor, refusal
    from house.use_api_token(${token}, ${scope})`
  if (row === undefined || row.name === null || row.actor === null) {
    return { ok: false, refusal: row?.refusal ?? 'unknown' }
  }
  return { ok: true, name: row.name, actor: row.actor }
}

/** By which the database knows a token. */
export function tokenDigest(token: string): Uint8Array {
  return createHash('sha256').update(token).digest()
}
