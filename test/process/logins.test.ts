import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDatabase } from '#db/connection.ts'
import type { Database } from '#db/connection.ts'
import { EMBEDDED_USER, startEmbedded } from '#db/embedded.ts'
import type { EmbeddedPostgres } from '#db/embedded.ts'
import { migrate } from '#db/migrate.ts'
import { DATABASE_ROLES, roleName } from '#db/roles.ts'
import type { DatabaseRole } from '#db/roles.ts'
import { accueilAt } from '../../command/testing/run-at.ts'
import { CONTRACT_FILES, temporaryFolder } from '../support/folder.ts'
import { createProduct } from '../support/peers/product.ts'
import type { Product } from '../support/peers/product.ts'
import { createRunFolder } from '../support/peers/run-folder.ts'
import { withDatabase } from '../support/template.ts'

/** A Postgres as an organisation has one: its owner is no superuser, each process has a login of its own. */
const folder = createRunFolder()
let server: EmbeddedPostgres
let admin: Database

beforeAll(async () => {
  server = await startEmbedded({ dataDir: folder.fresh('cluster'), fsync: false })
  admin = openDatabase(server.url, { applicationName: 'test', max: 1 })
  for (const statement of [
    'create role house_owner login createrole',
    'create database house owner house_owner',
    'create role plain_owner login',
    'create database plain owner plain_owner',
  ]) {
    await admin.sql.unsafe(statement)
  }
})

afterAll(async () => {
  await admin.close()
  await server.release()
  folder.remove()
})

function urlOf(login: string, database = 'house'): string {
  const url = new URL(withDatabase(server.url, database))
  url.username = login
  return url.href
}

function productOf(login: string, roles?: readonly string[]): Promise<Product> {
  return createProduct(folder, {
    upstream: '127.0.0.1:9',
    env: { DATABASE_URL: urlOf(login), ACCUEIL_MASTER_KEY: '07'.repeat(32) },
    ...(roles === undefined ? {} : { roles }),
  })
}

async function makeLogin(role: DatabaseRole): Promise<string> {
  const login = `one_${role}`
  await admin.sql.unsafe(`
    do $$ begin
      create role ${login} login in role ${roleName(role)};
    exception when duplicate_object then null; end $$`)
  return login
}

test('databases of one cluster, migrated for the first time at the same moment, do not meet', async () => {
  const names = ['a', 'b', 'a', 'b', 'a']
  for (const name of new Set(names)) await admin.sql.unsafe(`create database ${name}`)
  const pools = names.map((name) =>
    openDatabase(urlOf(EMBEDDED_USER, name), { applicationName: 'test' }),
  )
  await Promise.all(pools.map((database) => migrate(database, Date.now())))
  await Promise.all(pools.map((database) => database.close()))
  for (const name of new Set(names)) await admin.sql.unsafe(`drop database ${name}`)
  await admin.sql.unsafe(`drop role ${DATABASE_ROLES.map(roleName).join(', ')}`)
})

describe('a database whose owner is no superuser', () => {
  test('is brought to this version when the owner may make roles', async () => {
    const without = await accueilAt(urlOf('plain_owner', 'plain'), 'migrate')
    expect(without).toMatchObject({ code: 1 })
    expect(without.stderr).toContain('may not make the roles')
    expect(without.stderr).toContain('create role accueil_portal nologin;')

    expect(await accueilAt(urlOf('house_owner'), 'migrate')).toMatchObject({ code: 0 })
    expect(await accueilAt(urlOf('house_owner'), 'migrate')).toMatchObject({ code: 0 })
  })

  test('else when a superuser has run what it says', async () => {
    const plain = urlOf('plain_owner', 'plain')
    const refused = await accueilAt(plain, 'migrate')
    const [, statements = ''] = /run, once: (.*;)/.exec(refused.stderr) ?? []
    expect(statements).toBe(
      'grant accueil_portal, accueil_radius, accueil_dns, accueil_jobs, accueil_operator, accueil_admin, accueil_inventory to plain_owner;',
    )
    await admin.sql.unsafe(statements)
    expect(await accueilAt(plain, 'migrate')).toMatchObject({ code: 0 })
    expect((await accueilAt(plain, 'logs', 'seal')).stdout).toContain('5 days sealed')
  })

  test('runs all of it under the owner too, whom doctor advises to give each process less', async () => {
    using declared = temporaryFolder(CONTRACT_FILES)
    const url = urlOf('house_owner')
    const applied = await accueilAt(url, 'apply', declared.file('house.yaml'))
    expect(applied).toMatchObject({ code: 0 })
    const of = ['--owner', 'bob', '--kind', 'till', '--ssid', 'Things', '--site', '75-0042']
    const made = await accueilAt(url, 'device-keys', 'create', 'till-1', ...of)
    expect(made).toMatchObject({ code: 0 })
    const [, passphrase = 'none was shown'] = /^ {2}(\S{19})$/m.exec(made.stdout) ?? []
    const { stdout } = await accueilAt(url, 'device-keys', 'list', '--site', '75-0042')
    expect(stdout).toBe('till-1  till  bob  75-0042  "Things"  0 of 1  created\n')
    await using owner = await productOf('house_owner')
    await owner.start()
    expect(owner.running().output()).not.toContain(passphrase)
    expect((await owner.command('doctor')).stdout).toMatch(/note .*"house_owner" owns the database/)
    expect(await owner.stop()).toEqual({ code: 0, signal: null })
  })
})

