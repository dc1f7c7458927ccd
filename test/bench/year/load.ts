import { once } from 'node:events'
import type postgres from 'postgres'
import { openDatabase } from '#db/connection.ts'
import type { Database } from '#db/connection.ts'
import { startEmbedded } from '#db/embedded.ts'
import { migrate } from '#db/migrate.ts'
import { partitionName } from '#db/partitions.ts'
import { tendClosedDays } from '#db/sealing/closed-days.ts'
import { COLUMNS, HOUSE, sessionLines } from './sessions.ts'

const DAY_MS = 86_400_000
const CONNECTIONS = 2
const CHUNK_LETTERS = 1 << 18
/** Only while the year is written: what is searched runs on what the product sets. */
const LOADING = {
  wal_level: 'minimal',
  max_wal_senders: '0',
  max_wal_size: '8GB',
  maintenance_work_mem: '256MB',
  autovacuum: 'off',
}

export interface Year {
  readonly database: Database
  readonly url: string
  /** Oldest first. */
  readonly days: readonly string[]
  /** A day of the first house, as it is with a smaller year too. */
  readonly fullDay: string
  readonly rows: number
  readonly seconds: number
  close(): Promise<void>
}

/** The year before `now`, in a Postgres of its own, each day closed and measured as the product does it. */
export async function loadYear(dataDir: string, rows: number, now: number): Promise<Year> {
  const began = performance.now()
  const days = Array.from({ length: HOUSE.days }, (_, i) =>
    new Date(now - (HOUSE.days - i + 3) * DAY_MS).toISOString().slice(0, 10),
  )
  const fullDay = days[0] ?? ''
  const counts = rowsOfDays(days, rows)
  await withSettings(dataDir, LOADING, async (url) => {
    const database = openDatabase(url, { applicationName: 'bench load', max: CONNECTIONS })
    await migrate(database, now)
    await writeTheNames(database.sql)
    const queue = [...counts]
    const work = async (): Promise<void> => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        const [day, count] = next
        await database.sql.begin((sql) => loadDay(sql, day, count))
      }
    }
    await Promise.all(Array.from({ length: CONNECTIONS }, work))
    await database.close()
  })
  const server = await startEmbedded({ dataDir })
  const database = openDatabase(server.url, { applicationName: 'bench', max: 6 })
  await tendClosedDays(database)
  await database.sql`vacuum log.closed_day`
  const close = async (): Promise<void> => {
    await database.close()
    await server.release()
  }
  const seconds = (performance.now() - began) / 1000
  const total = [...counts.values()].reduce((a, b) => a + b, 0)
  return { database, url: server.url, days, fullDay, rows: total, seconds, close }
}

/** The oldest day as full as the house's, the others with what is left. */
function rowsOfDays(days: readonly string[], rows: number): ReadonlyMap<string, number> {
  const rest = Math.max(1, Math.round((rows - HOUSE.rowsADay) / (days.length - 1)))
  return new Map(days.map((day, i) => [day, i === 0 ? HOUSE.rowsADay : rest]))
}

async function withSettings(
  dataDir: string,
  settings: Readonly<Record<string, string>>,
  work: (url: string) => Promise<void>,
): Promise<void> {
  const set = async (statements: readonly string[]): Promise<void> => {
    const server = await startEmbedded({ dataDir })
    const database = openDatabase(server.url, { applicationName: 'bench settings', max: 1 })
    for (const statement of statements) await database.sql.unsafe(statement)
    await database.close()
    await server.release()
  }
  await set(
    Object.entries(settings).map(([name, value]) => `alter system set ${name} = '${value}'`),
  )
  const server = await startEmbedded({ dataDir })
  await work(server.url)
  await server.release()
  await set(['alter system reset all'])
}

/** By number, as `sessionLines` has them. */
async function writeTheNames(sql: postgres.Sql): Promise<void> {
  await sql`
    insert into log.origin (id, site, gateway, network) overriding system value
    select p * 2 + k + 1, lpad((p % 96)::text, 2, '0') || '-' || lpad(p::text, 4, '0'),
           'gw-' || lpad(p::text, 4, '0'), (array['guest', 'staff'])[k + 1]
    from generate_series(0, ${HOUSE.places - 1}) p, generate_series(0, 1) k`
  await sql`
    insert into log.account (id, name) overriding system value
    select n, 'first.last' || n from generate_series(1, ${HOUSE.devices / HOUSE.staffEvery}) n`
  await sql`
    insert into log.cause (name) values ('User-Request'), ('Idle-Timeout'), ('Session-Timeout'),
      ('Lost-Carrier'), ('NAS-Reboot'), ('Stale')`
  await sql`insert into log.terms (name) values ('2026-01')`
  await sql`insert into log.basis (name) values ('decree-2025')`
}

async function loadDay(sql: postgres.TransactionSql, day: string, rows: number): Promise<void> {
  const name = partitionName('connection_row', day)
  const next = new Date(Date.parse(day) + DAY_MS).toISOString().slice(0, 10)
  // The last days have one, empty.
  await sql.unsafe(`drop table if exists log.${name}`)
  await sql.unsafe(`
    create table log.${name} (like log.connection_row including defaults) with (fillfactor = 95)`)
  const copy = sql.unsafe(`copy log.${name} (${COLUMNS.join(', ')}) from stdin with (freeze)`)
  const stream = await copy.writable()
  let chunk = ''
  for (const line of sessionLines(day, rows)) {
    chunk += line
    if (chunk.length < CHUNK_LETTERS) continue
    if (!stream.write(chunk)) await once(stream, 'drain')
    chunk = ''
  }
  stream.end(chunk)
  await once(stream, 'finish')
  // Builds the indexes as the parent has them.
  await sql.unsafe(`
    alter table log.connection_row attach partition log.${name} for values from ('${day}') to ('${next}')`)
  await sql.unsafe(`analyze log.${name}`)
  // Built at once they are full already.
  await sql`insert into log.closed_day (day, packed_at) values (${day}, now())`
}
