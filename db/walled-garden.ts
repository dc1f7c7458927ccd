import type { OidcSettings } from '#core/config.ts'
import type { Database } from './connection.ts'
import type { RowsQuery } from './sum-of-rows.ts'

const providerRows: RowsQuery<{ issuer: string }> = ({ sql }) =>
  sql`select issuer from staff.sign_in_provider`

const declaredRows: RowsQuery<{ name: string }> = ({ sql }) =>
  sql`select name from staff.walled_garden_name`

export const GARDEN_ROWS = [providerRows, declaredRows] as const

/**
 * What the guest networks reach before the terms are accepted, and what is never blocked there: the identity
 * providers by which staff sign in, and what was declared beside them. `*.restos.example` is all below.
 */
export async function walledGardenNames(
  database: Pick<Database, 'sql'>,
  environment: OidcSettings | null,
): Promise<readonly string[]> {
  const [providers, declared] = await Promise.all([providerRows(database), declaredRows(database)])
  const issuers = [...providers, ...(environment === null ? [] : [environment])]
  const names = [
    ...issuers.map(({ issuer }) => new URL(issuer).hostname.toLowerCase()),
    ...declared.map(({ name }) => name),
  ]
  return [...new Set(names)].toSorted()
}
