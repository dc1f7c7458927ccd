import { parseMac } from '#core/mac.ts'
import { describe, expect, test } from 'vitest'
import { openTestDatabase } from '../test/support/database.ts'
import { temporaryFolder } from '../test/support/folder.ts'
import { seedHouse, testSeal } from '../test/support/house.ts'
import { DEVICE, loginRow, refusedRow } from '../test/support/logins.ts'
import { createApiToken, listApiTokens, revokeApiToken, tokenDigest } from './api-tokens.ts'
import type { TokenWish } from './api-tokens.ts'
import type { Database } from './connection.ts'
import { applyDeclaration } from './declaration/apply.ts'
import { formatChange } from './declaration/difference.ts'
import { readDeclaration } from './declaration/read.ts'
import {
  joinAlike,
  loginSearchOfToken,
  openLoginSearch,
  openLoginSearchByToken,
} from './login-search.ts'
import type { Login, LoginCriteria } from './login-search.ts'
import { saveLogins } from './login-traces.ts'
import { planPurge, runPurge } from './retention.ts'

const NOBODY: LoginCriteria = { mac: null, user: null, site: null, from: null, to: null }
const LOOK = { actor: 'cli:ada', reason: 'bob called' }
const WISH: TokenWish = {
  name: 'helpdesk',
  actor: 'account:ada',
  scopes: ['radius.explain'],
  associations: null,
  until: null,
}
const MINUTE = 60_000

async function find(
  database: Database,
  criteria: Partial<LoginCriteria>,
): Promise<readonly Login[]> {
  const search = await openLoginSearch(database, { ...NOBODY, ...criteria }, LOOK)
  return (await search.page(null, 100)).logins
}

