import { createHash } from 'node:crypto'
import type { Database } from './connection.ts'

export interface TermsText {
  readonly language: string
  readonly markdown: string
  /** Hex, of the Markdown's UTF-8. */
  readonly sha256: string
}

export interface TermsVersion {
  readonly version: string
  /** Midnight UTC of its first day. */
  readonly effective: Date
}

/** One version of the terms of use. */
export interface Terms extends TermsVersion {
  readonly texts: readonly TermsText[]
}

/** The versions without their texts; the one that took effect last comes first. */
export async function loadTermsVersions({
  kysely,
}: Pick<Database, 'kysely'>): Promise<readonly TermsVersion[]> {
  const versions = await kysely
    .selectFrom('house.terms')
    .select((eb) => ['version', eb.cast<string>('effective', 'text').as('effective')])
    .orderBy('effective', 'desc')
    .orderBy('version', 'desc')
    .execute()
  return versions.map(({ version, effective }) => ({
    version,
    effective: new Date(`${effective}T00:00:00Z`),
  }))
}

/** The version that took effect last comes first. */
export async function loadTerms(database: Pick<Database, 'kysely'>): Promise<readonly Terms[]> {
  const versions = await loadTermsVersions(database)
  const texts = await database.kysely
    .selectFrom('house.terms_text')
    .selectAll()
    .orderBy('language')
    .execute()
  return versions.map(({ version, effective }) => ({
    version,
    effective,
    texts: texts
      .filter((text) => text.version === version)
      .map(({ language, markdown, sha256 }) => ({ language, markdown, sha256 })),
  }))
}

/** The version in force at `now`, from versions in the order of `loadTerms`. */
export function effectiveTerms<T extends TermsVersion>(all: readonly T[], now: number): T | null {
  return all.find((terms) => terms.effective.getTime() <= now) ?? null
}

export function textDigest(markdown: string): string {
  return createHash('sha256').update(markdown, 'utf8').digest('hex')
}
