import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { createApiToken } from '#db/api-tokens.ts'
import { approveExport } from '#db/export/export-requests.ts'
import { verifyPack } from '#db/export/verify-pack.ts'
import { temporaryFolder } from '../../../test/support/folder.ts'
import { dayFromNow, fillDay } from '../../../test/support/sealed-log.ts'
import { twoAssociations } from './testing/two-associations.ts'
import type { ApiAnswer, TwoAssociations } from './testing/two-associations.ts'

const DAY = dayFromNow(-3)
const SITE = { site: '75-0042' }
const WHY = { 'Audit-Reason': 'réquisition 12/2026' }

type Call = (request: string, body?: object, headers?: object) => Promise<ApiAnswer>

/** A program of Rita's, who reads the log; everywhere, or of these associations. */
async function reader(
  house: TwoAssociations,
  associations: readonly string[] | null = null,
): Promise<Call> {
  const token = await house.token('log-reader', associations)
  return (request, body, headers = WHY) =>
    house.call(token, request, {
      ...(body === undefined ? {} : { body }),
      headers: { ...headers },
    })
}

interface Found {
  readonly rows: readonly { readonly sessionId: string; readonly mac: string }[]
  readonly next: string | null
}

const linesOf = ({ database }: TwoAssociations) => database.sql`
  select actor, action, subject, reason, details from audit.entry
  where action like 'logs.%' order by id`

test('nothing is looked for without a reason; it stands in the audit with what was looked for', async () => {
  await using house = await twoAssociations()
  await fillDay(house.database, DAY, 3, { account: 'bob' })
  const call = await reader(house)
  const search = 'POST /api/v1/logs/search'
  expect(await call(search, SITE, {})).toMatchObject({
    status: 400,
    body: { detail: expect.stringContaining('Audit-Reason') },
  })
  for (const [wrong, sentence] of [
    [{}, 'names nobody'],
    [{ publicPort: 80 }, 'give both'],
    [{ ip: '1.2.3' }, 'ip is not an IP address'],
    [{ ...SITE, from: '2026-02-01T00:00:00Z', to: '2026-01-01T00:00:00Z' }, 'to is before from'],
    [{ ...SITE, from: '2026-02-01T00:00' }, 'from is not an instant'],
  ] as const) {
    expect(await call(search, wrong)).toMatchObject({
      status: 400,
      body: { detail: expect.stringContaining(sentence) },
    })
  }
  expect(await linesOf(house)).toEqual([])
  const found = await call(search, { ...SITE, user: 'Bob' })
  expect(found).toMatchObject({
    status: 200,
    body: { rows: [{ user: 'bob' }, { user: 'bob' }, { user: 'bob' }], next: null, missing: 0 },
  })
  expect(found.headers.get('Cache-Control')).toBe('no-store')
  expect(await linesOf(house)).toMatchObject([
    {
      ...{ actor: 'staff:log-reader', action: 'logs.search', reason: 'réquisition 12/2026' },
      details: { site: '75-0042', user: 'bob', token: 't1' },
    },
  ])
})

test('what is long goes on from page to page in one search, which is nobody else’s', async () => {
  await using house = await twoAssociations()
  await fillDay(house.database, DAY, 25)
  const call = await reader(house)
  const seen: string[] = []
  let cursor: string | null = null
  do {
    const onward: object = cursor === null ? {} : { cursor }
    const { body } = await call('POST /api/v1/logs/search', { ...SITE, limit: 10, ...onward })
    const page = body as Found
    seen.push(...page.rows.map(({ sessionId }) => sessionId))
    cursor = page.next
    if (seen.length === 20 && cursor !== null) {
      const other = await reader(house)
      expect(await other('POST /api/v1/logs/search', { ...SITE, cursor })).toMatchObject({
        status: 400,
        body: { detail: expect.stringContaining('cursor') },
      })
    }
  } while (cursor !== null)
  expect([seen.length, new Set(seen).size]).toEqual([25, 25])
  expect(await linesOf(house)).toHaveLength(1)
})

test('a token of Paris names a place of Paris; the database itself lets it look no farther', async () => {
  await using house = await twoAssociations()
  const call = await reader(house, ['75'])
  const search = (body: object): Promise<ApiAnswer> => call('POST /api/v1/logs/search', body)
  const elsewhere = [
    await search({ ip: '192.0.2.1' }),
    await search({ ip: '192.0.2.1', site: '69-0001' }),
    await search({ ip: '192.0.2.1', site: '69-9999' }),
  ]
  for (const { status, body } of elsewhere) {
    expect([status, body]).toEqual([422, elsewhere[0]?.body])
  }
  expect((await search(SITE)).status).toBe(200)
  expect(await linesOf(house)).toHaveLength(1)
  // A place that goes to another association takes the rest of the search with it.
  await fillDay(house.database, DAY, 3)
  const { body } = await search({ ...SITE, limit: 2 })
  await house.database.sql`update house.site set association = '69' where code = '75-0042'`
  expect(await search({ ...SITE, cursor: (body as Found).next })).toMatchObject({ status: 400 })
})

