import { describe, expect, test } from 'vitest'
import { openTestDatabase } from '../test/support/database.ts'
import type { TestDatabase } from '../test/support/database.ts'
import { seedHouse } from '../test/support/house.ts'
import { behindTheTrigger, dayFromNow, fillDay, sealNow } from '../test/support/sealed-log.ts'
import { asAdmin } from './admin/as-admin.ts'
import { linkAuditLines } from './audit-chain.ts'
import { writeAudit } from './audit.ts'
import { chainCheckJob } from './chain-check-job.ts'
import type { Database } from './connection.ts'
import { approveExport } from './export/export-requests.ts'
import { tellForgedLinks } from './forged-links.ts'
import { savePostures } from './gateway-postures.ts'
import type { Sighting } from './gateway-postures.ts'
import { saveLogins } from './login-traces.ts'
import type { LoginRow } from './login-traces.ts'
import { openSession } from './staff-sessions.ts'
import type { NewSession } from './staff-sessions.ts'

async function alerts({ sql }: Pick<Database, 'sql'>): Promise<readonly string[]> {
  const rows = await sql<{ line: string }[]>`
    select concat_ws(' | ', kind, count, association, site, gateway, account, actor, subject) as line
    from house.alert order by id`
  return rows.map(({ line }) => line)
}

/** Open at any hour but this one and the next, or at this one only. */
async function open(database: Database, when: 'now' | 'not now', site: string | null) {
  const local = new Date(new Date().toLocaleString('en-US', { timeZone: 'Europe/Paris' }))
  const minute = ((local.getDay() + 6) % 7) * 1440 + local.getHours() * 60 + local.getMinutes()
  const range = `[${Math.max(0, minute - 60)},${Math.min(10_080, minute + 60)})`
  await database.sql`
    insert into house.opening (site, hours, minutes, timezone)
    select ${site}, '{x}',
      case when ${when === 'now'} then r else '{[0,10080)}'::int4multirange - r end, 'Europe/Paris'
    from (select ${`{${range}}`}::text::int4multirange as r) x`
}

async function openHouse(): Promise<TestDatabase> {
  const database = await openTestDatabase()
  await seedHouse(database)
  return database
}

const session = (how: 'oidc' | 'local'): NewSession => ({
  person: {
    ...{ issuer: 'https://sso.example', subject: 'h-1', account: 'helene', name: 'Hélène' },
    ...{ mail: null, groups: [], how, secondFactor: false },
  },
  browser: 'Firefox',
  at: new Date(),
  provider: how === 'oidc' ? { name: 'sso', session: null, idToken: null } : null,
  replaces: null,
})

const login = (row: Partial<LoginRow>): LoginRow => ({
  ...{ firstAt: Date.now(), lastAt: Date.now(), count: 1, site: '75-0042', gateway: 'gw-0042' },
  ...{ network: 'staff', mac: null, account: 'bob', nameWithheld: false, outcome: 'accept' },
  ...{ reason: null, method: 'eap-tls', inner: null, tlsVersion: null, cipher: null },
  ...{ tlsAlert: null, resumed: false, serial: null, rounds: null, answerer: null },
  ...{ directory: null, answeredMs: null, rule: null, vlan: null, sessionSeconds: null },
  ...row,
})

