import type { Connection } from '../connections.ts'

/** How a place's own time is written: `2026-11-23 05:22:23 UTC+01:00`. */
export interface PlaceTimes {
  readonly zoneOf: (site: string) => string
  readonly write: (at: Date, timeZone: string) => string
}

// By name, so that a field that the search gains cannot be left out of a pack.
const FIELDS = Object.keys({
  sessionId: true,
  site: true,
  gateway: true,
  network: true,
  mac: true,
  user: true,
  ip: true,
  ipv6: true,
  publicIp: true,
  publicPorts: true,
  start: true,
  stop: true,
  cause: true,
} satisfies Readonly<Record<keyof Connection, true>>) as readonly (keyof Connection)[]

/** RFC 4180, with the times of the place beside those in UTC. */
export async function* csvOf(
  rows: AsyncIterable<Connection>,
  times: PlaceTimes,
): AsyncGenerator<string> {
  yield `${[...FIELDS, 'zone', 'startThere', 'stopThere'].join(',')}\r\n`
  for await (const row of rows) {
    const zone = times.zoneOf(row.site)
    const local = (at: Date | null): string => (at === null ? '' : times.write(at, zone))
    const cells = [...FIELDS.map((field) => row[field]), zone, local(row.start), local(row.stop)]
    yield `${cells.map(csvCell).join(',')}\r\n`
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

function csvCell(value: string | Date | null): string {
  const text = value instanceof Date ? value.toISOString() : (value ?? '')
  // A spreadsheet runs what begins so as a formula; names of accounts come from the network.
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
