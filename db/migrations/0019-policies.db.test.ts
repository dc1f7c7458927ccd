import type { Kysely } from 'kysely'
import { expect, test } from 'vitest'
import { openTestDatabase } from '../../test/support/database.ts'
import { up as house } from './0001-house.ts'
import { up as policies } from './0019-policies.ts'

test('the vendor that stood under coa is the gateway’s, and who had none is as most', async () => {
  await using database = await openTestDatabase('template1')
  const { sql } = database
  // A migration knows no tables.
  const kysely = database.kysely as unknown as Kysely<unknown>
  await house(kysely)
  // As 0015 and 0017 leave them.
  await sql`
    alter table house.gateway add coa_port integer, add coa_vendor text,
      add check ((coa_port is null) = (coa_vendor is null))`
  await sql`create schema staff`
  await sql`create table staff.device_ca (name text primary key)`
  await sql`insert into house.association (code, name) values ('a', 'a')`
  await sql`
    insert into house.site (code, name, association, timezone) values ('s', 's', 'a', 'Europe/Paris')`
  await sql`
    insert into house.gateway (name, site, address, secret, kind, coa_port, coa_vendor) values
      ('asked', 's', '192.0.2.1', 'x', 'generic', 3799, 'mikrotik'),
      ('plain', 's', '192.0.2.2', 'x', 'generic', null, null)`
  await policies(kysely)
  await sql`
    insert into house.gateway (name, site, address, secret, kind) values
      ('later', 's', '192.0.2.3', 'x', 'generic')`
  const rows = await sql`select name, vendor, coa_port from house.gateway order by name`
  expect([...rows]).toEqual([
    { name: 'asked', vendor: 'mikrotik', coa_port: 3799 },
    { name: 'later', vendor: 'standard', coa_port: null },
    { name: 'plain', vendor: 'standard', coa_port: null },
  ])
})