describe('what is kept of logins', () => {
  test('is written by who serves and found by person, device, place and time, newest first', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    const now = Date.now()
    const other = parseMac('aa-bb-cc-dd-ee-02')
    await saveLogins(database.as('radius'), [
      refusedRow('wrong-password', {
        lastAt: now - 2 * MINUTE,
        firstAt: now - 9 * MINUTE,
        count: 7,
      }),
      loginRow({ lastAt: now - MINUTE, rule: 'the "first", {staff} \\ rule' }),
      loginRow({ account: 'bob@restos.example', site: '59-0001', mac: other, lastAt: now }),
      loginRow({ account: null, nameWithheld: true, mac: other, lastAt: now - 3 * MINUTE }),
    ])
    const operator = database.as('operator')
    const bobs = await find(operator, { user: 'Bob' })
    expect(bobs.map(({ account, reason, count }) => [account, reason, count])).toEqual([
      ['bob@restos.example', null, 1],
      ['bob', null, 1],
      ['bob', 'wrong-password', 7],
    ])
    expect(bobs[1]).toMatchObject({
      ...loginRow({ rule: 'the "first", {staff} \\ rule' }),
      firstAt: new Date(now - MINUTE),
      lastAt: new Date(now - MINUTE),
      siteName: 'Centre Nation',
      timezone: 'Europe/Paris',
    })
    expect(bobs[2]?.firstAt).toEqual(new Date(now - 9 * MINUTE))
    expect(await find(operator, { user: 'RESTOS.example\\bob' })).toHaveLength(1)
    expect(await find(operator, { mac: other })).toHaveLength(2)
    expect(await find(operator, { mac: DEVICE, site: '59-0001' })).toEqual([])
    const between = { from: new Date(now - 8 * MINUTE), to: new Date(now - 7 * MINUTE) }
    expect(await find(operator, { user: 'bob', ...between })).toMatchObject([{ count: 7 }])
  })

  test('leaves a line in the audit for every look, before it, and is read by what that says', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    await saveLogins(database.as('radius'), [loginRow()])
    const operator = database.as('operator')
    await find(operator, { user: 'bob', site: '75-0042' })
    const [line] = await database.sql`select actor, action, reason, details from audit.entry`
    expect(line).toEqual({
      actor: 'cli:ada',
      action: 'radius.explain',
      reason: 'bob called',
      details: { mac: null, user: 'bob', site: '75-0042', from: null, to: null },
    })
    await expect(operator.sql`select * from log.login`).rejects.toMatchObject({ code: '42501' })
    await expect(operator.sql`select * from log.login_page(99, null, null, 1)`).rejects.toThrow(
      'there is no search 99 of logins in the audit',
    )
    // Opened, read and rolled back, a look would leave no line.
    const rolledBack = operator.sql.begin(async (sql) => {
      const [opened] = await sql<{ id: string }[]>`
        select log.open_login_search('eve', 'none', '{"user":"bob"}') as id`
      return sql`select * from log.login_page(${opened?.id ?? ''}, null, null, 1)`
    })
    await expect(rolledBack).rejects.toMatchObject({ code: '25000' })
  })

  test('comes in pages that neither repeat nor leave out', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    const now = Date.now()
    const rows = Array.from({ length: 7 }, (_, i) =>
      // Several in one millisecond.
      loginRow({ lastAt: now - Math.floor(i / 3) * 1000, answeredMs: i }),
    )
    await saveLogins(database.as('radius'), rows)
    const search = await openLoginSearch(database.as('operator'), { ...NOBODY, user: 'bob' }, LOOK)
    const seen: (number | null)[] = []
    let page = await search.page(null, 3)
    for (;;) {
      seen.push(...page.logins.map(({ answeredMs }) => answeredMs))
      if (page.next === null) break
      page = await search.page(page.next, 3)
    }
    expect(seen).toHaveLength(7)
    expect(new Set(seen)).toEqual(new Set([0, 1, 2, 3, 4, 5, 6]))
    const lines = await database.sql`select from audit.entry where action = 'radius.explain'`
    expect(lines).toHaveLength(1)
  })

  test('says of a place with no such login what its gateways were heard of', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    const now = Date.now()
    const unproven = loginRow({
      ...{ outcome: 'silence', reason: 'message-authenticator-wrong', network: null, mac: null },
      ...{ account: null, method: null, count: 214, lastAt: now },
    })
    const search = await openLoginSearch(
      database.as('operator'),
      { ...NOBODY, mac: DEVICE, site: '75-0042' },
      LOOK,
    )
    expect(await search.gateways()).toEqual([
      { gateway: 'gw-0042', site: '75-0042', lastAt: null, unproven: 0, unprovenAt: null },
    ])
    await saveLogins(database.as('radius'), [loginRow({ lastAt: now - MINUTE }), unproven])
    const heard = {
      ...{ gateway: 'gw-0042', site: '75-0042', lastAt: new Date(now - MINUTE) },
      ...{ unproven: 214, unprovenAt: new Date(now) },
    }
    expect(await search.gateways()).toEqual([heard])
    // Asked of everywhere, only those with which something is wrong.
    const anywhere = await openLoginSearch(
      database.as('operator'),
      { ...NOBODY, mac: DEVICE },
      LOOK,
    )
    expect(await anywhere.gateways()).toEqual([heard])
  })

  test('goes after the declared days, a week if nothing is declared', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    const now = Date.now()
    const day = 86_400_000
    const ages = [0, 2, 6, 9]
    await saveLogins(
      database.as('radius'),
      ages.map((age) => loginRow({ lastAt: now - age * day, answeredMs: age })),
    )
    const jobs = database.as('jobs')
    expect(await planPurge(jobs, now)).toMatchObject({ logins: 1 })
    expect(await runPurge(jobs, now, 'job:retention')).toMatchObject({ logins: 1 })
    using folder = temporaryFolder({
      'house.yaml': 'version: 1\nretention: { audit: 1y, logins: 1d }\n',
    })
    const declared = readDeclaration([folder.file('house.yaml')])
    if (!declared.ok) throw new Error(declared.problems.join())
    const options = { dryRun: false, actor: 'test', now }
    const apply = async (): Promise<readonly string[]> =>
      (await applyDeclaration(database, testSeal, declared.declaration, options)).map(formatChange)
    expect(await apply()).toEqual(['+ retention'])
    expect(await apply()).toEqual([])
    expect(await runPurge(jobs, now, 'job:retention')).toMatchObject({ logins: 2 })
    expect(await find(database.as('operator'), { user: 'bob' })).toMatchObject([{ answeredMs: 0 }])
  })
})

test('rows of one answer become one, of each device by itself', () => {
  const at = (minutes: number): Date => new Date(minutes * MINUTE)
  const login = (minutes: number, changes: Partial<Login>): Login => ({
    ...loginRow(),
    ...{ firstAt: at(minutes - 1), lastAt: at(minutes), siteName: null, timezone: null },
    ...changes,
  })
  const refused = { outcome: 'reject', reason: 'wrong-password' } as const
  const joined = joinAlike([
    login(50, { count: 2 }),
    login(45, { mac: 'other', ...refused }),
    login(40, { count: 3 }),
    login(30, refused),
    login(20, { count: 4 }),
  ])
  expect(joined).toEqual([
    login(50, { count: 5, firstAt: at(39) }),
    login(45, { mac: 'other', ...refused }),
    login(30, refused),
    login(20, { count: 4 }),
  ])
})

