import type { Connection } from '../connections.ts'
import { CONNECTION_FIELDS, csvLine } from './connection-csv.ts'

/** How a place's own time is written: `2026-11-23 05:22:23 UTC+01:00 winter time`. */
export interface PlaceTimes {
  readonly zoneOf: (site: string) => string
  /** Each zone that a place of the house is in. */
  readonly zones: readonly string[]
  readonly write: (at: Date, timeZone: string) => string
}

/** RFC 4180, with the times of the place beside those in UTC. */
export async function* csvOf(
  rows: AsyncIterable<Connection>,
  times: PlaceTimes,
): AsyncGenerator<string> {
  yield csvLine([...CONNECTION_FIELDS, 'zone', 'startThere', 'stopThere'])
  for await (const row of rows) {
    const zone = times.zoneOf(row.site)
    const local = (at: Date | null): string => (at === null ? '' : times.write(at, zone))
    const fields = CONNECTION_FIELDS.map((field) => row[field])
    yield csvLine([...fields, zone, local(row.start), local(row.stop)])
  }
}

/** What a program reads: one object a line inside one array. */
export async function* jsonOf(rows: AsyncIterable<Connection>): AsyncGenerator<string> {
  let before = '[\n'
  for await (const row of rows) {
    yield before + JSON.stringify(row)
    before = ',\n'
  }
  yield before === '[\n' ? '[]\n' : '\n]\n'
}
