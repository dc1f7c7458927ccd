import type { Seal } from '#core/seal.ts'
import type { Database } from './connection.ts'
import { openSecret } from './gateways.ts'

/** An OpenID provider by which staff sign in, as it is declared. */
export interface SignInProvider {
  /** In the address of its callback. */
  readonly name: string
  /** What the button says. */
  readonly label: string
  readonly issuer: string
  readonly clientId: string
  /** Null: a public client. */
  readonly clientSecret: string | null
  readonly scopes: readonly string[]
  readonly claims: SignInClaims
}

/** Which claim says what about a person. */
export interface SignInClaims {
  readonly account: string
  readonly name: string
  readonly mail: string
  readonly groups: string
}

export const DEFAULT_CLAIMS: SignInClaims = {
  account: 'preferred_username',
  name: 'name',
  mail: 'email',
  groups: 'groups',
}

export const DEFAULT_SCOPES = ['openid', 'profile', 'email'] as const

/** In the order in which they are offered. */
export async function loadSignInProviders(
  { kysely }: Pick<Database, 'kysely'>,
  seal: Seal,
): Promise<readonly SignInProvider[]> {
  const rows = await kysely
    .selectFrom('staff.sign_in_provider')
    .selectAll()
    .orderBy('position')
    .execute()
  return rows.map((row) => ({
    ...{ name: row.name, label: row.label, issuer: row.issuer, clientId: row.client_id },
    clientSecret:
      row.client_secret === null
        ? null
        : openSecret(seal, row.client_secret, providerContext(row.name)),
    scopes: row.scopes,
    claims: {
      account: row.account_claim,
      name: row.name_claim,
      mail: row.mail_claim,
      groups: row.groups_claim,
    },
  }))
}

/** Names that a device must reach to sign in: of each issuer, and what was declared beside them. */
export async function loadSignInNames({
  kysely,
}: Pick<Database, 'kysely'>): Promise<readonly string[]> {
  const providers = await kysely.selectFrom('staff.sign_in_provider').select('issuer').execute()
  const names = await kysely.selectFrom('staff.walled_garden_name').select('name').execute()
  const issuers = providers.map(({ issuer }) => new URL(issuer).hostname)
  return [...new Set([...issuers, ...names.map(({ name }) => name)])].toSorted()
}

/** What the sealed client secret is bound to. */
export function providerContext(name: string): string {
  return `sign-in:${name}`
}
