import { describe, expect, test } from 'vitest'
import { EVERYWHERE } from '#core/rights.ts'
import type { Reach } from '#core/rights.ts'
import { openTestDatabase } from '../../test/support/database.ts'
import type { TestDatabase } from '../../test/support/database.ts'
import { seedHouse } from '../../test/support/house.ts'
import { asAdmin } from './as-admin.ts'

const PARIS: Reach = { everywhere: false, associations: ['75'], sites: [] }
const NATION: Reach = { everywhere: false, associations: [], sites: ['75-0042'] }
const NOWHERE: Reach = { everywhere: false, associations: [], sites: [] }

async function twoAssociations(): Promise<TestDatabase> {
  const database = await openTestDatabase()
  await seedHouse(database)
  const { sql } = database
  await sql`insert into house.association values ('69', 'Lyon')`
  await sql`
    insert into house.site (code, name, association, timezone)
    values ('69-0001', 'Bellecour', '69', 'Europe/Paris'), ('75-0001', 'Bastille', '75', 'Europe/Paris')`
  await sql`
    insert into house.network (site, kind, grant_seconds, subnets)
    values ('69-0001', 'guest', 60, '{10.69.0.0/16}')`
  await sql`
    insert into house.gateway (name, site, address, secret, kind)
    values ('gw-69', '69-0001', '10.69.0.1', 'sealed', 'generic')`
  await sql`
    insert into house.gateway_posture (gateway, transport, requests, unsigned, refused, over_limit)
    values ('gw-69', 'udp', 0, 0, 0, 0), ('gw-0042', 'udp', 0, 0, 0, 0)`
  await sql`
    insert into house.gateway_settings (gateway, settings, revokes) values ('gw-69', 'sealed', false)`
  await sql`
    insert into house.filter_device (site, network, name) values ('69-0001', 'guest', 'library')`
  await sql`
    insert into house.api_token (name, sha256, actor, scopes, associations, created_by)
    values ('lyon', ${Buffer.alloc(32)}, 'person:eve', '{rules.read}', '{69}', 'cli:ada'),
           ('all', ${Buffer.alloc(32, 1)}, 'person:ada', '{rules.read}', null, 'cli:ada')`
  await sql`
    insert into house.rule (action, domain, site, association)
    values ('block', 'all.example', null, null), ('block', 'paris.example', null, '75'),
           ('block', 'lyon.example', null, '69'), ('block', 'bellecour.example', '69-0001', null),
           ('block', 'nation.example', '75-0042', null)`
  await sql`
    insert into house.role_grant (subject, role, associations, sites, made_by)
    values ('person:ada', 'national-admin', null, null, 't'),
           ('person:bob', 'association-admin', '{75}', null, 't'),
           ('person:eve', 'association-admin', '{69}', null, 't'),
           ('person:joe', 'place-helper', null, '{75-0042}', 't')`
  await sql`
    insert into audit.entry (actor, action, subject, association)
    values ('a', 'x', 'all', null), ('a', 'x', 'paris', '75'), ('a', 'x', 'lyon', '69')`
  return database
}

/** What a request sees whose code forgot every check. */
async function seen(database: TestDatabase, reach: Reach, query: string): Promise<string[]> {
  const rows = await asAdmin(database.as('portal'), { actor: 'staff:bob', reach }, (sql) =>
    sql.unsafe<{ name: string }[]>(`select ${query} order by 1`),
  )
  return rows.map(({ name }) => name)
}

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  try {
    await work
    return null
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown ? thrown.code : thrown
  }
}

const REFUSED = '42501'

