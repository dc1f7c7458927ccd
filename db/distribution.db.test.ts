import { expect, test } from 'vitest'
import type postgres from 'postgres'
import type { Reach } from '#core/rights.ts'
import { openTestDatabase } from '../test/support/database.ts'
import type { TestDatabase } from '../test/support/database.ts'
import { seedHouse } from '../test/support/house.ts'
import { recordAccounting } from '../test/support/journal.ts'
import { liveAt, packetOf } from '../test/support/lived-in.ts'
import { asAdmin } from './admin/as-admin.ts'
import { listHourCounts } from './admin/hour-counts.ts'
import { countLiveSessions, listLiveSessions } from './admin/live-sessions.ts'
import { associationStates, troubledGateways } from './admin/overview.ts'
import type { Database } from './connection.ts'
import { NO_CRITERIA, searchConnections } from './connections.ts'
import type { Connection, Criteria } from './connections.ts'
import { BY_ASSOCIATION, ELSEWHERE } from './distribution.ts'
import { openLoginSearch } from './login-search.ts'
import { findReceipt } from './receipts.ts'
import { listUnblockRequests } from './unblock-requests.ts'

const PARIS = { site: '75-0042', gateway: 'gw-0042', n: 1 }
const LILLE = { site: '59-0001', gateway: 'gw-0001', n: 2 }

test('each table is in its cell, in all of them, or of the cell that made it', async () => {
  await using database = await openTestDatabase()
  const rows = await database.sql<{ name: string }[]>`
    select c.oid::regclass::text as name from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where n.nspname in ('house', 'staff', 'guest', 'log', 'audit')
      and c.relkind in ('r', 'p') and not c.relispartition`
  const said = [
    ...BY_ASSOCIATION.map(({ table }) => table),
    ...Object.values(ELSEWHERE).flatMap((kind) => kind.flatMap(({ tables }) => tables)),
  ]
  expect(said.toSorted()).toEqual(rows.map(({ name }) => name).toSorted())
})

test('two cells answer what one Postgres did, each alone, and go on writing', async () => {
  await using whole = await openTestDatabase()
  await seedHouse(whole)
  await seedLille(whole)
  const { code } = await liveAt(whole, PARIS)
  await liveAt(whole, LILLE)
  await using paris = await openTestDatabase()
  await using lille = await openTestDatabase()
  await moveInto(paris, whole, '75')
  await moveInto(lille, whole, '59')

  for (const [cell, association, { site }] of [
    [paris, '75', PARIS],
    [lille, '59', LILLE],
  ] as const) {
    const answered = await answersOf(cell, association, site)
    expect(answered).toEqual(await answersOf(whole, association, site))
    expect(answered.connections).toHaveLength(2)
    expect(answered.logins).toHaveLength(1)
    expect(answered.live).toHaveLength(2)
    expect(answered.asked).toHaveLength(1)
  }
  // A requisition that knows no place is put to each, and their answers together are the answer.
  const each = [...(await found(paris, {})), ...(await found(lille, {}))]
  const inAll = await found(whole, {})
  expect(each.toSorted(byStart)).toEqual(inAll.toSorted(byStart))
  expect(await findReceipt(paris, code)).toEqual(await findReceipt(whole, code))
  expect(await findReceipt(lille, code)).toBeNull()

  for (const one of [whole, paris]) {
    await recordAccounting(one, [packetOf(PARIS, 'interim', 20), packetOf(PARIS, 'stop', 30)])
    await recordAccounting(one, [{ ...packetOf(PARIS, 'start', 40), acctSessionId: 'B' }])
  }
  const site = PARIS.site
  const written = await found(paris, { site })
  // Oldest first: that which ended, the one after it, the guest. An identifier is made where the row is.
  expect(written.map(known)).toEqual((await found(whole, { site })).map(known))
  expect(written.map(({ stop }) => stop === null)).toEqual([false, true, true])
})

