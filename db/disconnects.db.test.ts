import { describe, expect, test } from 'vitest'
import { parseMac } from '#core/mac.ts'
import type { Mac } from '#core/mac.ts'
import { openTestDatabase } from '../test/support/database.ts'
import type { TestDatabase } from '../test/support/database.ts'
import { seedHouse, testSeal } from '../test/support/house.ts'
import { logEvents } from '../test/support/journal.ts'
import { session } from '../test/support/log-events.ts'
import {
  askDisconnect,
  disconnectsJob,
  endDisconnect,
  endUnreachable,
  gatewaysToAsk,
  loadDisconnects,
  takeDisconnects,
} from './disconnects.ts'
import type { Disconnect, DisconnectAsk, DisconnectTask } from './disconnects.ts'

const PHONE = macOf('02:00:00:00:00:01')
const LAPTOP = macOf('02:00:00:00:00:02')
const WHY = { site: null, actor: 'ana', reason: 'the account is disabled' }

function macOf(text: string): Mac {
  const mac = parseMac(text)
  if (mac === null) throw new Error(`${text} is no address`)
  return mac
}

/** As an administrator asks, who then is told what came of it. */
async function ask(
  database: TestDatabase,
  more: Partial<DisconnectAsk>,
): Promise<() => Promise<readonly Disconnect[]>> {
  const operator = database.as('operator')
  const request = await askDisconnect(operator, { mac: null, account: null, ...WHY, ...more })
  return () => loadDisconnects(operator, request)
}

function take(
  database: TestDatabase,
  process: string,
  own = ['gw-0042'],
  byAddress: string[] = [],
): Promise<readonly DisconnectTask[]> {
  return takeDisconnects(database.as('radius'), { process, own, byAddress })
}

async function seed(database: TestDatabase): Promise<void> {
  await seedHouse(database, testSeal)
  await database.sql`update house.gateway set coa_port = 3799`
  const at = { kind: 'start', at: new Date() } as const
  await logEvents(database, [
    session('1', { ...at, gateway: 'gw-0042', site: '75-0042', mac: PHONE, account: null }),
    session('2', { ...at, gateway: 'gw-0042', site: '75-0042', mac: LAPTOP, account: 'bob' }),
    session('3', { ...at, gateway: 'gw-gone', site: '13-0001', mac: LAPTOP, account: 'bob' }),
  ])
}

