import type { Connection } from '../connections.ts'

// By name, so that a field that the search gains cannot be left out.
export const CONNECTION_FIELDS = Object.keys({
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

export const CSV_HEADER = csvLine(CONNECTION_FIELDS)

/** A row of the log by the names of its JSON; times in UTC, absent values empty. */
export function csvOfConnection(row: Connection): string {
  return csvLine(CONNECTION_FIELDS.map((field) => row[field]))
}

/** One record of RFC 4180, with its line break. */
export function csvLine(cells: readonly (string | Date | null)[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`
}

function csvCell(value: string | Date | null): string {
  const text = value instanceof Date ? value.toISOString() : (value ?? '')
  // A spreadsheet runs what begins so as a formula; names of accounts come from the network.
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe
}