describe('a sign-in outside opening hours', () => {
  test('to the pages raises an alert with its session, and none where nobody said when it is open', async () => {
    await using database = await openHouse()
    const portal = database.as('portal')
    await openSession(portal, session('oidc'))
    expect(await alerts(database)).toEqual([])
    await open(database, 'not now', null)
    await openSession(portal, session('oidc'))
    await openSession(portal, session('oidc'))
    expect(await alerts(database)).toEqual(['sign-in-outside-hours | 2 | staff:helene'])
  })

  test('is none at an hour that is open', async () => {
    await using database = await openHouse()
    await open(database, 'now', null)
    await openSession(database.as('portal'), session('oidc'))
    expect(await alerts(database)).toEqual([])
  })

  test('by 802.1X is by the hours and the clock of the place, else of all places', async () => {
    await using database = await openHouse()
    const radius = database.as('radius')
    await open(database, 'not now', null)
    await saveLogins(radius, [
      login({ count: 3 }),
      login({ count: 2 }),
      login({ account: 'guest', network: 'guest' }),
      login({ account: null }),
      login({ account: 'eve', outcome: 'reject', reason: 'refused-by-policy' }),
    ])
    expect(await alerts(database)).toEqual([
      'sign-in-outside-hours | 5 | 75 | 75-0042 | gw-0042 | bob',
    ])
    await open(database, 'now', '75-0042')
    await saveLogins(radius, [login({ account: 'carol' })])
    expect(await alerts(database)).toHaveLength(1)
    // Twelve hours on the other side of the earth.
    await database.sql`update house.site set timezone = 'Pacific/Auckland'`
    await saveLogins(radius, [login({ account: 'carol' })])
    expect((await alerts(database))[1]).toContain('carol')
  })

  test('a clock that Postgres does not know costs no trace', async () => {
    await using database = await openHouse()
    await open(database, 'not now', null)
    await database.sql`update house.site set timezone = 'Mars/Olympus'`
    await saveLogins(database.as('radius'), [login({})])
    const [row] = await database.sql<{ n: number }[]>`select count(*)::int as n from log.login`
    expect([row?.n, await alerts(database)]).toEqual([1, []])
  })
})

describe('an alert', () => {
  test('is one of an hour with a number, however often it happens', async () => {
    await using database = await openHouse()
    const portal = database.as('portal')
    for (let i = 0; i < 5; i += 1) await openSession(portal, session('local'))
    expect(await alerts(database)).toEqual(['break-glass | 5 | account:helene'])
    await database.sql`
      update house.alert set first_at = now() - interval '61 minutes', last_at = now() - interval '61 minutes'`
    await openSession(portal, session('local'))
    expect(await alerts(database)).toHaveLength(2)
  })

  test('of a kind is told a hundred times an hour; what is more is one line with a number', async () => {
    await using database = await openHouse()
    await open(database, 'not now', null)
    const many = Array.from({ length: 140 }, (_, i) => login({ account: `user-${i}` }))
    await saveLogins(database.as('radius'), many)
    const told = await alerts(database)
    expect(told).toHaveLength(101)
    expect(told.at(-1)).toBe('sign-in-outside-hours | 40')
  })

  test('is gone with what it tells of, when that is undone', async () => {
    await using database = await openHouse()
    const undone = database.kysely.transaction().execute(async (kysely) => {
      const line = { action: 'logs.export', subject: 'PV-1', reason: null, details: {} } as const
      await writeAudit(kysely, { actor: 'cli:ada', ...line })
      throw new Error('undone')
    })
    await expect(undone).rejects.toThrow('undone')
    expect(await alerts(database)).toEqual([])
  })

  test('is written by no part, and changed by none', async () => {
    await using database = await openHouse()
    await openSession(database.as('portal'), session('local'))
    for (const role of ['portal', 'radius', 'dns', 'operator', 'admin'] as const) {
      const { sql } = database.as(role)
      for (const deed of [
        `insert into house.alert (kind, key, count) values ('break-glass', 'x', 1)`,
        `update house.alert set count = 9`,
        'delete from house.alert',
      ]) {
        await expect(sql.unsafe(deed), `${role}: ${deed}`).rejects.toThrow('permission denied')
      }
    }
  })

  test('of a place is seen by its association, of the house by who sees everything', async () => {
    await using database = await openHouse()
    await open(database, 'not now', null)
    await openSession(database.as('portal'), session('local'))
    await saveLogins(database.as('radius'), [login({})])
    const seen = (associations: readonly string[], everywhere = false) =>
      asAdmin(
        database.as('portal'),
        { actor: 'staff:x', reach: { everywhere, associations, sites: [] } },
        async (sql) => (await sql`select kind from house.alert`).length,
      )
    expect([await seen(['75']), await seen(['69']), await seen([], true)]).toEqual([1, 0, 3])
  })
})