test('what the log answers is kept for no key', async () => {
  await using house = await twoAssociations()
  const call = await reader(house)
  const keyed = { ...WHY, 'Idempotency-Key': 'k-1' }
  for (const [request, body] of [
    ['POST /api/v1/logs/search', SITE],
    ['POST /api/v1/packs', { ...SITE, case: 'K' }],
    ['POST /api/v1/holds', { ...SITE, mac: '02:00:00:00:00:01', case: 'K', until: '2099-01-01' }],
  ] as const) {
    expect([request, await call(request, body, keyed)]).toMatchObject([
      request,
      { status: 422, body: { detail: expect.stringContaining('kept nowhere') } },
    ])
  }
  expect(await house.database.sql`select from house.answered_request`).toHaveLength(0)
})

test('a program asks for a pack, a person agrees, and it is downloaded; each stands in the audit', async () => {
  await using house = await twoAssociations()
  await fillDay(house.database, DAY, 3)
  const call = await reader(house, ['75'])
  const wish = { ...SITE, case: 'PV 12/2026' }
  const asked = await call('POST /api/v1/packs', wish)
  expect(asked).toMatchObject({
    status: 200,
    body: { case: 'PV 12/2026', requestedBy: 'staff:log-reader', token: 't1', approvedBy: null },
  })
  expect((await call('POST /api/v1/packs', wish)).body).toEqual(asked.body)
  const path = asked.headers.get('Location') ?? ''
  expect(await call(`POST ${path}/file`)).toMatchObject({
    status: 422,
    body: { detail: expect.stringContaining('second person') },
  })
  const { code } = asked.body as { code: string }
  await approveExport(house.database.as('operator'), code, 'staff:anna')
  expect((await call(`GET ${path}`)).body).toMatchObject({ approvedBy: 'staff:anna' })
  const { rows } = (await call('GET /api/v1/packs')).body as { rows: { code: string }[] }
  expect(rows.map((row) => row.code)).toEqual([code])
  const file = await call(`POST ${path}/file`)
  expect(file.headers.get('Content-Type')).toBe('application/zip')
  using folder = temporaryFolder()
  const pack = folder.file('pack.zip')
  writeFileSync(pack, file.body as Buffer)
  expect(await verifyPack(pack, null)).toMatchObject({
    problems: [],
    manifest: { rows: 3, requestedBy: 'staff:log-reader', approvedBy: 'staff:anna' },
  })
  const lines = await linesOf(house)
  expect(lines.map(({ actor, action }) => [actor, action])).toEqual([
    ['staff:log-reader', 'logs.export-request'],
    ['staff:anna', 'logs.export-approve'],
    ['staff:log-reader', 'logs.export'],
    ['staff:log-reader', 'logs.search'],
  ])
})

test('a pack takes two people, whoever holds the tokens: the database says so', async () => {
  await using house = await twoAssociations()
  const { database } = house
  const call = await reader(house)
  const operator = database.as('operator')
  const { body } = await call('POST /api/v1/packs', { ...SITE, case: 'PV 13/2026' })
  const { code } = body as { code: string }
  // The token is for log-reader, and Ada made it.
  for (const who of [
    'staff:LOG-READER',
    'account:log-reader',
    'staff:ada',
    'cli:ada',
    'cli:root',
  ]) {
    await expect(approveExport(operator, code, who), who).rejects.toThrow(
      /someone else has to approve/,
    )
    await expect(
      operator.sql`
        update log.export_request set approved_by = ${who}, approved_at = now() where code = ${code}`,
      who,
    ).rejects.toMatchObject({ constraint_name: 'two_people' })
  }
  const wish = { name: 'approver', actor: 'staff:anna', associations: null, until: null }
  // Neither is there a token that approves.
  await expect(
    createApiToken(operator, { ...wish, scopes: ['logs.approve' as 'logs.search'] }, 'cli:bob'),
  ).rejects.toMatchObject({ constraint_name: 'packs_take_people' })
  const approver = await house.token('log-approver', null)
  for (const route of [`POST /api/v1/packs/${code}/file`, 'GET /api/v1/packs']) {
    expect([route, await house.call(approver, route)]).toMatchObject([route, { status: 403 }])
  }
  // Who says that a token asked has to show one that may.
  for (const [token, by] of [
    ['t1', 'staff:mallory'],
    ['none', 'staff:log-reader'],
    ['t2', 'staff:log-approver'],
  ] as const) {
    await expect(
      operator.sql`
        insert into log.export_request (code, case_ref, reason, criteria, requested_by, token)
        values ('AAAA2222', 'c', 'r', '{"site": "75-0042"}', ${by}, ${token})`,
    ).rejects.toThrow('may not ask for this pack')
  }
  expect((await approveExport(operator, code, 'staff:anna')).approvedBy).toBe('staff:anna')
})

