import type { Mac } from '#core/mac.ts'
import { NO_CRITERIA, searchConnections } from '#db/connections.ts'
import type { Criteria } from '#db/connections.ts'
import { openDatabase } from '#db/connection.ts'
import type { Database } from '#db/connection.ts'
import { seeded } from './sessions.ts'
import type { Year } from './load.ts'

const HOUR_MS = 3_600_000
const DAY_MS = 24 * HOUR_MS
const QUERIES = 200
/** Each on a connection of its own. */
const FRESH_QUERIES = 50
/** Of which plans are looked at. */
const PLANNED = 20

export interface SearchRow {
  readonly what: string
  /** Milliseconds: the whole answer, on a connection that has searched before. */
  readonly p50: number
  readonly p95: number
  /** Milliseconds: the same with a new connection each time, as `logs search` has. */
  readonly freshP95: number
  /** Rows of an answer, in the middle. */
  readonly rows: number
  /** Days that must be read for the whole answer, by the plan: in the middle, and the most. */
  readonly partitions: number
  readonly mostPartitions: number
}

type Sample = Readonly<Record<'ip' | 'ipv6' | 'user' | 'site' | 'publicIp', string>> & {
  readonly mac: Mac
  readonly port: number
  /** When it was open. */
  readonly at: Date
}

const SEARCHES: Readonly<Record<string, (s: Sample) => Partial<Criteria>>> = {
  'IPv4 and instant': ({ ip, at }) => ({ ip, ...instant(at) }),
  'IPv6 and instant': ({ ipv6, at }) => ({ ip: ipv6, ...instant(at) }),
  'public address, port, instant': ({ publicIp, port, at }) => ({
    ...{ publicIp, publicPort: port },
    ...instant(at),
  }),
  'MAC, a week': ({ mac, at }) => ({ mac, ...around(at, 7 * DAY_MS) }),
  'account, a week': ({ user, at }) => ({ user, ...around(at, 7 * DAY_MS) }),
  'place, an hour': ({ site, at }) => ({ site, ...around(at, HOUR_MS) }),
  'place, a day': ({ site, at }) => ({ site, ...around(at, DAY_MS) }),
}
/** Without a window: the first page, which is what a person waits for. */
const WHOLE_YEAR: Readonly<Record<string, (s: Sample) => Partial<Criteria>>> = {
  'MAC, the whole year': ({ mac }) => ({ mac }),
  'account, the whole year': ({ user }) => ({ user }),
  'MAC that never was': ({ mac }) => ({ mac: mac.replace(/^../, 'fe') as Mac }),
}

export async function measureSearches(year: Year): Promise<readonly SearchRow[]> {
  const samples = await takeSamples(year)
  const rows: SearchRow[] = []
  for (const [what, criteriaOf] of Object.entries({ ...SEARCHES, ...WHOLE_YEAR })) {
    const asked = samples.map((sample) => ({ ...NO_CRITERIA, ...criteriaOf(sample) }))
    rows.push(await measureSearch(year, what, asked))
  }
  return rows
}

async function measureSearch(
  year: Year,
  what: string,
  asked: readonly Criteria[],
): Promise<SearchRow> {
  const warm: number[] = []
  const fresh: number[] = []
  const counts: number[] = []
  const kept = openDatabase(year.url, { applicationName: 'bench search', max: 1 })
  await firstPage(kept, asked[0] ?? NO_CRITERIA)
  for (const criteria of asked.slice(0, QUERIES)) {
    const began = performance.now()
    counts.push(await firstPage(kept, criteria))
    warm.push(performance.now() - began)
  }
  // Others than those that have just been read.
  for (const criteria of asked.slice(QUERIES)) {
    const database = openDatabase(year.url, { applicationName: 'bench search', max: 1 })
    const began = performance.now()
    await firstPage(database, criteria)
    fresh.push(performance.now() - began)
    await database.close()
  }
  const planned = await Promise.all(
    asked.slice(0, PLANNED).map((criteria) => partitionsRead(kept, criteria)),
  )
  await kept.close()
  return {
    what,
    ...{ p50: percentile(warm, 50), p95: percentile(warm, 95), freshP95: percentile(fresh, 95) },
    ...{ rows: percentile(counts, 50), partitions: percentile(planned, 50) },
    mostPartitions: Math.max(...planned),
  }
}

async function firstPage(database: Database, criteria: Criteria): Promise<number> {
  const look = { actor: 'bench', reason: 'bench' }
  for await (const page of searchConnections(database, criteria, look)) return page.length
  return 0
}

/** All days that may have some of it; log.search_page reads them in order until a page is full. */
async function partitionsRead({ sql }: Database, criteria: Criteria): Promise<number> {
  const json = sql.json({
    ...criteria,
    from: criteria.from?.toISOString() ?? null,
    to: criteria.to?.toISOString() ?? null,
  })
  const [built] = await sql<{ statement: string | null }[]>`
    select log.search_statement(${json}, log.search_conditions(${json}, null, null),
      array(select day from log.days_to_read(${criteria.from}, ${criteria.to}, null, log.named_hashes(${json}))),
      100) as statement`
  if (typeof built?.statement !== 'string') return 0
  const plan = await sql.unsafe(`explain (format json) ${built.statement}`)
  const tables = JSON.stringify(plan).match(/"Relation Name":\s*"connection_row_[0-9_]+"/g)
  return new Set(tables).size
}

function instant(at: Date): Partial<Criteria> {
  return { from: at, to: at }
}

function around(at: Date, ms: number): Partial<Criteria> {
  return { from: new Date(at.getTime() - ms / 2), to: new Date(at.getTime() + ms / 2) }
}

export function percentile(values: readonly number[], p: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * p) / 100))] ?? 0
}

/** Connections from all over the year, so that each has what is searched by. */
async function takeSamples({ database, days }: Year): Promise<readonly Sample[]> {
  const random = seeded(7)
  const samples: Sample[] = []
  while (samples.length < QUERIES + FRESH_QUERIES) {
    const day = days[Math.floor(random() * days.length)] ?? ''
    const [staff, guest] = await Promise.all(
      ['is not null', 'is null'].map((account) =>
        database.sql.unsafe<Sample[]>(`
          select c.mac::text as mac, host(c.ipv4) as ip, host(c.ipv6) as ipv6, a.name as user, o.site,
                 host(c.public_ip) as "publicIp", c.first_port + 32768 + 17 as port,
                 c.started_at + interval '5 minutes' as at
          from log.connection_row c
          join log.origin o on o.id = c.origin left join log.account a on a.id = c.account
          where day = '${day}' and ipv6 is not null and account ${account}
          offset ${Math.floor(random() * 50)} limit 1`),
      ),
    )
    const [a] = staff ?? []
    const [b] = guest ?? []
    if (a !== undefined && b !== undefined) {
      samples.push({ ...b, user: a.user })
    }
  }
  return samples
}
