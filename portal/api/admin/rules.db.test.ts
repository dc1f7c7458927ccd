import { describe, expect, test } from 'vitest'
import { twoAssociations } from './testing/two-associations.ts'
import type { TwoAssociations } from './testing/two-associations.ts'

const WISH = { action: 'block', domain: 'Bücher.Example.', association: '75', note: 'asked by 75' }

async function made(
  house: TwoAssociations,
  token: string,
): Promise<{ path: string; etag: string }> {
  const { headers } = await house.call(token, 'POST /api/v1/rules', { body: WISH })
  return { path: headers.get('Location') ?? '', etag: headers.get('ETag') ?? '' }
}

describe('a rule of the API', () => {
  test('is made, read, changed and taken away, and the audit has each, with why', async () => {
    await using house = await twoAssociations()
    const token = await house.token('association-admin', ['75'])
    const created = await house.call(token, 'POST /api/v1/rules', {
      body: WISH,
      headers: { 'Audit-Reason': 'demandé par téléphone' },
    })
    expect(created).toMatchObject({
      status: 201,
      body: { domain: 'xn--bcher-kva.example', association: '75', declared: false, until: null },
    })
    const path = created.headers.get('Location') ?? ''
    const etag = created.headers.get('ETag') ?? ''
    const read = await house.call(token, `GET ${path}`)
    expect([read.status, read.body, read.headers.get('ETag')]).toEqual([200, created.body, etag])
    const same = await house.call(token, `GET ${path}`, { headers: { 'If-None-Match': etag } })
    expect([same.status, same.body]).toEqual([304, null])
    const changed = await house.call(token, `PATCH ${path}`, {
      body: { action: 'allow', until: '2027-01-01T00:00:00+01:00' },
      headers: { 'If-Match': etag },
    })
    expect(changed).toMatchObject({
      status: 200,
      body: { action: 'allow', until: '2026-12-31T23:00:00.000Z', note: 'asked by 75' },
    })
    const next = changed.headers.get('ETag') ?? ''
    expect(next).not.toBe(etag)
    const gone = await house.call(token, `DELETE ${path}`, { headers: { 'If-Match': next } })
    expect([gone.status, gone.body]).toEqual([204, null])
    expect(await house.call(token, `GET ${path}`)).toMatchObject({ status: 404 })
    const lines = await house.database.sql`
      select actor, action, subject, reason, association from audit.entry
      where subject like 'rule xn--%' order by id`
    const line = { actor: 'staff:association-admin', subject: 'rule xn--bcher-kva.example 75' }
    const rest = { ...line, association: '75', reason: null }
    expect([...lines]).toEqual([
      { ...rest, action: 'rule.create', reason: 'demandé par téléphone' },
      { ...rest, action: 'rule.change' },
      { ...rest, action: 'rule.remove' },
    ])
  })

  test('is heard of by the filter at once', async () => {
    await using house = await twoAssociations()
    const token = await house.token('national-admin', null)
    const heard = Promise.withResolvers<string>()
    await house.database.sql.listen('house', heard.resolve)
    await made(house, token)
    expect(await heard.promise).toBe('rule')
  })

  test('that two administrators change is the first one’s; the second is told', async () => {
    await using house = await twoAssociations()
    const [one, other] = [
      await house.token('association-admin', ['75']),
      await house.token('national-admin', null),
    ]
    const { path, etag } = await made(house, one)
    const change = (token: string, note: string) =>
      house.call(token, `PATCH ${path}`, { body: { note }, headers: { 'If-Match': etag } })
    const answers = await Promise.all([change(one, 'one'), change(other, 'other')])
    expect(answers.map(({ status }) => status).toSorted((a, b) => a - b)).toEqual([200, 412])
    const told = answers.find(({ status }) => status === 412)
    expect(told?.body).toMatchObject({
      type: 'urn:accueil:problem:changed',
      detail: expect.stringContaining('Somebody has changed it since you read it'),
    })
    expect(
      await house.call(one, `DELETE ${path}`, { headers: { 'If-Match': etag } }),
    ).toMatchObject({
      status: 412,
    })
    expect(await house.call(one, `DELETE ${path}`)).toMatchObject({ status: 428 })
  })

  test('of the whole house is seen by an association and not changed', async () => {
    await using house = await twoAssociations()
    const token = await house.token('association-admin', ['75'])
    const { body } = await house.call(token, 'GET /api/v1/rules?q=ALL.')
    expect(body).toMatchObject({ rows: [{ domain: 'all.example' }], next: null })
    const [rule] = await house.database.sql`
      select id::text as id from house.rule where domain = 'all.example'`
    const answers = [
      await house.call(token, `PATCH /api/v1/rules/${rule?.['id']}`, {
        ...{ body: { action: 'allow' }, headers: { 'If-Match': '*' } },
      }),
      await house.call(token, `DELETE /api/v1/rules/${rule?.['id']}`, {
        headers: { 'If-Match': '*' },
      }),
      await house.call(token, 'POST /api/v1/rules', {
        body: { action: 'allow', domain: 'bad.example' },
      }),
    ]
    for (const { status, body } of answers) {
      expect([status, body]).toEqual([
        403,
        expect.objectContaining({ type: 'urn:accueil:problem:not-yours' }),
      ])
    }
  })

  test('sent twice with one key is made once, and answered the same', async () => {
    await using house = await twoAssociations()
    const token = await house.token('association-admin', ['75'])
    const headers = { 'Idempotency-Key': 'k-1' }
    const send = (body: object, by = token) =>
      house.call(by, 'POST /api/v1/rules', { body, headers })
    const answers = await Promise.all([send(WISH), send(WISH), send(WISH)])
    for (const { status, body } of answers) expect([status, body]).toEqual([201, answers[0]?.body])
    expect(answers[1]?.headers.get('Location')).toBe(answers[0]?.headers.get('Location'))
    expect(await send({ ...WISH, domain: 'other.example' })).toMatchObject({ status: 422 })
    // The key is of who sent it: another one's answer is not given out.
    const stranger = await house.token('association-admin', ['69'])
    expect(await send(WISH, stranger)).toMatchObject({ status: 422 })
    expect(await house.call(token, 'POST /api/v1/rules', { body: WISH })).toMatchObject({
      status: 409,
    })
  })

  test('is one of pages that what is added meanwhile does not move', async () => {
    await using house = await twoAssociations()
    const token = await house.token('national-admin', null)
    await house.database.sql`
      insert into house.rule (action, domain)
      select 'block', 'd' || lpad(n::text, 3, '0') || '.example' from generate_series(1, 25) n`
    const seen: string[] = []
    let cursor: string | null = ''
    while (cursor !== null) {
      const query: string = cursor === '' ? '' : `&cursor=${cursor}`
      const { body } = await house.call(token, `GET /api/v1/rules?limit=10${query}`)
      const page = body as { rows: { domain: string }[]; next: string | null }
      seen.push(...page.rows.map(({ domain }) => domain))
      cursor = page.next
      await house.database
        .sql`insert into house.rule (action, domain) values ('allow', ${`a${seen.length}.example`})`
    }
    expect(seen).toHaveLength(29)
    expect(seen).toEqual(seen.toSorted())
    expect(await house.call(token, 'GET /api/v1/rules?cursor=WzFd')).toMatchObject({ status: 400 })
  })

  test('is undone as a new change, unless it was changed since', async () => {
    await using house = await twoAssociations()
    const token = await house.token('association-admin', ['75'])
    const { path, etag } = await made(house, token)
    const changed = await house.call(token, `PATCH ${path}`, {
      ...{ body: { action: 'allow' }, headers: { 'If-Match': etag } },
    })
    const changes = async () => {
      const { body } = await house.call(
        token,
        'GET /api/v1/rules/changes?subject=rule%20xn--bcher-kva.example%2075',
      )
      return (body as { rows: { id: string; action: string; canBeUndone: boolean }[] }).rows
    }
    const [change, creation] = await changes()
    expect(change).toMatchObject({
      ...{ action: 'rule.change', canBeUndone: true },
      ...{ before: { action: 'block' }, after: { action: 'allow' } },
    })
    const undo = (id = ''): ReturnType<TwoAssociations['call']> =>
      house.call(token, `POST /api/v1/rules/changes/${id}/undo`)
    // What was done after the creation would go with it.
    expect(await undo(creation?.id)).toMatchObject({
      status: 409,
      body: { type: 'urn:accueil:problem:cannot-undo' },
    })
    expect(await undo(change?.id)).toMatchObject({ status: 200 })
    expect(await undo(change?.id)).toMatchObject({ status: 409 })
    expect(await house.call(token, `GET ${path}`)).toMatchObject({ body: { action: 'block' } })
    expect(changed.status).toBe(200)
    // Now it is again as it was made, so that its making can be undone, and that in turn.
    expect(await undo(creation?.id)).toMatchObject({ status: 200 })
    expect(await house.call(token, `GET ${path}`)).toMatchObject({ status: 404 })
    const [undone] = await changes()
    expect(undone?.action).toBe('rule.undo')
    expect(await undo(undone?.id)).toMatchObject({ status: 200 })
    const { body } = await house.call(token, 'GET /api/v1/rules?q=xn--bcher')
    expect(body).toMatchObject({
      rows: [{ action: 'block', note: 'asked by 75', declared: false }],
    })
  })

  test.each([
    ['no domain', { action: 'block' }, 'domain'],
    ['no name', { action: 'block', domain: 'a b' }, 'domain is not a domain name'],
    ['a place and an association', { ...WISH, site: '75-0042' }, 'not for both'],
    ['what there is not', { ...WISH, owner: 'x' }, 'there is no owner here'],
    [
      'a terminal escape in the note',
      { ...WISH, note: 'a\u001b[2Jb' },
      'note has a control character',
    ],
    ['a list', [], ''],
  ])('with %s is refused as a problem, and not made', async (_, body, sentence) => {
    await using house = await twoAssociations()
    const token = await house.token('national-admin', null)
    const answer = await house.call(token, 'POST /api/v1/rules', { body })
    expect(answer).toMatchObject({
      status: 400,
      body: { type: 'urn:accueil:problem:bad-body', detail: expect.stringContaining(sentence) },
    })
    expect(
      await house.database.sql`select from house.rule where action = 'block' and not declared`,
    ).toHaveLength(0)
  })
})

test('other things than a body of JSON are refused, and so is one that is too large', async () => {
  await using house = await twoAssociations()
  const token = await house.token('national-admin', null)
  const send = (body: unknown, headers = {}) =>
    house.call(token, 'POST /api/v1/rules', { body, headers })
  expect(await send(WISH, { 'Content-Type': 'text/plain' })).toMatchObject({ status: 400 })
  expect(await send({ ...WISH, note: 'x'.repeat(70_000) })).toMatchObject({ status: 413 })
  expect(await house.call(token, 'PUT /api/v1/rules')).toMatchObject({ status: 405 })
  const twice = await house.call(token, 'GET /api/v1/rules?q=a&q=b')
  expect(twice).toMatchObject({ status: 400 })
})
