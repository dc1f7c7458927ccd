import type { Database } from './connection.ts'

export interface Organisation {
  readonly name: string
  /** An e-mail address or telephone number that people can turn to. */
  readonly contact: string
  /** `#rrggbb` */
  readonly colour: string
  readonly logo: { readonly type: string; readonly bytes: Uint8Array } | null
}

export async function loadOrganisation(
  database: Pick<Database, 'kysely'>,
): Promise<Organisation | null> {
  const row = await database.kysely
    .selectFrom('house.organisation')
    .select(['name', 'contact', 'colour', 'logo', 'logo_type as logoType'])
    .executeTakeFirst()
  if (row === undefined) return null
  const { logo, logoType, ...rest } = row
  return {
    ...rest,
    logo: logo === null || logoType === null ? null : { type: logoType, bytes: logo },
  }
}
