import { parseArgs } from 'node:util'
import { searchConnections } from '#db/connections.ts'
import type { Connection, Criteria } from '#db/connections.ts'
import { CSV_HEADER, csvOfConnection } from '#db/export/connection-csv.ts'
import { loadNetworks } from '#db/sites.ts'
import { cliActor } from './apply.ts'
import { CRITERIA_OPTIONS, readCriteria, requireReason } from './criteria.ts'
import { withHouseAs } from './house.ts'
import { writeInstant } from '#core/instant.ts'
import { requireLogRight } from './log-right.ts'
import { UsageError } from './run.ts'
import { waitForWholeLog } from './whole-log.ts'
import { writeOut } from './write-out.ts'

export async function runLogsSearch(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...CRITERIA_OPTIONS,
      reason: { type: 'string' },
      json: { type: 'boolean', default: false },
      csv: { type: 'boolean', default: false },
    },
  })
  if (values.json && values.csv) throw new UsageError('give --json or --csv, not both')
  const criteria = readCriteria(values)
  const look = { actor: cliActor(), reason: requireReason(values.reason) }
  await withHouseAs('operator', 'logs search', async (house) => {
    const { database } = house
    await requireLogRight(database, look.actor, 'logs.search')
    const missing = await waitForWholeLog(house)
    if (missing !== null) console.error(`accueil: ${missing}`)
    const pages = searchConnections(database, criteria, look)
    if (values.json) return writeOut(piecesOf(pages, asJson))
    if (values.csv) return writeOut(withHeader(piecesOf(pages, csvOfConnection)))
    return writeOut(forPeople(pages, criteria, await zonesOf(database)))
  })
  return 0
}

type Pages = AsyncIterable<readonly Connection[]>

/** A page at a time: what is held is one page, however many there are. */
async function* piecesOf(pages: Pages, write: (row: Connection) => string): AsyncGenerator<string> {
  for await (const page of pages) yield page.map(write).join('')
}

async function* withHeader(pieces: AsyncIterable<string>): AsyncGenerator<string> {
  yield CSV_HEADER
  yield* pieces
}

async function* forPeople(
  pages: Pages,
  criteria: Criteria,
  zones: ReadonlyMap<string, string>,
): AsyncGenerator<string> {
  for (const line of askedTimes(criteria, zones)) yield `${line}\n`
  let count = 0
  for await (const page of pages) {
    yield page.map((row) => `${asText(row, zones)}\n`).join('')
    count += page.length
  }
  yield count === 0 ? 'No connection fits.\n' : `${count} found.\n`
}

/** The instants asked for, in UTC and by the clock of the place, or of each zone where it is not named. */
function askedTimes(criteria: Criteria, zones: ReadonlyMap<string, string>): readonly string[] {
  const { from, to, site } = criteria
  const there = site === null ? undefined : zones.get(site)
  const named = there === undefined ? [...new Set(zones.values())].toSorted() : [there]
  const lines = (name: string, at: Date): readonly string[] => [
    `${name} ${at.toISOString()}`,
    ...named.map((zone) => `     ${writeInstant(at, zone)} (${zone})`),
  ]
  if (from !== null && from.getTime() === to?.getTime()) return lines('at  ', from)
  return [...(from === null ? [] : lines('from', from)), ...(to === null ? [] : lines('to  ', to))]
}

/** Each place's time zone, by its code. */
export async function zonesOf(
  database: Parameters<typeof loadNetworks>[0],
): Promise<ReadonlyMap<string, string>> {
  return new Map((await loadNetworks(database)).map(({ site, timezone }) => [site, timezone]))
}

function asJson(row: Connection): string {
  return `${JSON.stringify(row)}\n`
}

/** One line, in the place's own time with its offset from UTC and its season. */
function asText(row: Connection, zones: ReadonlyMap<string, string>): string {
  const zone = zones.get(row.site) ?? 'UTC'
  const who = row.user ?? 'guest'
  const end =
    row.stop === null ? 'open' : `${writeInstant(row.stop, zone)} ${row.cause ?? ''}`.trim()
  const addresses =
    [row.ip, row.ipv6].filter((address) => address !== null).join(' ') || 'no address'
  return [
    `${writeInstant(row.start, zone)} → ${end}`,
    `${row.site} ${row.gateway} ${row.network} ${zone}`,
    `${row.mac ?? 'no MAC'}  ${who}  ${addresses}`,
  ].join('  |  ')
}
