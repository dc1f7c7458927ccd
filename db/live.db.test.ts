import { expect, test, vi } from 'vitest'
import { silentLog } from '#core/log.ts'
import { parseMac } from '#core/mac.ts'
import { openTestDatabase } from '../test/support/database.ts'
import { seedHouse, testSeal } from '../test/support/house.ts'
import { recordAcceptance } from './acceptances.ts'
import { getOrCreateCertificate } from './certificates.ts'
import type { Database } from './connection.ts'
import { createGrantTable } from './grants.ts'
import { createLive } from './live.ts'
import { loadRules } from './rules.ts'

const MAC =
  parseMac('02-00-00-00-00-01') ??
  (() => {
    throw new Error('unreadable')
  })()

function liveRules(database: Database) {
  return createLive({
    database,
    log: silentLog,
    name: 'rules',
    channels: ['house'],
    initial: [],
    load: () => loadRules(database),
  })
}

/** Every connection but the caller's is cut, as when Postgres restarts. */
async function cutConnections(database: Database): Promise<void> {
  await database.sql`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()`
}

test('a value in memory follows the database, and again after the connection was cut', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database)
  const rules = liveRules(database)
  await rules.start()
  const add = (domain: string): Promise<unknown> =>
    database.sql`insert into house.rule (action, domain) values ('block', ${domain})`
  await add('one.example')
  await vi.waitFor(() => expect(rules.value).toHaveLength(1))
  await cutConnections(database)
  await add('two.example').catch(() => add('two.example'))
  await vi.waitFor(() => expect(rules.value).toHaveLength(2), { timeout: 20_000 })
  await rules.stop()
})

test('a grant is known at once, and its withdrawal too', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database)
  const grants = createGrantTable({ database, log: silentLog, clock: Date.now })
  await grants.start()
  expect(grants.until(MAC)).toBeNull()
  const { grantUntil, code } = await recordAcceptance(database, {
    mac: MAC,
    ip: null,
    publicSource: null,
    gateway: 'gw-0042',
    site: '75-0042',
    network: 'guest',
    termsVersion: '2026-01',
    language: 'fr',
    textSha256: 'ab',
    method: 'generic',
    grantSeconds: 60,
    at: new Date(),
  })
  expect(code).toMatch(/^[2-9A-HJKMNP-Z]{10}$/)
  expect(await grants.find(MAC)).toBe(grantUntil.getTime())
  await vi.waitFor(() => expect(grants.until(MAC)).toBe(grantUntil.getTime()))
  await database.sql`delete from guest.access`
  await vi.waitFor(() => expect(grants.until(MAC)).toBeNull())
  await grants.stop()
})

test('a certificate is made once, whoever asks first, and its key is sealed at rest', async () => {
  await using database = await openTestDatabase()
  let made = 0
  const make = () => {
    made += 1
    return Promise.resolve({ chainPem: `chain ${made}`, caPem: 'ca', keyPem: 'private key' })
  }
  const asked = await Promise.all(
    [1, 2, 3].map(() => getOrCreateCertificate(database, testSeal, 'eap', make)),
  )
  expect(made).toBe(1)
  expect(asked).toEqual(
    [1, 2, 3].map(() => ({ chainPem: 'chain 1', caPem: 'ca', keyPem: 'private key' })),
  )
  const [row] = await database.sql<{ key_pem: string }[]>`select key_pem from staff.certificate`
  expect(row?.key_pem).not.toContain('private')
})
