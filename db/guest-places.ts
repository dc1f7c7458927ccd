import type { Database } from './connection.ts'

/** A place with a Wi-Fi for guests, as people know it. */
export interface GuestPlace {
  readonly name: string
  /** What phones call the network; null where nobody said it. */
  readonly ssid: string | null
  /** IANA name. */
  readonly timezone: string
}

/** By the code of the place. */
export async function loadGuestPlaces(
  database: Pick<Database, 'kysely'>,
): Promise<ReadonlyMap<string, GuestPlace>> {
  const rows = await database.kysely
    .selectFrom('house.network as n')
    .innerJoin('house.site as s', 's.code', 'n.site')
    .where('n.kind', '=', 'guest')
    .select(['s.code', 's.name', 's.timezone', 'n.ssid'])
    .execute()
  return new Map(rows.map(({ code, ...place }) => [code, place]))
}
