import type { Database } from './connection.ts'

/** What a device that enrols itself is told of the networks of staff. */
export interface EnrolmentSettings {
  /** After the @ of the name that it shows outside the tunnel. */
  readonly realm: string | null
  /** Those declared for enrolment, else those of the places' networks; the most used first. */
  readonly ssids: readonly string[]
  readonly days: number
  /** Whether a device may have a password of its own. */
  readonly passwords: boolean
  /** The network for things with a key of their own; null: nobody makes any. */
  readonly things: string | null
}

const MOST_SSIDS = 8

export async function loadEnrolmentSettings({
  sql,
}: Pick<Database, 'sql'>): Promise<EnrolmentSettings> {
  const [declared] = await sql<EnrolmentSettings[]>`
    select realm, ssids, days, passwords, things from house.enrolment`
  const used = await sql<{ ssid: string }[]>`
    select ssid from house.network where kind = 'staff' and ssid is not null
    group by ssid order by count(*) desc, ssid limit ${MOST_SSIDS}`
  const settings = declared ?? { realm: null, ssids: [], days: 395, passwords: true, things: null }
  return {
    ...settings,
    ssids: settings.ssids.length > 0 ? settings.ssids : used.map(({ ssid }) => ssid),
  }
}
