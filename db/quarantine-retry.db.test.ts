import { describe, expect, test } from 'vitest'
import { openTestDatabase } from '../test/support/database.ts'
import { restartOf, session } from '../test/support/log-events.ts'
import { parseMac } from '#core/mac.ts'
import type { Database } from './connection.ts'
import { encodeEvent } from './event-line.ts'
import { createFold } from './fold.ts'
import type { LogEvent } from './log-event.ts'
import { retryQuarantined } from './quarantine-retry.ts'
import type { RetryOutcome } from './quarantine-retry.ts'
import { dropQuarantined, listQuarantined } from './quarantine-review.ts'
import type { QuarantinedEvent } from './quarantine-review.ts'

const AT = new Date(Date.now() - 60_000)
const MAC = parseMac('02-00-00-00-00-01') ?? never()
const LOOK = { actor: 'cli:ada', reason: 'monthly look' }

/** What the fold refuses of these while the log takes no eve. */
async function refuse(
  database: Database,
  ...events: readonly (LogEvent | string)[]
): Promise<void> {
  await database.sql`alter table log.session add constraint no_eve check (account not like 'eve%')`
  const lines = events.map((one) => (typeof one === 'string' ? one : encodeEvent(one)))
  await database.sql`
    insert into log.journal (events, content) values (${lines.length}, ${lines.join('\n')})`
  await createFold({ database, onQuarantine: () => {} }).step()
}

function eve(n: number, gateway = 'gw-1'): LogEvent {
  return session(`s${n}`, { kind: 'start', at: AT, account: `eve${n}`, gateway })
}

async function listed(database: Database): Promise<readonly QuarantinedEvent[]> {
  const pages = await Array.fromAsync(listQuarantined(database, LOOK))
  return pages.flat()
}

async function retry(
  database: Database,
  ids: readonly string[] | null = null,
): Promise<readonly RetryOutcome[]> {
  return Array.fromAsync(retryQuarantined(database, ids, 'cli:ada'))
}

async function audited(database: Database): Promise<readonly unknown[]> {
  const rows = await database.sql`
    select actor, action, subject, reason from audit.entry where action like 'logs.quarantine%' order by id`
  return rows.map((row) => [row['actor'], row['action'], row['subject'], row['reason']])
}

describe('the quarantine', () => {
  test('is listed, oldest first, and each look is in the audit', async () => {
    await using database = await openTestDatabase()
    // All at one instant, so that a page ends between two of the same time.
    await database.sql`
      insert into log.quarantine (id, gateway, content, reason)
      select gen_random_uuid(), 'gw-1', '[9]', 'no_eve' from generate_series(1, 1200)`
    const rows = await listed(database)
    expect(new Set(rows.map(({ id }) => id)).size).toBe(1200)
    expect(rows[0]).toMatchObject({ gateway: 'gw-1', reason: 'no_eve', content: '[9]' })
    expect(await audited(database)).toEqual([
      ['cli:ada', 'logs.quarantine-list', 'log.quarantine', 'monthly look'],
    ])
  })

  test('gives back to the log what it takes now, and keeps the rest with its new reason', async () => {
    await using database = await openTestDatabase()
    const { sql } = database
    await refuse(database, eve(1), eve(2, 'gw-2'), '[9,"of a later version"]')
    const before = await listed(database)
    const refused = (await retry(database)).map((outcome) => outcome.refused)
    expect(refused.filter((why) => why?.includes('no_eve'))).toHaveLength(2)
    expect(refused.filter((why) => why === 'a line of an unknown version')).toHaveLength(1)
    expect((await listed(database)).map(({ id, at }) => [id, at])).toEqual(
      before.map(({ id, at }) => [id, at]),
    )
    await sql`alter table log.session drop constraint no_eve`
    await sql`alter table log.session add constraint no_two check (account <> 'eve2')`
    const outcomes = await retry(database)
    expect(outcomes.filter(({ refused }) => refused === null)).toHaveLength(1)
    const accounts = await sql`select account from log.connection`
    expect([...accounts]).toEqual([{ account: 'eve1' }])
    expect((await listed(database)).map(({ reason }) => reason).toSorted()).toEqual([
      'a line of an unknown version',
      expect.stringContaining('no_two'),
    ])
    const noted = await sql`select details from audit.entry where action = 'logs.quarantine-retry'`
    expect(noted.filter(({ details }) => Object(details).passed === true)).toHaveLength(1)
    expect(JSON.stringify(noted)).not.toContain('no_')
    expect(await audited(database)).toContainEqual([
      ...[
        'cli:ada',
        'logs.quarantine-retry',
        outcomes.find(({ refused }) => refused === null)?.id,
        null,
      ],
    ])
  })

  test('tries only those that are named; a restart and an acceptance too', async () => {
    await using database = await openTestDatabase()
    const { sql } = database
    const acceptance = {
      ...{ gateway: 'gw-1', site: '75-0042', network: 'guest' as const },
      ...{ mac: MAC, ip: '192.168.77.9', publicSource: null, termsVersion: '2026-01' },
      ...{ grantUntil: new Date(AT.getTime() + 3_600_000), at: AT },
    }
    await sql`alter table log.gateway_restart add constraint none check (cause <> 'NAS-Reboot')`
    await sql`alter table log.session add constraint no_grant check (grant_until is null)`
    await refuse(database, eve(1), restartOf('gw-1', AT), { kind: 'acceptance', acceptance })
    await sql`alter table log.gateway_restart drop constraint none`
    await sql`alter table log.session drop constraint no_grant`
    await sql`alter table log.session drop constraint no_eve`
    const others = (await listed(database)).filter(({ content }) => !content.includes('eve1'))
    expect(others).toHaveLength(2)
    const outcomes = await retry(
      database,
      others.map(({ id }) => id),
    )
    expect(outcomes.map(({ refused }) => refused)).toEqual([null, null])
    expect(await listed(database)).toHaveLength(1)
    expect(await sql`select gateway from log.gateway_restart`).toHaveLength(1)
    const opened = await sql`select host(ipv4) as ip from log.connection`
    expect([...opened]).toEqual([{ ip: '192.168.77.9' }])
  })

  test('stays whole when it is the database that is at fault', async () => {
    await using database = await openTestDatabase()
    await refuse(database, eve(1))
    await database.sql`alter table log.session rename to away`
    await expect(retry(database)).rejects.toThrow(/log\.session/)
    await database.sql`alter table log.away rename to session`
    expect((await listed(database))[0]?.reason).toContain('no_eve')
  })

  test('lets one go with a reason, which the audit keeps without what was in it', async () => {
    await using database = await openTestDatabase()
    await refuse(database, eve(1))
    const [row] = await listed(database)
    const deed = { actor: 'cli:ada', reason: 'a test device' }
    expect(await dropQuarantined(database, row?.id ?? '', deed)).toBe(true)
    expect(await dropQuarantined(database, row?.id ?? '', deed)).toBe(false)
    expect(await listed(database)).toEqual([])
    const lines = await database.sql`
      select subject, reason, details from audit.entry where action = 'logs.quarantine-drop'`
    expect(lines).toMatchObject([
      { subject: row?.id, reason: 'a test device', details: { gateway: 'gw-1' } },
    ])
    expect(JSON.stringify(lines)).not.toContain('eve1')
  })
})

function never(): never {
  throw new Error('that is a MAC address')
}