describe('a token of the API', () => {
  test('opens what it is for, and the audit names whom it stands for', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    await saveLogins(database.as('radius'), [loginRow()])
    const created = await createApiToken(database.as('operator'), WISH, 'cli:ada')
    if (!created.ok) throw new Error(created.reason)
    const portal = database.as('portal')
    const digest = tokenDigest(created.token)
    const criteria = { ...NOBODY, user: 'bob' }
    const opened = await openLoginSearchByToken(portal, digest, criteria, 'bob called')
    if (!opened.ok) throw new Error(opened.refusal)
    expect((await opened.search.page(null, 10)).logins).toMatchObject([{ account: 'bob' }])
    const [line] = await database.sql`
      select actor, reason, details from audit.entry where action = 'radius.explain'`
    expect(line).toMatchObject({
      actor: 'account:ada',
      reason: 'bob called',
      details: { user: 'bob', token: 'helpdesk', associations: null },
    })
    expect(await listApiTokens(database.as('operator'))).toMatchObject([
      { name: 'helpdesk', actor: 'account:ada', usedAt: expect.any(Date), revokedAt: null },
    ])
    const kept = await database.sql`select row_to_json(t)::text as row from house.api_token t`
    expect(String(kept[0]?.['row'])).not.toContain(created.token)

    // The portal by itself has no way to what was found.
    for (const look of [
      portal.sql`select * from log.login_page(${opened.search.id}, null, null, 10)`,
      portal.sql`select log.open_login_search('eve', 'none', '{}')`,
      portal.sql`select * from log.login`,
      portal.sql`select sha256 from house.api_token`,
      database.as('operator').sql`select sha256 from house.api_token`,
    ]) {
      await expect(look).rejects.toMatchObject({ code: '42501' })
    }
    const another = await createApiToken(database.as('operator'), { ...WISH, name: 'b' }, 'cli:ada')
    if (!another.ok) throw new Error(another.reason)
    const stolen = loginSearchOfToken(portal, tokenDigest(another.token), opened.search.id)
    await expect(stolen.page(null, 10)).rejects.toThrow('there is no search')
  })

  test('opens nothing when it is unknown, over, revoked, or for something else', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    const operator = database.as('operator')
    const refusalOf = async (token: string): Promise<string | null> => {
      const criteria = { ...NOBODY, user: 'bob' }
      const digest = tokenDigest(token)
      const opened = await openLoginSearchByToken(database.as('portal'), digest, criteria, 'r')
      return opened.ok ? null : opened.refusal
    }
    const until = new Date(Date.now() + MINUTE)
    const created = await createApiToken(operator, { ...WISH, until }, 'cli:ada')
    if (!created.ok) throw new Error(created.reason)
    expect(await refusalOf('accueil_nothing')).toBe('unknown')
    expect(await refusalOf(created.token)).toBeNull()
    await database.sql`update house.api_token set scopes = '{other}'`
    expect(await refusalOf(created.token)).toBe('scope')
    await database.sql`update house.api_token set scopes = '{radius.explain}', ends_at = now()`
    expect(await refusalOf(created.token)).toBe('ended')
    await database.sql`update house.api_token set ends_at = null`
    expect(await revokeApiToken(operator, 'helpdesk', 'cli:ada')).toBe(true)
    expect(await refusalOf(created.token)).toBe('revoked')
    expect(await revokeApiToken(operator, 'helpdesk', 'cli:ada')).toBe(false)
    expect(await createApiToken(operator, WISH, 'cli:ada')).toEqual({
      ok: false,
      reason: 'name-taken',
    })
    const audit = await database.sql`
      select action, actor, subject from audit.entry where action like 'tokens%' order by id`
    expect(audit).toEqual([
      { action: 'tokens.create', actor: 'cli:ada', subject: 'helpdesk' },
      { action: 'tokens.revoke', actor: 'cli:ada', subject: 'helpdesk' },
    ])
  })

  test('of one association shows nothing of another, by no criterion', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    await database.sql`insert into house.association (code, name) values ('59', 'Nord')`
    await database.sql`
      insert into house.site (code, name, association, timezone)
      values ('59-0001', 'Lille', '59', 'Europe/Paris')`
    const unproven = { outcome: 'silence', reason: 'message-authenticator-wrong' } as const
    await saveLogins(database.as('radius'), [
      loginRow(),
      loginRow({ ...unproven, network: null }),
      loginRow({ site: '59-0001' }),
      loginRow({ site: 'gone' }),
    ])
    const operator = database.as('operator')
    const strange = { ...WISH, associations: ['59', '2A'] }
    expect(await createApiToken(operator, strange, 'cli:ada')).toEqual({
      ...{ ok: false, reason: 'unknown-association', association: '2A' },
    })
    const created = await createApiToken(operator, { ...WISH, associations: ['59'] }, 'cli:ada')
    if (!created.ok) throw new Error(created.reason)
    const found = async (criteria: Partial<LoginCriteria>): Promise<readonly unknown[]> => {
      const opened = await openLoginSearchByToken(
        database.as('portal'),
        tokenDigest(created.token),
        { ...NOBODY, ...criteria },
        'r',
      )
      if (!opened.ok) throw new Error(opened.refusal)
      const { logins } = await opened.search.page(null, 10)
      return [...logins.map(({ site }) => site), ...(await opened.search.gateways())]
    }
    expect(await found({ user: 'bob' })).toEqual(['59-0001'])
    expect(await found({ mac: DEVICE })).toEqual(['59-0001'])
    expect(await found({ user: 'bob', site: '75-0042' })).toEqual([])
  })
})
