import { parseArgs } from 'node:util'
import { formatAddress, parseAddress } from '#core/ip.ts'
import { parseMac } from '#core/mac.ts'
import { searchConnections } from '#db/connections.ts'
import type { Connection, Criteria } from '#db/connections.ts'
import { loadNetworks } from '#db/sites.ts'
import { cliActor } from './apply.ts'
import { requireMigrated, withHouse } from './house.ts'
import { UsageError } from './run.ts'

type Values = Readonly<Record<string, string | boolean | undefined>>

export async function runLogsSearch(args: readonly string[]): Promise<number> {
  const text = { type: 'string' } as const
  const { values } = parseArgs({
    args: [...args],
    options: {
      ...{ mac: text, ip: text, user: text, site: text, at: text, from: text, to: text },
      reason: text,
      json: { type: 'boolean', default: false },
    },
  })
  const reason = values.reason?.trim() ?? ''
  if (reason === '') {
    throw new UsageError('--reason is missing: say why you look, it is kept with your name')
  }
  const criteria = criteriaOf(values)
  await withHouse('logs search', async ({ database }) => {
    await requireMigrated(database)
    const networks = values.json ? [] : await loadNetworks(database)
    const zones = new Map(networks.map(({ site, timezone }) => [site, timezone]))
    let count = 0
    const look = { actor: cliActor(), reason }
    for await (const page of searchConnections(database, criteria, look)) {
      for (const row of page) console.log(values.json ? asJson(row) : asText(row, zones))
      count += page.length
    }
    if (!values.json) console.log(count === 0 ? 'No connection fits.' : `${count} found.`)
  })
  return 0
}

function criteriaOf(values: Values): Criteria {
  const given = (name: string): string | null => {
    const value = values[name]
    return typeof value === 'string' ? value.trim() : null
  }
  const read = <T>(name: string, parse: (text: string) => T | null, example: string): T | null => {
    const text = given(name)
    if (text === null) return null
    const value = parse(text)
    if (value !== null) return value
    throw new UsageError(`--${name} "${text}" cannot be read; give it as ${example}`)
  }
  const at = read('at', parseInstant, INSTANT_EXAMPLE)
  const from = read('from', parseInstant, INSTANT_EXAMPLE)
  const to = read('to', parseInstant, INSTANT_EXAMPLE)
  if (at !== null && (from !== null || to !== null)) {
    throw new UsageError('--at stands alone, without --from and --to')
  }
  const criteria = {
    mac: read('mac', parseMac, 'AA-BB-CC-DD-EE-FF'),
    ip: read('ip', canonicalAddress, '192.0.2.7 or 2001:db8::7'),
    user: given('user')?.toLowerCase() ?? null,
    site: given('site'),
    from: at ?? from,
    to: at ?? to,
  }
  if (Object.values(criteria).every((value) => value === null)) {
    throw new UsageError('say what to look for: --mac, --ip, --user, --site, --at, --from or --to')
  }
  return criteria
}

const INSTANT_EXAMPLE =
  'an instant with its zone, such as 2026-11-23T14:05:00+01:00 or 2026-11-23T13:05:00Z'

function parseInstant(text: string): Date | null {
  // Without a zone an hour in October would mean two instants.
  if (!/^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/.test(text)) {
    return null
  }
  const at = new Date(text.replace(' ', 'T'))
  return Number.isNaN(at.getTime()) ? null : at
}

function canonicalAddress(text: string): string | null {
  const bytes = parseAddress(text)
  return bytes === null ? null : formatAddress(bytes)
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
  const end = row.stop === null ? 'open' : `${localTime(row.stop, zone)} ${row.cause ?? ''}`.trim()
  const addresses =
    [row.ip, row.ipv6].filter((address) => address !== null).join(' ') || 'no address'
  return [
    `${localTime(row.start, zone)} → ${end}`,
    `${row.site} ${row.gateway} ${row.network}`,
    `${row.mac ?? 'no MAC'}  ${who}  ${addresses}`,
  ].join('  |  ')
}

function localTime(at: Date, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
  })
  const offset = new Intl.DateTimeFormat('en-GB', { timeZone, timeZoneName: 'longOffset' })
    .formatToParts(at)
    .find(({ type }) => type === 'timeZoneName')
  return `${parts.format(at)} ${offset?.value.replace('GMT', 'UTC') ?? 'UTC'}`
}
