import { parseArgs } from 'node:util'
import { searchConnections } from '#db/connections.ts'
import type { Connection } from '#db/connections.ts'
import { loadNetworks } from '#db/sites.ts'
import { cliActor } from './apply.ts'
import { CRITERIA_OPTIONS, readCriteria, requireReason } from './criteria.ts'
import { requireMigrated, withHouse } from './house.ts'
import { writeInstant } from './instant.ts'
import { waitForWholeLog } from './whole-log.ts'

export async function runLogsSearch(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...CRITERIA_OPTIONS,
      reason: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
  })
  const criteria = readCriteria(values)
  const reason = requireReason(values.reason)
  await withHouse('logs search', async ({ database }) => {
    await requireMigrated(database)
    const missing = await waitForWholeLog(database)
    if (missing !== null) console.error(`accueil: ${missing}`)
    const zones = values.json ? new Map<string, string>() : await zonesOf(database)
    let count = 0
    for await (const page of searchConnections(database, criteria, { actor: cliActor(), reason })) {
      for (const row of page) console.log(values.json ? asJson(row) : asText(row, zones))
      count += page.length
    }
    if (!values.json) console.log(count === 0 ? 'No connection fits.' : `${count} found.`)
  })
  return 0
}

/** Each place's time zone, by its code. */
export async function zonesOf(
  database: Parameters<typeof loadNetworks>[0],
): Promise<ReadonlyMap<string, string>> {
  return new Map((await loadNetworks(database)).map(({ site, timezone }) => [site, timezone]))
}

function asJson(row: Connection): string {
  return JSON.stringify({
    ...row,
    start: row.start.toISOString(),
    stop: row.stop?.toISOString() ?? null,
  })
}

/** One line, in the place's own time with its offset from UTC. */
function asText(row: Connection, zones: ReadonlyMap<string, string>): string {
  const zone = zones.get(row.site) ?? 'UTC'
  const who = row.user ?? 'guest'
  const end =
    row.stop === null ? 'open' : `${writeInstant(row.stop, zone)} ${row.cause ?? ''}`.trim()
  const addresses =
    [row.ip, row.ipv6].filter((address) => address !== null).join(' ') || 'no address'
  return [
    `${writeInstant(row.start, zone)} → ${end}`,
    `${row.site} ${row.gateway} ${row.network}`,
    `${row.mac ?? 'no MAC'}  ${who}  ${addresses}`,
  ].join('  |  ')
}