describe('the security desk is told of', () => {
  test('a role that is given or made wider, and not of one that is taken away', async () => {
    await using database = await openHouse()
    const { sql } = database
    await sql`
      insert into house.role_grant (subject, role, made_by, until)
      values ('person:paul', 'national-admin', 'cli:ada', '2026-12-31')`
    expect(await alerts(database)).toEqual([
      'role-granted | 1 | cli:ada | person:paul, national-admin',
    ])
    await sql`update house.role_grant set made_at = now()`
    expect(await alerts(database)).toHaveLength(1)
    await sql`update house.role_grant set until = null`
    await sql`insert into house.role_grant (subject, role, made_by) values ('person:zoe', 'national-admin', 'cli:ada')`
    await sql`delete from house.role_grant where subject = 'person:paul'`
    expect(await alerts(database)).toEqual([
      'role-granted | 2 | cli:ada | person:paul, national-admin',
      'role-granted | 1 | cli:ada | person:zoe, national-admin',
    ])
  })

  test('a pack of the log that is approved, and one that is written', async () => {
    await using database = await openHouse()
    const operator = database.as('operator')
    await database.sql`
      insert into log.export_request (code, case_ref, reason, criteria, requested_by)
      values ('ABC', 'PV-12', 'because', '{}', 'cli:ada')`
    await approveExport(operator, 'ABC', 'cli:eve')
    const line = { action: 'logs.export', subject: 'PV-12', reason: null, details: {} } as const
    await writeAudit(operator.kysely, { actor: 'cli:ada', ...line })
    expect(await alerts(database)).toEqual([
      'log-export-approved | 1 | cli:eve | PV-12',
      'log-export | 1 | cli:ada | PV-12',
    ])
  })

  test('a gateway whose packets are signed wrong beyond a rate', async () => {
    await using database = await openHouse()
    const seen = (forged: number, refused = 0): readonly Sighting[] => [
      {
        ...{ gateway: 'gw-0042', transport: 'udp', heardAt: null, signed: null, unsigned: null },
        ...{ accessAt: null, accountingAt: null, connectedAt: null, certificateEndsAt: null },
        ...{ proxied: null, enforcedAt: null, clockSkewMs: null, requests: 0 },
        ...{ unsignedRequests: 0, overLimit: 0, forged, refused },
      },
    ]
    const radius = database.as('radius')
    await savePostures(radius, seen(19))
    await savePostures(radius, seen(19))
    await savePostures(radius, seen(0, 400))
    expect(await alerts(database)).toEqual([])
    await savePostures(radius, seen(20))
    expect(await alerts(database)).toEqual(['gateway-impersonated | 20 | 75 | 75-0042 | gw-0042'])
    // One that was seen to sign, and then does not, in numbers.
    await database.sql`update house.gateway_posture set enforced_at = now()`
    await savePostures(radius, seen(1, 30))
    expect(await alerts(database)).toEqual(['gateway-impersonated | 51 | 75 | 75-0042 | gw-0042'])
  })

  test('links of a gateway that its secret did not make, in numbers', async () => {
    await using database = await openHouse()
    const portal = database.as('portal')
    await tellForgedLinks(portal, 'gw-0042', 19)
    await tellForgedLinks(portal, 'nobody', 500)
    expect(await alerts(database)).toEqual([])
    await tellForgedLinks(portal, 'gw-0042', 20)
    await tellForgedLinks(portal, 'gw-0042', 30)
    expect(await alerts(database)).toEqual([
      'gateway-impersonated | 50 | 75 | 75-0042 | gw-0042 | /guest',
    ])
    // It can raise nothing else.
    await expect(
      portal.sql`select house.raise_alert('chain-broken', 'x', null, null, null, null, null, 1)`,
    ).rejects.toThrow(/permission denied/)
  })

  test('a chain that is broken: of the audit, and of the sealed days', async () => {
    await using database = await openHouse()
    const jobs = database.as('jobs')
    const job = chainCheckJob(jobs, () => Date.now())
    const day = dayFromNow(-3)
    await fillDay(database, day, 3)
    await sealNow(database)
    await linkAuditLines(database)
    expect(await job.run()).toMatch(/^\d+ lines of the audit and \d+ seals follow one another$/)
    await behindTheTrigger(database, `update audit.entry set actor = 'nobody'`)
    await behindTheTrigger(database, `update log.seal set digest = decode(repeat('00', 32), 'hex')`)
    await expect(job.run()).rejects.toThrow('a chain is broken')
    const told = await alerts(database)
    expect(told[0]).toContain('chain-broken | 1 | audit: line 1 (changed)')
    expect(told[1]).toContain('chain-broken | 1 | log: ')
  })
})
