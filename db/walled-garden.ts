import type { Database } from './connection.ts'

/**
 * Names that a device needs to sign in before it may reach anything else: of the identity providers, and what
 * was declared beside them. No list and no rule may take them away.
 */
export async function loadWalledGardenNames({
  kysely,
}: Pick<Database, 'kysely'>): Promise<readonly string[]> {
  const providers = await kysely.selectFrom('staff.sign_in_provider').select('issuer').execute()
  const declared = await kysely.selectFrom('staff.walled_garden_name').select('name').execute()
  const hosts = providers.flatMap(({ issuer }) =>
    URL.canParse(issuer) ? [new URL(issuer).hostname] : [],
  )
  return [...new Set([...hosts, ...declared.map(({ name }) => name)])].toSorted()
}
