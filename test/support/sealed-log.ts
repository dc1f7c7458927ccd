import type { Database } from '#db/connection.ts'
import { writeNames } from '#db/log-names.ts'
import { runSealing, sealingLine } from '#db/sealing/job.ts'
import { testSeal } from './house.ts'

const DAY_MS = 86_400_000

/** `2026-11-23`, so many days from today. */
export function dayFromNow(days: number): string {
  return new Date(Date.now() + days * DAY_MS).toISOString().slice(0, 10)
}

/** Rows of that day, one a minute from midnight; their identifiers end in their number. */
export async function fillDay(
  database: Database,
  day: string,
  rows: number,
  columns: { readonly site?: string; readonly account?: string } = {},
): Promise<void> {
  const { site = '75-0042', account = null } = columns
  const names = { account, cause: 'User-Request', terms: '2026-01' }
  await writeNames(database.sql, [{ site, gateway: 'gw-0042', network: 'guest', ...names }])
  await database.sql`
    insert into log.connection_row (day, id_head, id_tail, origin, mac, account, ipv4, started_at,
                                    stopped_ms, cause, terms)
    select ${day}::date, log.id_head(r.id), log.id_tail(r.id), o.id, '02:00:00:00:00:01',
           (select id from log.account where name = ${account}), '192.168.77.9',
           ${`${day}T00:00:00Z`}::timestamptz + n % 1400 * interval '1 minute', 600000, c.id, t.id
    from generate_series(1, ${rows}) n
    cross join lateral (
      select (${rowId(day, 0).slice(0, 24)} || lpad(to_hex(n), 12, '0'))::uuid as id) r
    join log.origin o on o.site = ${site} and o.gateway = 'gw-0042' and o.network = 'guest'
    join log.cause c on c.name = ${names.cause}
    join log.terms t on t.name = ${names.terms}`
}

export function rowId(day: string, n: number): string {
  const tail = n.toString(16).padStart(12, '0')
  return `${day.replaceAll('-', '')}-0000-4000-8000-${tail}`
}

/** As whoever has the database's superuser would: no trigger sees it. */
export async function behindTheTrigger(database: Database, statement: string): Promise<void> {
  await database.sql.begin(async (sql) => {
    await sql`set local session_replication_role = replica`
    await sql.unsafe(statement)
  })
}

export async function sealNow(database: Database, now = Date.now()): Promise<string> {
  return sealingLine(await runSealing(database, testSeal, now, 'test'))
}
