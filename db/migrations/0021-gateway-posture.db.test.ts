import type { Kysely } from 'kysely'
import { expect, test } from 'vitest'
import { openTestDatabase } from '../../test/support/database.ts'
import { up as house } from './0001-house.ts'
import { up as gatewayPosture } from './0021-gateway-posture.ts'

test('an upgrade turns no gateway away: those that are there are learned, new ones must sign', async () => {
  await using database = await openTestDatabase('template1')
  const { sql } = database
  // A migration knows no tables.
  const kysely = database.kysely as unknown as Kysely<unknown>
  await house(kysely)
  await sql`create schema staff`
  const add = (name: string, address: string) => sql`
    insert into house.gateway (name, site, address, secret, kind)
    values (${name}, 's', ${address}, 'x', 'generic')`
  await sql`insert into house.association (code, name) values ('a', 'a')`
  await sql`
    insert into house.site (code, name, association, timezone) values ('s', 's', 'a', 'Europe/Paris')`
  await add('old', '192.0.2.1')
  await gatewayPosture(kysely)
  await add('new', '192.0.2.2')
  const rows =
    await sql`select name, message_authenticator as rule from house.gateway order by name`
  expect([...rows]).toEqual([
    { name: 'new', rule: 'required' },
    { name: 'old', rule: 'auto' },
  ])
})
