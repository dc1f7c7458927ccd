import type { OidcSettings } from '#core/config.ts'
import type { Database } from './connection.ts'

/**
 * What the guest networks reach before the terms are accepted, and what is never blocked there: the identity
 * providers by which staff sign in, and what was declared beside them. `*.restos.example` is all below.
 */
export async function walledGardenNames(
  { sql }: Pick<Database, 'sql'>,
  environment: OidcSettings | null,
): Promise<readonly string[]> {
  const [providers, declared] = await Promise.all([
    sql<{ issuer: string }[]>`select issuer from staff.sign_in_provider`,
    sql<{ name: string }[]>`select name from staff.walled_garden_name`,
  ])
  const issuers = [...providers, ...(environment === null ? [] : [environment])]
  const names = [
    ...issuers.map(({ issuer }) => new URL(issuer).hostname.toLowerCase()),
    ...declared.map(({ name }) => name),
  ]
  return [...new Set(names)].toSorted()
}