describe('a request to end sessions', () => {
  test('is one for each open session of the device or the account, and leaves a trace', async () => {
    await using database = await openTestDatabase()
    await seed(database)
    const phone = await ask(database, { mac: PHONE })
    const bob = await ask(database, { account: 'bob' })
    expect(await phone()).toMatchObject([
      { gateway: 'gw-0042', mac: PHONE, account: null, outcome: null },
    ])
    expect(await bob()).toMatchObject([
      { gateway: expect.any(String), mac: LAPTOP, account: 'bob' },
      { gateway: expect.any(String), mac: LAPTOP, account: 'bob' },
    ])
    expect(await (await ask(database, { account: 'bob', site: '75-0042' }))()).toHaveLength(1)
    expect(await (await ask(database, { mac: macOf('02:00:00:00:00:99') }))()).toEqual([])
    const trace = await database.sql`
      select actor, reason, details->>'user' as user, details->'requests' as requests
      from audit.entry where action = 'radius.disconnect' order by id`
    expect([...trace]).toEqual([
      { actor: 'ana', reason: WHY.reason, user: null, requests: 1 },
      { actor: 'ana', reason: WHY.reason, user: 'bob', requests: 2 },
      { actor: 'ana', reason: WHY.reason, user: 'bob', requests: 1 },
      { actor: 'ana', reason: WHY.reason, user: null, requests: 0 },
    ])
  })

  test('names a device or an account', async () => {
    await using database = await openTestDatabase()
    await seed(database)
    expect(await (await ask(database, { site: '75-0042' }))()).toEqual([])
  })

  test('of a gateway that cannot be asked is over at once', async () => {
    await using database = await openTestDatabase()
    await seed(database)
    const told = await ask(database, { account: 'bob', site: '13-0001' })
    expect(await told()).toMatchObject([{ outcome: 'no-way' }])
    expect(await gatewaysToAsk(database.as('radius'))).toEqual([])
  })

  test('is taken by one process, however many look at once', async () => {
    await using database = await openTestDatabase()
    await seed(database)
    await ask(database, { mac: PHONE })
    expect(await gatewaysToAsk(database.as('radius'))).toEqual(['gw-0042'])
    expect(await take(database, 'who does not reach it', [])).toEqual([])
    const taken = await Promise.all(['a', 'b', 'c'].map((name) => take(database, name)))
    expect(taken.flat()).toMatchObject([{ gateway: 'gw-0042', mac: PHONE, form: null }])
  })

  test('waits a moment for who holds the connection before it goes by address', async () => {
    await using database = await openTestDatabase()
    await seed(database)
    await ask(database, { mac: PHONE })
    // In one transaction, for which no time passes.
    await database.sql.begin(async (sql) => {
      await sql`update house.disconnect set asked_at = now() - interval '1 second'`
      const by = { process: 'a', own: [], byAddress: ['gw-0042'] }
      expect(await takeDisconnects({ sql: sql as never }, by)).toEqual([])
    })
    await database.sql`update house.disconnect set asked_at = asked_at - interval '3 seconds'`
    expect(await take(database, 'a', [], ['gw-0042'])).toHaveLength(1)
  })

  test('that nobody takes, or whose process fell, ends all the same', async () => {
    await using database = await openTestDatabase()
    await seed(database)
    const [phone, bob] = [
      await ask(database, { mac: PHONE }),
      await ask(database, { account: 'bob', site: '75-0042' }),
    ]
    await database.sql`
      update house.disconnect set taken_at = now() - interval '4 minutes'
      where mac = ${PHONE}`
    expect(await endUnreachable(database.as('radius'))).toBe(1)
    await database.sql`update house.disconnect set asked_at = now() - interval '21 seconds'`
    expect(await endUnreachable(database.as('radius'))).toBe(1)
    expect(await phone()).toMatchObject([{ outcome: 'no-answer' }])
    expect(await bob()).toMatchObject([{ outcome: 'unreachable' }])
    expect(await take(database, 'late')).toEqual([])
  })

  test('remembers the form that worked for the gateway', async () => {
    await using database = await openTestDatabase()
    await seed(database)
    for (const [form, before] of [
      ['session', null],
      ['user', 'session'],
      ['user', 'user'],
    ] as const) {
      const told = await ask(database, { mac: PHONE })
      const [task] = await take(database, 'a')
      expect(task?.form).toBe(before)
      if (task === undefined) return
      await endDisconnect(database.as('radius'), task, {
        outcome: 'disconnected',
        errorCause: null,
        form,
      })
      expect(await told()).toMatchObject([{ outcome: 'disconnected', form }])
    }
    await database.sql`delete from house.gateway`
    const [left] = await database.sql`select count(*)::int as forms from house.disconnect_form`
    expect(left).toEqual({ forms: 0 })
  })

  test('tells where somebody is only when its trace is there to stay', async () => {
    await using database = await openTestDatabase()
    await seed(database)
    const operator = database.as('operator')
    const looked = operator.sql.begin(async (sql) => {
      const request = await askDisconnect(
        { sql: sql as never },
        { ...WHY, mac: PHONE, account: null },
      )
      return loadDisconnects({ sql: sql as never }, request)
    })
    await expect(looked).rejects.toThrow(/outcomes are read after the transaction that asked/)
  })

  test('is forgotten after a month', async () => {
    await using database = await openTestDatabase()
    await seed(database)
    await ask(database, { mac: PHONE })
    expect(await disconnectsJob(database.as('jobs')).run()).toBe('removed 0 requests')
    await database.sql`update house.disconnect set asked_at = now() - interval '32 days'`
    expect(await disconnectsJob(database.as('jobs')).run()).toBe('removed 1 requests')
  })
})
