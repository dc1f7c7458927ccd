import type postgres from 'postgres'
import { describe, expect, test } from 'vitest'
import { openTestDatabase } from '../test/support/database.ts'
import { seedHouse } from '../test/support/house.ts'
import { dayFromNow, fillDay, rowId } from '../test/support/sealed-log.ts'
import { applyGrants } from './apply-roles.ts'
import { grantObjects } from './grants-in-force.ts'
import { migrate } from './migrate.ts'
import { partitionName } from './partitions.ts'
import { DATABASE_ROLES, GRANTS, roleName } from './roles.ts'
import type { DatabaseRole } from './roles.ts'

const DAY = dayFromNow(-3)
const A_DAY = `log.${partitionName('connection_row', DAY)}`

const READ_THE_LOG = [
  'select content from log.journal',
  'select * from log.connection',
  'select * from log.connection_row',
  'select name from log.account',
  `select * from ${A_DAY}`,
  'select * from log.former_address',
  'select * from log.session',
  'select * from log.held',
  'select * from log.amendment',
  'select connection from log.held_alone',
  'select account from log.login',
]
const REWRITE_THE_LOG = [
  'delete from log.journal',
  `update log.journal set content = ''`,
  'update log.connection_row set account = 1',
  `update log.account set name = 'eve'`,
  `update ${A_DAY} set account = 1`,
  'delete from log.connection_row',
  'delete from log.former_address',
  'truncate log.connection_row',
  `drop table ${A_DAY}`,
  `alter table log.connection_row disable trigger note_update`,
  'delete from log.seal',
  `update log.amendment set after = null`,
  'delete from log.login',
  `update log.login set account = 'eve'`,
]
const TOUCH_THE_AUDIT = [
  `update audit.entry set actor = 'nobody'`,
  'delete from audit.entry',
  'truncate audit.entry',
  'select * from audit.entry',
  // A line comes at its own time, not at one that was chosen for it.
  `insert into audit.entry (at, actor, action, subject) values ('2020-01-01', 'a', 'b', 'c')`,
]
const LOOK_FOR_STAFF = [
  'select password_hash from staff.account',
  'select username from staff.account',
  'select key_pem from staff.certificate',
]
const LOOK_FOR_GUESTS = ['select * from guest.acceptance', 'select * from guest.access']
const SEARCH = [
  `select log.open_search('a', 'b', '{}')`,
  `select log.open_search_by_token('', 'b', '{}')`,
  `select log.search_page_by_token('', 1, null, null, 1)`,
  'select * from log.search_page(1, null, null, 10)',
  `select log.open_login_search('a', 'b', '{}')`,
  'select * from log.login_page(1, null, null, 10)',
  'select * from log.gateways_heard(1, 10)',
  'select sha256 from house.api_token',
  `select house.create_api_token('a', '', 'b', '{c}', null, null, 'd')`,
  `select house.revoke_api_token('a', 'b')`,
]
const BECOME_MORE = [
  'create table log.mine (a int)',
  'create function log.id_tail(a text) returns int language sql as $$ select 1 $$',
  `alter role ${roleName('dns')} login`,
]