test('nor does who made a token with which another one was made that asked', async () => {
  await using house = await twoAssociations()
  const { sql } = house.database
  const call = await reader(house)
  await sql`alter table house.api_token add column if not exists made_with text`
  for (const [name, maker] of [
    ['first', 'cli:zoe'],
    ['second', 'staff:yann'],
  ] as const) {
    await sql`
      insert into house.api_token (name, sha256, actor, scopes, created_by, made_with)
      values (${name}, sha256(${name}::bytea), 'staff:rita', '{logs.search}', ${maker},
              ${name === 'first' ? null : 'first'})`
  }
  await sql`update house.api_token set made_with = 'second' where name = 't1'`
  const { body } = await call('POST /api/v1/packs', { ...SITE, case: 'PV 14/2026' })
  const { code } = body as { code: string }
  const operator = house.database.as('operator')
  for (const who of ['staff:zoe', 'staff:yann', 'staff:ada']) {
    await expect(approveExport(operator, code, who), who).rejects.toThrow('made the token')
    await expect(
      operator.sql`
        update log.export_request set approved_by = ${who}, approved_at = now() where code = ${code}`,
      who,
    ).rejects.toMatchObject({ constraint_name: 'two_people' })
  }
  expect((await approveExport(operator, code, 'staff:anna')).approvedBy).toBe('staff:anna')
})

test('rows are held for a case and let go again, as far as the token goes', async () => {
  await using house = await twoAssociations()
  await fillDay(house.database, DAY, 3)
  const call = await reader(house, ['75'])
  const wish = { ...SITE, mac: '02-00-00-00-00-01', case: 'A/1', until: '2099-12-31' }
  const { mac: _, ...wide } = wish
  for (const wrong of [wide, { ...wish, until: '2020-01-01' }, { ...wish, site: '69-0001' }]) {
    expect([wrong, await call('POST /api/v1/holds', wrong)]).toMatchObject([wrong, { status: 422 }])
  }
  const nobody = { ...wish, mac: '02-00-00-00-00-99' }
  expect(await call('POST /api/v1/holds', nobody)).toMatchObject({
    body: { detail: expect.stringContaining('No row fits') },
  })
  expect(await call('POST /api/v1/holds', wish)).toMatchObject({
    status: 200,
    body: { case: 'A/1', rows: 3 },
  })
  const list = (await call('GET /api/v1/holds')).body
  expect(list).toMatchObject({
    rows: [{ case: 'A/1', named: 3, kept: 0, endedAt: null, madeBy: 'staff:log-reader' }],
    next: null,
  })
  expect(await call('POST /api/v1/holds/lyon-1/end')).toMatchObject({ status: 404 })
  expect(await call('POST /api/v1/holds/A%2F1/end')).toMatchObject({
    status: 200,
    body: { case: 'A/1', holds: 1 },
  })
  expect((await call('GET /api/v1/holds')).body).toMatchObject({
    rows: [{ case: 'A/1', endedBy: 'staff:log-reader' }],
  })
  const all = await reader(house)
  const { next } = (await all('GET /api/v1/holds?limit=1')).body as Found
  const second = await all(`GET /api/v1/holds?limit=1&cursor=${next}`)
  expect((second.body as { rows: { case: string }[] }).rows.map((hold) => hold.case)).toEqual([
    'lyon-1',
  ])
})

test('says how far the log is sealed and when retention ran', async () => {
  await using house = await twoAssociations()
  const { sql } = house.database
  await sql`
    insert into house.job (name, started_at, finished_at, result)
    values ('retention', '2026-11-27T10:00Z', '2026-11-27T10:01Z', 'dropped 1 day'),
           ('lists', '2026-11-27T10:00Z', '2026-11-27T10:01Z', 'x')`
  const call = await reader(house, ['75'])
  expect((await call('GET /api/v1/logs/keeping')).body).toMatchObject({
    ...{ sealedDays: 0, lastSealedDay: null, keyId: null },
    jobs: [{ name: 'retention', result: 'dropped 1 day' }],
  })
})
