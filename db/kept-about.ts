import type { Mac } from '#core/mac.ts'
import type { Database } from './connection.ts'

/** What a device is shown of itself. */
export interface KeptAbout {
  /** Newest first, the last fifty. */
  readonly acceptances: readonly {
    readonly at: Date
    readonly site: string
    readonly termsVersion: string
    /** Of the text that was shown. */
    readonly language: string
    readonly textSha256: string
  }[]
  /** Until when it is let in; null: it is not. */
  readonly until: Date | null
}

export async function keptAbout(database: Database, mac: Mac, now: Date): Promise<KeptAbout> {
  const [acceptances, [access]] = await Promise.all([
    database.sql<KeptAbout['acceptances'][number][]>`
      select at, site, terms_version as "termsVersion", language, text_sha256 as "textSha256"
      from guest.kept_about(${mac})`,
    database.sql<{ until: Date }[]>`
      select until from guest.access where mac = ${mac} and until > ${now}`,
  ])
  return { acceptances: [...acceptances], until: access?.until ?? null }
}
