import { sql } from 'kysely'
import type { Kysely } from 'kysely'
import type { Tables } from '../tables.ts'
import type { Change } from './difference.ts'

const DEEDS = { '+': 'create', '~': 'change', '-': 'remove' } as const

/**
 * A line in the audit for each thing, so that it has its history wherever it was changed: how it was before
 * and after, without its secrets. Whatever stands in a file is changed in the name of who applied it.
 */
export async function recordChanges(
  kysely: Kysely<Tables>,
  changes: readonly Change[],
  actor: string,
): Promise<void> {
  const sites = await kysely.selectFrom('house.site').select(['code', 'association']).execute()
  const associations = new Map(sites.map(({ code, association }) => [code, association]))
  const lines = changes.map(({ sign, subject, before, after }) => ({
    action: `${subject.split(' ')[0]}.${DEEDS[sign]}`,
    subject,
    association: associationOf(before ?? after, associations),
    details: { before, after },
  }))
  await sql`
    insert into audit.entry (actor, action, subject, association, details)
    select ${actor}, l.action, l.subject, l.association, l.details
    from jsonb_to_recordset(${JSON.stringify(lines)}::text::jsonb)
      as l(action text, subject text, association text, details jsonb)`.execute(kysely)
}

function associationOf(
  row: Change['before'],
  associations: ReadonlyMap<string, string>,
): string | null {
  const { association, site } = row ?? {}
  if (typeof association === 'string') return association
  return typeof site === 'string' ? (associations.get(site) ?? null) : null
}
