import type { Database } from './connection.ts'

export const DEFAULT_ZONE = 'Europe/Paris'

export interface Organisation {
  readonly name: string
  /** An e-mail address or telephone number that people can turn to. */
  readonly contact: string
  /** `#rrggbb` */
  readonly colour: string
  /** IANA name: its clock, for what is of no place. */
  readonly timezone: string
  readonly logo: { readonly type: string; readonly bytes: Uint8Array } | null
  readonly privacy: Privacy
  readonly accessibility: Accessibility
}

/** Who writes a message, and by which clock. */
export async function loadSender({
  sql,
}: Pick<Database, 'sql'>): Promise<Pick<Organisation, 'name' | 'timezone'>> {
  const [row] = await sql<Pick<Organisation, 'name' | 'timezone'>[]>`
    select name, timezone from house.organisation`
  return row ?? { name: 'Accueil', timezone: DEFAULT_ZONE }
}

/** What the information notice needs beside the name; null: the organisation itself, its contact. */
export interface Privacy {
  readonly controller: string | null
  readonly contact: string | null
  /** Data protection officer; null: there is none. */
  readonly dpo: string | null
}

/** What the accessibility statement says. */
export interface Accessibility {
  readonly contact: string | null
  /** Null: nobody has examined the pages yet, which the law calls not compliant. */
  readonly audit: {
    readonly by: string
    /** `2026-11-24` */
    readonly on: string
    /** Of the criteria that apply. */
    readonly percent: number
  } | null
  readonly notAccessible: readonly string[]
}

export async function loadOrganisation(
  database: Pick<Database, 'kysely'>,
): Promise<Organisation | null> {
  const row = await database.kysely
    .selectFrom('house.organisation')
    .selectAll()
    .select((eb) => eb.cast<string | null>('audit_on', 'text').as('auditOn'))
    .executeTakeFirst()
  if (row === undefined) return null
  const { audit_by: by, auditOn: on, audit_percent: percent } = row
  return {
    ...{ name: row.name, contact: row.contact, colour: row.colour, timezone: row.timezone },
    logo:
      row.logo === null || row.logo_type === null ? null : { type: row.logo_type, bytes: row.logo },
    privacy: { controller: row.controller, contact: row.privacy_contact, dpo: row.dpo },
    accessibility: {
      contact: row.accessibility_contact,
      audit: by === null || on === null || percent === null ? null : { by, on, percent },
      notAccessible: row.not_accessible,
    },
  }
}