/** What each role is tried on, beside the deeds that nobody but the owner may do. */
const FORBIDDEN: Readonly<Record<DatabaseRole, readonly string[]>> = {
  inventory: [
    ...READ_THE_LOG,
    ...REWRITE_THE_LOG,
    ...SEARCH,
    ...BECOME_MORE,
    'select password_hash from staff.account',
    'select passphrase from staff.device_key',
    'select content from house.list',
    `insert into house.rule (action, domain) values ('allow', 'bad.example')`,
    `insert into house.role_grant (subject, role, made_by) values ('person:x', 'auditor', 'x')`,
    `update house.inventory set token = ''`,
    'select * from guest.access',
  ],
  portal: [
    ...LOOK_FOR_STAFF,
    ...READ_THE_LOG,
    ...REWRITE_THE_LOG,
    ...SEARCH,
    ...BECOME_MORE,
    'select code from guest.acceptance',
    `update guest.acceptance set terms_version = 'other'`,
    'delete from guest.acceptance',
    'delete from guest.access',
    `update house.terms_text set markdown = ''`,
    'select content from house.list',
  ],
  radius: [
    ...READ_THE_LOG,
    ...REWRITE_THE_LOG,
    ...SEARCH,
    ...BECOME_MORE,
    'select * from guest.acceptance',
    `update guest.access set until = 'infinity'`,
    `update staff.account set password_hash = ''`,
    `update house.gateway set secret = ''`,
    'select asked_by from house.disconnect',
    `insert into house.disconnect (request, asked_by, reason, gateway, account)
       values (gen_random_uuid(), 'a', 'b', 'gw-0042', 'bob')`,
    `select house.ask_disconnect(gen_random_uuid(), null, 'bob', null, 'a', 'b')`,
    'select content from log.quarantine',
    'delete from log.quarantine',
  ],
  dns: [
    ...LOOK_FOR_STAFF,
    ...LOOK_FOR_GUESTS,
    ...READ_THE_LOG,
    ...REWRITE_THE_LOG,
    ...SEARCH,
    ...BECOME_MORE,
    'select secret from house.gateway',
    'select name from house.organisation',
    `insert into house.rule (action, domain) values ('allow', 'bad.example')`,
    'delete from house.list',
    'select count(*) from log.quarantine',
  ],
  jobs: [
    ...LOOK_FOR_STAFF,
    'select code from guest.acceptance',
    ...SEARCH,
    `update guest.access set until = 'infinity'`,
    'select secret from house.gateway',
    `update log.seal_published set target = ''`,
    'update log.sealing_key set public_pem = private_pem',
    `update log.hold set until = '2020-01-01'`,
    `grant select on audit.entry to ${roleName('jobs')}`,
  ],
  operator: [
    'select key_pem from staff.certificate',
    `update staff.account set password_hash = ''`,
    ...LOOK_FOR_GUESTS,
    ...READ_THE_LOG.filter((deed) => !deed.includes('held_alone')),
    ...REWRITE_THE_LOG,
    ...BECOME_MORE,
    'select before from log.amendment',
    `update log.export_request set requested_by = 'someone else'`,
    `update log.hold set until = '2020-01-01'`,
    'select gateway from house.disconnect',
    'delete from log.hold_row',
    'insert into log.hold_row select 1, day, id from log.connection',
    'select secret from house.gateway',
    'select content from log.quarantine',
  ],
  admin: [
    ...LOOK_FOR_STAFF,
    ...LOOK_FOR_GUESTS,
    ...READ_THE_LOG,
    ...REWRITE_THE_LOG,
    ...SEARCH,
    ...BECOME_MORE,
    'select secret from house.gateway',
    'select fas_key from house.gateway',
    `update house.gateway set secret = ''`,
    `update house.gateway set fas_level = 1 where fas_key = ''`,
    'select settings from house.gateway_settings',
    'delete from house.gateway_settings',
    'select content from house.list',
    `update audit.anchor set hash = hash`,
    'select audit.link_new_lines(1)',
  ],
}

describe('the table of grants', () => {
  test('decides about everything that there is in our schemas, and about nothing else', async () => {
    await using database = await openTestDatabase()
    const there = (await grantObjects(database.sql)).map(({ name }) => name)
    const days = /^log\.(connection_row|former_address)_\d{4}_\d{2}_\d{2}$/
    expect(there.filter((name) => !days.test(name)).toSorted()).toEqual(
      Object.keys(GRANTS).toSorted(),
    )
  })

  test('is put in force again where somebody granted more or took away', async () => {
    await using database = await openTestDatabase()
    const { sql } = database
    await sql`grant select on log.connection_row to public`
    await sql`grant select (secret) on house.gateway to ${sql(roleName('dns'))}`
    await sql`revoke select (mac) on guest.acceptance from ${sql(roleName('portal'))}`
    await sql`grant execute on function log.search_page to public`
    await sql.unsafe(`alter table ${A_DAY} owner to current_user`)
    await migrate(database, Date.now())
    const dns = database.as('dns')
    expect(await codeOf(dns.sql, 'select * from log.connection_row')).toBe('42501')
    expect(await codeOf(dns.sql, 'select secret from house.gateway')).toBe('42501')
    expect(await codeOf(database.as('portal').sql, 'select mac from guest.acceptance')).toBeNull()
    expect(
      await codeOf(database.as('jobs').sql, 'select * from log.search_page(1, null, null, 1)'),
    ).toBe('42501')
    expect(await codeOf(database.as('jobs').sql, `select * from ${A_DAY}`)).toBeNull()
  })

  test('is put in force by any number of processes at once', async () => {
    await using database = await openTestDatabase()
    const { sql } = database
    await sql`revoke all on house.site, house.network, log.hold from ${sql(roleName('operator'))}`
    await Promise.all([1, 2, 3, 4].map(() => applyGrants(database)))
    const operator = database.as('operator')
    expect(await codeOf(operator.sql, 'select * from house.network')).toBeNull()
  })

  test('leaves alone what was granted to roles that are not ours', async () => {
    await using database = await openTestDatabase()
    await database.sql`grant usage on schema house to pg_monitor`
    await database.sql`grant select on house.job to pg_monitor`
    await applyGrants(database)
    const [row] = await database.sql`
      select has_table_privilege('pg_monitor', 'house.job', 'select') as kept`
    expect(row).toEqual({ kept: true })
  })
})