/** All that is asked for one association or one of its places, by the program's own questions. */
async function answersOf(database: TestDatabase, association: string, site: string) {
  const reach: Reach = { everywhere: false, associations: [association], sites: [] }
  const ask = <T>(question: (sql: postgres.TransactionSql) => Promise<T>): Promise<T> =>
    asAdmin(database, { actor: 'ada', reach }, question)
  const look = { actor: 'ada', reason: 'case 7' }
  const logins = await openLoginSearch(
    database,
    { mac: null, user: null, from: null, to: null, site },
    look,
  )
  return {
    connections: await found(database, { site }),
    logins: (await logins.page(null, 100)).logins,
    live: await ask((sql) => listLiveSessions(sql, { site, mac: null }, { before: null, rows: 9 })),
    counted: await ask((sql) => countLiveSessions(sql, null, 9)),
    states: await ask(associationStates),
    troubled: await ask(troubledGateways),
    hours: await ask((sql) => listHourCounts(sql, reach, 'hours', 'Europe/Paris')),
    asked: await listUnblockRequests(database, { association }),
  }
}

async function found(
  database: Database,
  criteria: Partial<Criteria>,
): Promise<readonly Connection[]> {
  const rows: Connection[] = []
  const look = { actor: 'ada', reason: 'case 7' }
  for await (const page of searchConnections(database, { ...NO_CRITERIA, ...criteria }, look)) {
    rows.push(...page)
  }
  return rows
}

const byStart = (a: Connection, b: Connection): number =>
  a.start.getTime() - b.start.getTime() || a.sessionId.localeCompare(b.sessionId)

const known = ({ sessionId: _, ...row }: Connection): object => row

async function seedLille({ sql }: Database): Promise<void> {
  await sql`insert into house.association (code, name) values ('59', 'Nord')`
  await sql`
    insert into house.site (code, name, association, timezone)
    values ('59-0001', 'Lille', '59', 'Europe/Paris')`
  await sql`
    insert into house.network (site, kind, grant_seconds, subnets)
    select '59-0001', kind, grant_seconds, subnets from house.network where site = '75-0042'`
  await sql`
    insert into house.gateway (name, site, address, secret, kind)
    select 'gw-0001', '59-0001', '127.0.0.2/32', secret, kind from house.gateway`
}

/** Makes `cell`, which is empty, one of that association: rows are copied as they are, none of them twice. */
async function moveInto(cell: Database, whole: Database, association: string): Promise<void> {
  const copied = ELSEWHERE.everywhere.flatMap(({ tables }) => tables)
  const words = ['log.account', 'log.basis', 'log.cause', 'log.origin', 'log.terms']
  for (const table of [...copied, ...words]) await copyRows(cell, whole, table, 'true')
  for (const { table, association: of } of BY_ASSOCIATION) {
    const moved = await copyRows(cell, whole, table, `${of} = '${association}'`)
    expect(moved, `${table} of ${association}`).toBeGreaterThan(0)
  }
}

async function copyRows(to: Database, from: Database, table: string, where: string) {
  const columns = await from.sql<{ name: string; identity: boolean }[]>`
    select attname as name, attidentity <> '' as identity from pg_attribute
    where attrelid = ${table}::regclass and attnum > 0 and not attisdropped and attgenerated = ''`
  const names = columns.map(({ name }) => `"${name}"`).join(', ')
  const [read] = await from.sql.unsafe<{ n: number; rows: string }[]>(
    `select count(*)::int as n, coalesce(json_agg(t), '[]')::text as rows from ${table} t where ${where}`,
  )
  await to.sql.begin(async (sql) => {
    // No trigger and no reference is asked: rows come as they are, in the order of the list.
    await sql`set local session_replication_role = replica`
    await sql.unsafe(`delete from ${table}`)
    await sql.unsafe(
      `insert into ${table} (${names}) overriding system value
       select ${names} from json_populate_recordset(null::${table}, $1::text::json)`,
      [read?.rows ?? '[]'],
    )
    for (const { name } of columns.filter(({ identity }) => identity)) {
      await sql.unsafe(
        `select setval(pg_get_serial_sequence('${table}', '${name}'), coalesce(max("${name}"), 0) + 1, false) from ${table}`,
      )
    }
  })
  return read?.n ?? 0
}
