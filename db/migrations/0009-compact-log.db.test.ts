import type { Kysely } from 'kysely'
import { expect, test } from 'vitest'
import { openTestDatabase } from '../../test/support/database.ts'
import { dayFromNow } from '../../test/support/sealed-log.ts'
import { migrate } from '../migrate.ts'
import { partitionDays } from '../partitions.ts'
import { up as house } from './0001-house.ts'
import { up as guest } from './0002-guest.ts'
import { up as log } from './0003-log.ts'
import { up as logContent } from './0004-log-content.ts'
import { up as quarantine } from './0005-quarantine.ts'
import { up as sealing } from './0006-sealing.ts'
import { up as search } from './0007-search.ts'
import { up as journal } from './0008-journal.ts'
import { up as compactLog } from './0009-compact-log.ts'

const BEFORE = [house, guest, log, logContent, quarantine, sealing, search, journal]

test('every row of the log is carried over and reads as before, to the form that seals were made of', async () => {
  await using database = await openTestDatabase('template1')
  const { sql } = database
  // A migration knows no tables.
  const kysely = database.kysely as unknown as Kysely<unknown>
  for (const up of BEFORE) await up(kysely)
  const days = [-5, -4].map(dayFromNow)
  for (const [i, day] of days.entries()) {
    await sql.unsafe(`
      create table log.connection_${day.replaceAll('-', '_')} partition of log.connection
      for values from ('${day}') to ('${dayFromNow(i - 4)}')`)
    await sql`
      insert into log.connection (day, id, site, gateway, network, mac, account, ipv4, ipv4_at, ipv6,
        ipv6_at, public_ip, public_ports, started_at, nas_started_at, stopped_at, nas_stopped_at, stop_cause,
        terms_version, legal_basis)
      select ${day}::date, gen_random_uuid(), 'site ' || n % 3, 'gw', 'guest', '02:00:00:00:00:01',
        case when n % 5 = 0 then 'user ' || n end, '192.168.77.9', at + interval '2.5 s', '2001:db8::9',
        at - interval '1 ms', '198.51.100.7', '[1024,65536)', at, at - n * interval '9 days',
        at + n * interval '4 days', at + interval '1 hour', 'User-Request', '2026-01', 'L34-1'
      from generate_series(1, 20) n, (select ${`${day}T10:00:00.123Z`}::timestamptz as at) a`
    // Nothing that may be absent is there; an address that the device did not make up.
    await sql`
      insert into log.connection (day, id, site, gateway, network, started_at)
      values (${day}, gen_random_uuid(), 'bare', 'gw', 'staff', ${`${day}T11:00:00Z`})`
    await sql`
      insert into log.connection (day, id, site, gateway, network, mac, started_at)
      values (${day}, gen_random_uuid(), 'bare', 'gw', 'staff', '00:11:22:33:44:55', ${`${day}T11:00:00Z`})`
  }
  // Sealed already: being written another way is no amendment.
  await sql`insert into log.closed_day (day) select distinct day from log.connection`
  const read = (): Promise<readonly unknown[]> =>
    sql`select to_jsonb(c) as row from log.connection c order by c.day, c.id`.then((rows) => [
      ...rows,
    ])
  const before = await read()

  await kysely.transaction().execute((transaction) => compactLog(transaction))

  expect(before).toHaveLength(44)
  expect(await read()).toEqual(before)
  expect(await sql`select * from log.amendment`).toHaveLength(0)
  expect(await partitionDays(database)).toEqual(days)
  await sql`update log.connection_row set account = null where account is not null`
  const [noted] = await sql`
    select count(*)::int as n, count(before->>'account')::int as named from log.amendment
    where not after ? 'account' and before->>'site' like 'site %'`
  expect(noted).toEqual({ n: 8, named: 8 })
})

test('a database that was empty is brought to this version', async () => {
  await using database = await openTestDatabase('template1')
  expect(await migrate(database, Date.now())).toContain('0009-compact-log')
  expect(await partitionDays(database)).toContain(dayFromNow(0))
})