test('a function with the rights of the owner does not look for names where its caller can make some', async () => {
  await using database = await openTestDatabase()
  const functions = await database.sql<{ name: string; path: string | null }[]>`
    select p.oid::regprocedure::text as name,
           (select c from unnest(proconfig) c where c like 'search_path=%') as path
    from pg_proc p join pg_namespace n on n.oid = p.pronamespace
    where n.nspname in ('house', 'staff', 'guest', 'log', 'audit')
      and (p.prosecdef or p.proconfig::text like '%search_path%')`
  expect(functions.length).toBeGreaterThan(4)
  for (const found of functions) {
    expect(found).toMatchObject({ path: 'search_path=pg_catalog, pg_temp' })
  }
  await fillDay(database, DAY, 3)
  const mine = await database.as('operator').sql.reserve()
  await mine.unsafe(`
    create function pg_temp.steal() returns boolean language plpgsql as $$
      begin raise exception 'as %', current_user; end $$;
    create domain pg_temp.jsonb as pg_catalog.jsonb check (pg_temp.steal());
    create domain pg_temp.timestamptz as pg_catalog.timestamptz check (pg_temp.steal());`)
  const [opened] = await mine`
    select log.open_search('eve', 'none', '{"site":"75-0042"}'::pg_catalog.jsonb) as search`
  const page = mine`select id from log.search_page(${opened?.['search']}, null, null, 10)`
  await expect(page).resolves.toHaveLength(3)
  mine.release()
})

test('a search cannot be read and rolled back, its line in the audit with it', async () => {
  await using database = await openTestDatabase()
  await fillDay(database, DAY, 3)
  const { sql } = database.as('operator')
  const open = async (sql: postgres.ISql): Promise<string> => {
    const [opened] = await sql<{ search: string }[]>`
      select log.open_search('eve', 'none', '{"site":"75-0042"}') as search`
    return opened?.search ?? ''
  }
  const read = (sql: postgres.ISql, search: string): Promise<readonly unknown[]> =>
    sql`select id from log.search_page(${search}, null, null, 10)`
  await expect(sql.begin(async (sql) => read(sql, await open(sql)))).rejects.toMatchObject({
    code: '25000',
  })
  const inSavepoint = sql.begin(async (sql) => read(sql, await sql.savepoint(open)))
  await expect(inSavepoint).rejects.toMatchObject({ code: '25000' })
  expect(await read(sql, await open(sql))).toHaveLength(3)
})

describe('a role is refused, and nothing comes of it,', () => {
  test.each(DATABASE_ROLES)('%s', async (role) => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    await fillDay(database, DAY, 3)
    const { sql } = database.as(role)
    const outcomes: Record<string, string | null> = {}
    const deeds = [...FORBIDDEN[role], ...TOUCH_THE_AUDIT]
    for (const deed of deeds) outcomes[deed] = await codeOf(sql, deed)
    expect(outcomes).toEqual(Object.fromEntries(deeds.map((deed) => [deed, '42501'])))
    const [row] = await database.sql`
      select count(*)::int as rows from log.connection where id = ${rowId(DAY, 1)} and account is null`
    expect(row).toEqual({ rows: 1 })
  })
})

/** The SQLSTATE with which the deed was refused; null when it was done. */
async function codeOf(
  sql: Awaited<ReturnType<typeof openTestDatabase>>['sql'],
  deed: string,
): Promise<string | null> {
  try {
    await sql.unsafe(deed)
    return null
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown)
  }
}