describe('a transaction of the administration', () => {
  test('sees its association and no other, though its code asks for all', async () => {
    await using database = await twoAssociations()
    const queries = {
      'code as name from house.association': ['75'],
      'code as name from house.site': ['75-0001', '75-0042'],
      'site as name from house.network': ['75-0042', '75-0042'],
      'name from house.gateway': ['gw-0042'],
      'gateway as name from house.gateway_posture': ['gw-0042'],
      'gateway as name from house.gateway_settings': [],
      'name from house.api_token': [],
      [`'used' as name where house.network_is_used('69-0001', 'guest')`]: [],
      'domain as name from house.rule': ['all.example', 'nation.example', 'paris.example'],
      'subject as name from house.role_grant': ['person:bob', 'person:joe'],
      'subject as name from audit.entry': ['paris'],
    }
    for (const [query, expected] of Object.entries(queries)) {
      expect([query, await seen(database, PARIS, query)]).toEqual([query, expected])
    }
    expect(await seen(database, EVERYWHERE, 'domain as name from house.rule')).toHaveLength(5)
    expect(await seen(database, NATION, 'code as name from house.site')).toEqual(['75-0042'])
    expect(await seen(database, NATION, 'code as name from house.association')).toEqual(['75'])
    expect(await seen(database, NOWHERE, 'code as name from house.site')).toEqual([])
    expect(await seen(database, NOWHERE, 'subject as name from audit.entry')).toEqual([])
  })

  test('writes nothing of another association, nor of the whole house', async () => {
    await using database = await twoAssociations()
    const portal = database.as('portal')
    const run = (query: string, reach = PARIS): Promise<unknown> =>
      codeOf(asAdmin(portal, { actor: 'staff:bob', reach }, (sql) => sql.unsafe(query)))
    const refused = [
      `insert into house.rule (action, domain) values ('allow', 'bad.example')`,
      `insert into house.rule (action, domain, association) values ('allow', 'bad.example', '69')`,
      `insert into house.rule (action, domain, site) values ('allow', 'bad.example', '69-0001')`,
      `update house.rule set association = '69' where domain = 'paris.example'`,
      `update house.site set association = '69' where code = '75-0042'`,
      `insert into house.site (code, name, association, timezone) values ('69-9', 'x', '69', 'UTC')`,
      `insert into house.role_grant (subject, role, made_by) values ('person:bob', 'auditor', 'bob')`,
      `insert into house.role_grant (subject, role, associations, made_by)
         values ('person:bob', 'list-editor', '{75,69}', 'bob')`,
      `insert into house.role_grant (subject, role, sites, made_by)
         values ('person:bob', 'place-helper', '{69-0001}', 'bob')`,
      `insert into house.role_grant (subject, role, associations, made_by)
         values ('person:bob', 'log-reader', '{75}', 'bob')`,
      `insert into house.role_grant (subject, role, associations, made_by)
         values ('person:bob', 'national-admin', '{75}', 'bob')`,
      `update house.role_grant set associations = '{75,69}' where subject = 'person:bob'`,
      `insert into audit.entry (actor, action, subject) values ('staff:eve', 'x', 'y')`,
      `insert into house.network (site, kind, grant_seconds, subnets)
         values ('69-0001', 'staff', 60, '{10.0.0.0/8}')`,
      `update house.network set site = '69-0001' where kind = 'staff'`,
      `insert into house.gateway (name, site, address, secret, kind)
         values ('x', '69-0001', '10.1.1.1', 'x', 'generic')`,
      `insert into house.api_token (name, sha256, actor, scopes, created_by)
         values ('x', '\\x00', 'staff:bob', '{rules.read}', 'bob')`,
      `update house.api_token set scopes = '{roles.write}'`,
      `select house.create_api_token('x', '\\x00', 'staff:bob', '{rules.read}', null, null, 'bob')`,
      `select house.revoke_api_token('x', 'bob')`,
      `update house.gateway set site = '75-0001'`,
      `select fas_key from house.gateway`,
      `select secret from house.gateway`,
      `update house.gateway set name = 'x'`,
      `select hash from audit.entry`,
      `delete from audit.entry`,
      `select * from staff.account`,
      `select * from log.connection`,
    ]
    for (const query of refused) expect([query, await run(query)]).toEqual([query, REFUSED])
    const changesNothing = [
      `delete from house.rule where domain in ('all.example', 'lyon.example', 'bellecour.example')`,
      `update house.rule set action = 'allow' where domain in ('all.example', 'lyon.example')`,
      `update house.site set name = 'x' where code = '69-0001'`,
      `update house.network set vlan = 1 where site = '69-0001'`,
      `delete from house.network where site = '69-0001'`,
      `update house.gateway set address = '10.1.1.1' where name = 'gw-69'`,
      `delete from house.gateway where name = 'gw-69'`,
      `update house.gateway_posture set enforced_at = null where gateway = 'gw-69'`,
      `delete from house.role_grant where subject in ('person:ada', 'person:eve')`,
      `update house.role_grant set until = '2099-01-01' where subject in ('person:ada', 'person:eve')`,
    ]
    for (const query of changesNothing) {
      const { count } = await asAdmin(portal, { actor: 'staff:bob', reach: PARIS }, (sql) =>
        sql.unsafe(query),
      )
      expect([query, count]).toEqual([query, 0])
    }
    const own = `insert into house.rule (action, domain, site) values ('allow', 'x.example', '75-0001')`
    expect(await run(own)).toBeNull()
  })

  test('leaves nothing behind on its connection', async () => {
    await using database = await twoAssociations()
    const portal = database.as('portal')
    const scope = { actor: 'staff:bob', reach: EVERYWHERE }
    const inTurn = Array.from({ length: 20 }, () => asAdmin(portal, scope, (sql) => sql`select 1`))
    await Promise.all(inTurn)
    const after = await Promise.all(
      inTurn.map(
        () => portal.sql`
          select current_user as who, nullif(current_setting('accueil.reach', true), '') as reach`,
      ),
    )
    for (const [row] of after) expect(row).toEqual({ who: 'accueil_portal', reach: null })
  })

  test('is the only one that rows are hidden from', async () => {
    await using database = await twoAssociations()
    for (const role of ['portal', 'radius', 'dns', 'operator'] as const) {
      const rows = await database.as(role).sql`select code from house.site`
      expect(rows).toHaveLength(3)
    }
  })
})

test('nobody is given both the reading of the log and the approval of packs', async () => {
  await using database = await twoAssociations()
  const give = (role: string): Promise<unknown> =>
    codeOf(
      database.sql`
        insert into house.role_grant (subject, role, made_by) values ('person:zoe', ${role}, 't')`,
    )
  expect(await give('log-reader')).toBeNull()
  expect(await give('log-approver')).toBe('23001')
  expect(await give('auditor')).toBeNull()
})
