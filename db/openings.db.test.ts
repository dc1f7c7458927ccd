import { describe, expect, test } from 'vitest'
import { parseMac } from '#core/mac.ts'
import type { Mac } from '#core/mac.ts'
import { openTestDatabase } from '../test/support/database.ts'
import { foldJournal } from '../test/support/journal.ts'
import { seedHouse, testSeal } from '../test/support/house.ts'
import { recordAcceptance } from './acceptances.ts'
import { issueCredential, takeCredential } from './credentials.ts'
import { appendEvent } from './journal.ts'
import {
  clearOpenings,
  endOpenings,
  isOpened,
  leaveOpening,
  openingsJob,
  pendingOpenings,
} from './openings.ts'
import { recordReturn } from './returns.ts'
import { portalSessionKey } from './session-key.ts'

const MAC = parseMac('02:ac:c0:e1:00:01') as Mac
const OTHER = parseMac('02:ac:c0:e1:00:02') as Mac
const AT = new Date('2026-06-01T10:00:00Z')

describe('what waits for a gateway that polls', () => {
  test('is told to it in order, until it says that it is done, or begins anew', async () => {
    await using database = await openTestDatabase()
    const portal = database.as('portal')
    const ids: string[] = []
    for (const key of ['a', 'b', 'c'])
      ids.push(await leaveOpening(portal, { gateway: 'nds', key, line: `${key} 60` }))
    await leaveOpening(portal, { gateway: 'other', key: 'a', line: 'a 60' })
    const [first = ''] = ids
    expect(await isOpened(portal, first)).toBe(false)

    await endOpenings(portal, 'nds', ['a', 'never'])
    expect(await isOpened(portal, first)).toBe(true)
    const keys = async (gateway: string): Promise<readonly string[]> =>
      ((await pendingOpenings(portal)).get(gateway) ?? []).map(({ key }) => key)
    expect(await keys('nds')).toEqual(['b', 'c'])
    await database.sql`
      update guest.opening set made_at = now() - interval '20 seconds' where key = 'b'`
    await clearOpenings(portal, 'nds')
    // It has begun to send phones before it says that it began.
    expect(await keys('nds')).toEqual(['c'])
    expect(await keys('other')).toEqual(['a'])
    expect(await isOpened(portal, first)).toBe(true)
  })

  test('is not told when it is too late, and goes with the hour', async () => {
    await using database = await openTestDatabase()
    await leaveOpening(database.as('portal'), { gateway: 'nds', key: 'a', line: 'a 60' })
    await database.sql`update guest.opening set expires_at = now() - interval '1 second'`
    expect((await pendingOpenings(database.as('portal'))).size).toBe(0)
    const job = openingsJob(database.as('jobs'))
    expect(await job.run()).toBe('removed 1 openings, 0 devices that waited and 0 passwords')
  })
})

describe('a password for one use', () => {
  const at = { gateway: 'gw-0042', mac: MAC }
  const until = AT.getTime()

  test('is taken once, by the gateway and for the device that it was made for', async () => {
    await using database = await openTestDatabase()
    const { name, password } = await issueCredential(database.as('portal'), testSeal, {
      ...at,
      until,
    })
    const radius = database.as('radius')
    expect(password).toHaveLength(16)
    expect(await takeCredential(radius, testSeal, { ...at, name, gateway: 'gw-0043' })).toBeNull()
    expect(await takeCredential(radius, testSeal, { ...at, name, mac: OTHER })).toBeNull()
    expect(await takeCredential(radius, testSeal, { ...at, name })).toEqual({ password, until })
    expect(await takeCredential(radius, testSeal, { ...at, name })).toBeNull()
  })

  test('is good for two minutes, and lies in no table in clear', async () => {
    await using database = await openTestDatabase()
    const { name, password } = await issueCredential(database.as('portal'), testSeal, {
      ...at,
      until,
    })
    const [row] = await database.sql<{ password: string; seconds: number }[]>`
      select password, extract(epoch from expires_at - now())::float8 as seconds from guest.credential`
    expect(row?.password).not.toContain(password)
    expect(row?.seconds).toBeGreaterThan(60)
    expect(row?.seconds).toBeLessThanOrEqual(120)
    await database.sql`update guest.credential set expires_at = now() - interval '1 second'`
    expect(await takeCredential(database.as('radius'), testSeal, { ...at, name })).toBeNull()
  })
})

describe('a device that comes again', () => {
  const where = { gateway: 'gw-0042', site: '75-0042' }
  const device = { ...where, mac: MAC, ip: '192.168.77.9', publicSource: null }

  test('with a grant for the terms in force has another connection in the log, and one acceptance', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    const portal = database.as('portal')
    await recordAcceptance(portal, {
      ...device,
      network: 'guest',
      termsVersion: '2026-01',
      language: 'fr',
      textSha256: '0'.repeat(64),
      method: 'opennds',
      grantSeconds: 3600,
      at: AT,
    })
    const elsewhere = { ...device, gateway: 'gw-0043', at: new Date(AT.getTime() + 60_000) }
    const until = new Date(AT.getTime() + 3_600_000)
    const returned = await recordReturn(portal, { ...elsewhere, termsVersion: '2026-01' })
    expect(returned).toEqual({ grantUntil: until })
    expect(await recordReturn(portal, { ...elsewhere, termsVersion: '2026-02' })).toBeNull()
    const late = { ...elsewhere, at: until, termsVersion: '2026-01' }
    expect(await recordReturn(portal, late)).toBeNull()

    await foldJournal(database.as('jobs'))
    const rows = await database.sql<{ gateway: string }[]>`
      select gateway from log.connection where mac = ${MAC} order by started_at`
    expect(rows.map(({ gateway }) => gateway)).toEqual(['gw-0042', 'gw-0043'])
    expect(await database.sql`select from guest.acceptance`).toHaveLength(1)
  })

  test('has its connection ended where its gateway says that it put it out', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    const portal = database.as('portal')
    const acceptance = { ...device, network: 'guest', termsVersion: '2026-01', at: AT } as const
    const end = new Date(AT.getTime() + 600_000)
    await database.sql.begin(async (sql) => {
      const grantUntil = new Date(AT.getTime() + 3_600_000)
      await appendEvent(sql, { kind: 'acceptance', acceptance: { ...acceptance, grantUntil } })
    })
    await portal.sql.begin((sql) =>
      appendEvent(sql, {
        kind: 'record',
        record: {
          kind: 'stop',
          ...where,
          network: 'guest',
          sessionKey: portalSessionKey(where.gateway, MAC),
          mac: MAC,
          account: null,
          ipv4: null,
          ipv6: null,
          publicSource: null,
          at: end,
          nasAt: end,
          sessionSeconds: 600,
          octetsIn: 1n,
          octetsOut: 2n,
          counterBits: 64,
          cause: 'Session-Timeout',
        },
      }),
    )
    await foldJournal(database.as('jobs'))
    const rows = await database.sql`
      select started_at, stopped_at, stop_cause as cause from log.connection where mac = ${MAC}`
    expect(rows).toMatchObject([{ started_at: AT, stopped_at: end, cause: 'Session-Timeout' }])
  })
})