describe('a process with a login of its own', () => {
  test.each(['portal', 'radius', 'dns', 'jobs'] as const)('serves as %s', async (role) => {
    await using product = await productOf(await makeLogin(role), [role])
    await product.start()
    // Without a compiler it says that it does without our native modules.
    const lines = product.running().output().split('\n')
    const others = lines.filter((line) => !/"(udp\.layer|radius\.eap-layer)"/.test(line))
    expect(others.join('\n')).not.toMatch(/"level":"(warn|error)"/)
    const { stdout } = await product.command('doctor')
    expect(stdout).toContain('well   rights of the database login')
    // The upstream, which answers nobody here.
    expect(stdout).toContain('\n1 to mend.')
    expect(await product.stop()).toEqual({ code: 0, signal: null })
  })

  test('gains nothing by leaving its role', async () => {
    const database = openDatabase(urlOf(await makeLogin('portal')), {
      applicationName: 'test',
      max: 1,
      role: 'portal',
    })
    const { sql } = database
    expect((await sql`select name from house.site`).length).toBe(1)
    for (const leave of ['reset role', 'set role none', 'reset session authorization']) {
      await sql.unsafe(leave)
      await expect(sql`select * from staff.account`).rejects.toMatchObject({ code: '42501' })
    }
    await expect(sql`set role ${sql(roleName('radius'))}`).rejects.toMatchObject({ code: '42501' })
    await database.close()
  })

  test('is told what it may not do, and who may', async () => {
    const portal = await makeLogin('portal')
    const started = await (await productOf(portal)).command('start', 'radius')
    expect(started).toMatchObject({ code: 1 })
    expect(started.stderr).toContain('may not act as accueil_radius')
    expect(started.stderr).not.toMatch(/^\s+at /m)
    using declared = temporaryFolder(CONTRACT_FILES)
    const said = async (...args: readonly string[]): Promise<string> => {
      const done = await accueilAt(urlOf(portal), ...args)
      expect(done.code).toBe(1)
      expect(done.stderr).not.toMatch(/^\s+at /m)
      return done.stderr
    }
    expect(await said('logs', 'search', '--user', 'bob', '--reason', 'x')).toContain(
      'may not act as accueil_operator',
    )
    expect(await said('migrate')).toContain('"one_portal" does not own this database')
    expect(await said('apply', declared.file('house.yaml'))).toContain('does not own the database')
    expect(await said('device-keys', 'list')).toContain('does not own the database')
    const search = ['logs', 'search', '--user', 'bob', '--reason', 'test', '--json']
    const found = await accueilAt(urlOf(await makeLogin('operator')), ...search)
    expect(found).toEqual({ code: 0, stdout: '', stderr: '' })
  })

  test('does not start before the owner has brought the database to this version', async () => {
    const house = openDatabase(urlOf('house_owner'), { applicationName: 'test', max: 1 })
    await house.sql`create table public.kept as select * from public.kysely_migration`
    await house.sql`
      delete from public.kysely_migration
      where name = (select max(name) from public.kysely_migration)`
    const product = await productOf(await makeLogin('dns'), ['dns'])
    const refused = await product.command('start', 'dns')
    await house.sql`
      insert into public.kysely_migration table public.kept on conflict do nothing`
    await house.close()
    expect(refused.code).toBe(1)
    expect(refused.stderr).toContain('run: npx accueil migrate, as the login that owns it')
  })
})
