import { createHash } from 'node:crypto'
import type { Database } from './connection.ts'

export interface TermsText {
  readonly language: string
  readonly markdown: string
  /** Hex, of the Markdown's UTF-8. */
  readonly sha256: string
}

/** One version of the terms of use. */
export interface Terms {
  readonly version: string
  /** Midnight UTC of its first day. */
  readonly effective: Date
  readonly texts: readonly TermsText[]
}

/** The version that took effect last comes first. */
export async function loadTerms(database: Pick<Database, 'kysely'>): Promise<readonly Terms[]> {
  const versions = await database.kysely
    .selectFrom('house.terms')
    .select((eb) => ['version', eb.cast<string>('effective', 'text').as('effective')])
    .orderBy('effective', 'desc')
    .orderBy('version', 'desc')
    .execute()
  const texts = await database.kysely
    .selectFrom('house.terms_text')
    .selectAll()
    .orderBy('language')
    .execute()
  return versions.map(({ version, effective }) => ({
    version,
    effective: new Date(`${effective}T00:00:00Z`),
    texts: texts
      .filter((text) => text.version === version)
      .map(({ language, markdown, sha256 }) => ({ language, markdown, sha256 })),
  }))
}

/** The version in force at `now`, from versions in the order of `loadTerms`. */
export function effectiveTerms(all: readonly Terms[], now: number): Terms | null {
  return all.find((terms) => terms.effective.getTime() <= now) ?? null
}

export function textDigest(markdown: string): string {
  return createHash('sha256').update(markdown, 'utf8').digest('hex')
}
