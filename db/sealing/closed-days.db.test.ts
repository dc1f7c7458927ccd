import { expect, test } from 'vitest'
import { openTestDatabase } from '../../test/support/database.ts'
import { dayFromNow, fillDay, rowId, sealNow } from '../../test/support/sealed-log.ts'
import { partitionName } from '../partitions.ts'
import { tendClosedDays } from './closed-days.ts'

const DAY = dayFromNow(-7)

test('the indexes of a closed day are built anew once, also after a run that was interrupted', async () => {
  await using database = await openTestDatabase()
  const { sql } = database
  const table = partitionName('connection_row', DAY)
  const indexes = (): Promise<readonly { name: string; node: number; valid: boolean }[]> =>
    sql<{ name: string; node: number; valid: boolean }[]>`
      select c.relname as name, c.relfilenode::int as node, i.indisvalid as valid
      from pg_index i join pg_class c on c.oid = i.indexrelid
      where i.indrelid = ${`log.${table}`}::regclass order by 1`
  await fillDay(database, DAY, 500, { account: 'bob' })
  const before = await indexes()
  // What a REINDEX CONCURRENTLY leaves behind that was cut short.
  await sql.unsafe(`create index left_ccnew on log.${table} (mac)`)
  await sql`update pg_index set indisvalid = false where indexrelid = 'log.left_ccnew'::regclass`
  await sealNow(database)
  const after = await indexes()
  expect(after.map(({ name }) => name)).toEqual(before.map(({ name }) => name))
  expect(after.every(({ valid }) => valid)).toBe(true)
  expect(after.filter(({ node }, i) => node === before[i]?.node)).toEqual([])
  await sealNow(database)
  expect(await indexes()).toEqual(after)
})

test('what is hashed of a row is what the view shows of it, for ever', async () => {
  await using database = await openTestDatabase()
  await database.sql`
    insert into log.connection (day, id, site, gateway, network, mac, account, ipv4, ipv4_at, public_ip,
      public_ports, started_at, nas_started_at, stopped_at, stop_cause, terms_version, legal_basis)
    values (${DAY}, ${rowId(DAY, 1)}, '75-0042', 'gw', 'guest', '02:00:00:00:00:01', 'bob', '192.168.77.9',
      ${`${DAY}T10:00:02.5Z`}, '198.51.100.7', '[1024,2023]', ${`${DAY}T10:00:00.123Z`},
      '1970-01-01T00:00:10Z', ${`${DAY}T11:00:00Z`}, 'User-Request', '2026-01', 'L34-1')`
  const [row] = await database.sql.begin(async (sql) => {
    await sql`set local timezone = 'UTC'`
    return sql<{ text: string }[]>`
      select jsonb_strip_nulls(to_jsonb(c))::text as text from log.connection c`
  })
  expect(row?.text).toBe(
    `{"id": "${rowId(DAY, 1)}", "day": "${DAY}", "mac": "02:00:00:00:00:01", "ipv4": "192.168.77.9", ` +
      `"site": "75-0042", "account": "bob", "gateway": "gw", "ipv4_at": "${DAY}T10:00:02.5+00:00", ` +
      `"network": "guest", "mac_local": true, "public_ip": "198.51.100.7", ` +
      `"started_at": "${DAY}T10:00:00.123+00:00", "stop_cause": "User-Request", ` +
      `"stopped_at": "${DAY}T11:00:00+00:00", "legal_basis": "L34-1", "public_ports": "[1024,2024)", ` +
      `"terms_version": "2026-01", "nas_started_at": "1970-01-01T00:00:10+00:00"}`,
  )
})

test('several processes that pack at once do not wait for each other', async () => {
  await using database = await openTestDatabase()
  await fillDay(database, DAY, 500)
  await database.sql`insert into log.closed_day (day) values (${DAY})`
  await Promise.all(Array.from({ length: 3 }, () => tendClosedDays(database)))
  expect(await database.sql`select day from log.closed_day where packed_at is null`).toEqual([])
})
