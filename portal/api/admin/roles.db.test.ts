import { expect, test } from 'vitest'
import { twoAssociations } from './testing/two-associations.ts'

const ZOE = { subject: 'person:Zoe', role: 'list-editor', associations: ['75'] }

test('a role of the API is given once, read, shortened, taken away and given back', async () => {
  await using house = await twoAssociations()
  const token = await house.token('national-admin', null)
  const headers = { 'Idempotency-Key': 'k1', 'Audit-Reason': 'winter' }
  const made = await house.call(token, 'POST /api/v1/roles', { body: ZOE, headers })
  expect(made.status).toBe(201)
  const again = await house.call(token, 'POST /api/v1/roles', { body: ZOE, headers })
  expect([again.status, again.body]).toEqual([201, made.body])
  const other = await house.call(token, 'POST /api/v1/roles', { body: ZOE })
  expect([other.status, other.body]).toMatchObject([409, { type: 'urn:accueil:problem:exists' }])
  const at = made.headers.get('Location') ?? ''
  const read = await house.call(token, `GET ${at}`)
  expect(read.body).toMatchObject({
    ...{ subject: 'person:zoe', role: 'list-editor', associations: ['75'], sites: null },
    ...{ until: null, declared: false, madeBy: 'staff:national-admin' },
  })
  const state = { 'If-Match': read.headers.get('ETag') ?? '' }
  const body = { until: '2099-12-31' }
  expect((await house.call(token, `PATCH ${at}`, { body })).status).toBe(428)
  expect((await house.call(token, `PATCH ${at}`, { body, headers: state })).status).toBe(200)
  expect((await house.call(token, `PATCH ${at}`, { body, headers: state })).status).toBe(412)
  const any = { 'If-Match': '*' }
  expect((await house.call(token, `DELETE ${at}`, { headers: any })).status).toBe(204)
  const changes = await house.call(
    token,
    'GET /api/v1/roles/changes?subject=role%20person:zoe%20list-editor%2075',
  )
  const { rows } = changes.body as { rows: { id: string; action: string }[] }
  expect(rows.map(({ action }) => action)).toEqual(['role.remove', 'role.change', 'role.create'])
  const undo = `POST /api/v1/roles/changes/${rows[0]?.id}/undo`
  expect((await house.call(token, undo)).status).toBe(200)
  expect((await house.call(token, 'GET /api/v1/roles?q=zoe')).body).toMatchObject({
    rows: [{ until: '2099-12-31' }],
  })
})

test('a token gives what is within its reach and of a lower rank, and says why not', async () => {
  await using house = await twoAssociations()
  const token = await house.token('association-admin', ['75'])
  const give = (change: object): Promise<{ status: number; body: unknown }> =>
    house.call(token, 'POST /api/v1/roles', { body: { ...ZOE, ...change } })
  expect((await give({})).status).toBe(201)
  expect((await give({ role: 'log-reader' })).status).toBe(403)
  expect((await give({ role: 'auditor', associations: null })).status).toBe(403)
  expect((await give({ associations: ['69'] })).status).toBe(422)
  expect((await give({ role: 'place-helper', associations: null })).status).toBe(400)
  expect(await give({ role: 'auditor', until: '2020-01-01' })).toMatchObject({
    ...{ status: 422, body: { detail: expect.stringContaining('until is over already') } },
  })
})

test('terms of the API are drafted, changed and taken away until they count', async () => {
  await using house = await twoAssociations()
  await house.database.sql`insert into house.terms (version, effective) values ('v1', '2026-01-01')`
  const token = await house.token('national-admin', null)
  const body = { version: 'v2', effective: '2099-01-01', texts: { fr: '# Deux\r\n' } }
  const made = await house.call(token, 'POST /api/v1/terms', { body })
  expect([made.status, made.body]).toMatchObject([
    ...[201, { state: 'to-come', texts: { fr: '# Deux\n' }, accepted: 0 }],
  ])
  const headers = { 'If-Match': made.headers.get('ETag') ?? '' }
  const change = { texts: { en: '# Two\n' } }
  const changed = await house.call(token, 'PATCH /api/v1/terms/v2', { body: change, headers })
  expect(changed.body).toMatchObject({ languages: ['en', 'fr'] })
  expect(
    (await house.call(token, 'PATCH /api/v1/terms/v2', { body: change, headers })).status,
  ).toBe(412)
  const any = { 'If-Match': '*' }
  const inForce = await house.call(token, 'DELETE /api/v1/terms/v1', { headers: any })
  expect(inForce).toMatchObject({
    ...{
      status: 422,
      body: { detail: expect.stringContaining('people have accepted that very text') },
    },
  })
  expect((await house.call(token, 'DELETE /api/v1/terms/v2', { headers: any })).status).toBe(204)
  const list = await house.call(token, 'GET /api/v1/terms')
  expect(list.body).toMatchObject({
    rows: [
      { version: 'v1', state: 'in-force' },
      { version: '2026-01', state: 'former' },
    ],
    next: null,
  })
})

test('whom a role reaches is told to who may give it, in pages; who has both halves, to the whole house', async () => {
  await using house = await twoAssociations()
  const { sql } = house.database
  for (const account of ['anna', 'ben', 'carl']) {
    await sql`
      insert into staff.account (username, password_hash, groups) values (${account}, 'x', '{helpers}')`
  }
  const [role] = await sql<{ id: string }[]>`
    insert into house.role_grant (subject, role, associations, made_by)
    values ('group:helpers', 'place-helper', '{75}', 't') returning id::text`
  const path = `GET /api/v1/roles/${role?.id}/holders`
  const token = await house.token('association-admin', ['75'])
  const first = await house.call(token, `${path}?limit=2`)
  expect(first.body).toMatchObject({ rows: [{ account: 'anna' }, { account: 'ben' }] })
  const { next } = first.body as { next: string }
  expect((await house.call(token, `${path}?limit=2&cursor=${next}`)).body).toMatchObject({
    rows: [{ account: 'carl', seenAt: null }],
    next: null,
  })
  const looks = await sql`select association from audit.entry where action = 'roles.read'`
  expect(looks).toEqual([{ association: '75' }])
  expect(await house.call(await house.token('auditor', ['75']), path)).toMatchObject({
    status: 403,
  })
  const lyon = await house.token('association-admin', ['69'])
  expect(await house.call(lyon, path)).toMatchObject({ status: 404 })
  await sql`
    insert into house.role_grant (subject, role, made_by)
    values ('group:readers', 'log-reader', 't'), ('group:approvers', 'log-approver', 't')`
  await sql`update staff.account set groups = '{readers,approvers}' where username = 'carl'`
  const conflicts = async (asker: string) =>
    (await house.call(asker, 'GET /api/v1/roles/conflicts')).body
  expect(await conflicts(token)).toEqual({ rows: [] })
  expect(await conflicts(await house.token('auditor', null))).toEqual({ rows: ['person:carl'] })
})
