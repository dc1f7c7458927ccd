import { expect, test } from 'vitest'
import { silentLog } from '#core/log.ts'
import { parseMac } from '#core/mac.ts'
import { openTestDatabase } from '../test/support/database.ts'
import { temporaryFolder } from '../test/support/folder.ts'
import { seedHouse, testSeal } from '../test/support/house.ts'
import { startRelay } from '../test/support/postgres-relay.ts'
import { recordAcceptance } from './acceptances.ts'
import { getOrCreateCertificate } from './certificates.ts'
import { openDatabase } from './connection.ts'
import type { Database } from './connection.ts'
import { createGrantTable } from './grants.ts'
import { createLive } from './live.ts'
import type { LiveOptions } from './live.ts'
import { loadRules } from './rules.ts'
import type { Rule } from './rules.ts'
import { createSnapshot } from './snapshot.ts'
import type { SnapshotFormat } from './snapshot.ts'
import { soon } from '../test/support/soon.ts'

const MAC =
  parseMac('02-00-00-00-00-01') ??
  (() => {
    throw new Error('unreadable')
  })()

const RULES_FORMAT: SnapshotFormat<readonly Rule[]> = {
  number: 1,
  fromBefore: () => {
    throw new Error('there is none before')
  },
}

function liveRules(database: Database, more: Partial<LiveOptions<readonly Rule[]>> = {}) {
  return createLive<readonly Rule[]>({
    database,
    log: silentLog,
    name: 'rules',
    channels: ['house'],
    initial: [],
    load: () => loadRules(database),
    ...more,
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
  await soon(() => expect(rules.value).toHaveLength(1))
  await cutConnections(database)
  await add('two.example').catch(() => add('two.example'))
  await soon(() => expect(rules.value).toHaveLength(2))
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
  await soon(() => expect(grants.until(MAC)).toBe(grantUntil.getTime()))
  await database.sql`delete from guest.access`
  await soon(() => expect(grants.until(MAC)).toBeNull())
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

test('where the database is away at the start, begins with what it last saw, and follows when it is back', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database)
  using folder = temporaryFolder()
  const snapshotOf = () => createSnapshot(folder.file('rules'), RULES_FORMAT)
  const add = (domain: string): Promise<unknown> =>
    database.sql`insert into house.rule (action, domain) values ('block', ${domain})`
  await add('one.example')
  const before = liveRules(database, { snapshot: snapshotOf() })
  await before.start()
  await soon(() =>
    expect(snapshotOf().read()).toMatchObject({ value: [{ domain: 'one.example' }] }),
  )
  await before.stop()

  await using relay = await startRelay(database.url)
  const away = openDatabase(relay.url, { applicationName: 'test away' })
  await expect(liveRules(away, {}).start()).rejects.toThrow('rules could not be loaded')
  const none = createSnapshot(folder.file('none'), RULES_FORMAT)
  await expect(liveRules(away, { snapshot: none }).start()).rejects.toThrow('none is not there')
  const rules = liveRules(away, { snapshot: snapshotOf(), retryMs: 50 })
  await rules.start()
  expect(rules.loaded).toBe(true)
  expect(rules.value).toMatchObject([{ domain: 'one.example' }])

  await add('two.example')
  await relay.open()
  await soon(() => expect(rules.value).toHaveLength(2))
  // By notification: the poll would come in half a minute.
  await add('three.example')
  await soon(() => expect(rules.value).toHaveLength(3))
  await rules.stop()
  await away.close()
})

test('where the database is there and silent, begins with what it last saw, and keeps what comes at last', async () => {
  await using database = await openTestDatabase()
  await seedHouse(database)
  using folder = temporaryFolder()
  const snapshot = createSnapshot(folder.file('rules'), RULES_FORMAT)
  const rule = (domain: string): Rule => ({
    ...{ action: 'block', domain, network: null, site: null, association: null },
    ...{ until: null, note: null },
  })
  await snapshot.write([rule('kept.example')])
  const slow = Promise.withResolvers<readonly Rule[]>()
  const rules = liveRules(database, { snapshot, patienceMs: 50, load: () => slow.promise })
  await rules.start()
  expect(rules.value).toMatchObject([{ domain: 'kept.example' }])
  slow.resolve([rule('fresh.example')])
  await soon(() => expect(rules.value).toMatchObject([{ domain: 'fresh.example' }]))
  await rules.stop()
})

test('what is announced while the load after another runs is loaded too', async () => {
  await using database = await openTestDatabase()
  const loads: PromiseWithResolvers<number>[] = []
  const live = createLive({
    ...{ database, log: silentLog, name: 'a number', channels: [], initial: 0 },
    load: () => {
      const one = Promise.withResolvers<number>()
      loads.push(one)
      return one.promise
    },
  })
  const begun = (count: number) => soon(() => expect(loads.length).toBe(count))
  const started = live.start()
  await begun(1)
  const second = live.refresh()
  loads[0]?.resolve(1)
  await started
  await begun(2)
  const third = live.refresh()
  loads[1]?.resolve(2)
  await second
  await begun(3)
  loads[2]?.resolve(3)
  await third
  expect(live.value).toBe(3)
  await live.stop()
})

test('what has not changed since it was loaded is not loaded again, unless it could not be kept', async () => {
  await using database = await openTestDatabase()
  let mark = 'a'
  let loads = 0
  const kept = Promise.withResolvers<void>()
  const live = createLive({
    ...{ database, log: silentLog, name: 'a number', channels: [], initial: 0 },
    mark: () => Promise.resolve(mark),
    load: () => Promise.resolve((loads += 1)),
    snapshot: {
      read: () => ({ ok: false, reason: 'none' }),
      write: (value: number) => (value === 2 ? kept.promise : Promise.resolve()),
    },
  })
  await live.start()
  await live.refresh()
  expect(live.value).toBe(1)
  mark = 'b'
  await live.refresh()
  await live.refresh()
  expect(live.value).toBe(2)
  kept.reject(new Error('the disk is full'))
  await soon(async () => {
    await live.refresh()
    expect(live.value).toBe(3)
  })
  await live.refresh()
  expect(live.value).toBe(3)
  await live.stop()
})
