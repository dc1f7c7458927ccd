import { describe, expect, test } from 'vitest'
import { twoAssociations } from './testing/two-associations.ts'

describe('a place of the API', () => {
  test('has the clock of the organisation where nothing else is said', async () => {
    await using house = await twoAssociations()
    const { world } = house.portal
    world.house = { ...world.house, zone: 'Indian/Reunion' }
    const token = await house.token('national-admin', null)
    const wish = { code: '75-0101', name: 'Saint-Denis', association: '75' }
    const made = await house.call(token, 'POST /api/v1/sites', { body: wish })
    expect(made).toMatchObject({ status: 201, body: { timezone: 'Indian/Reunion' } })
  })

  test('is added, found by a part of its name, renamed and renamed back', async () => {
    await using house = await twoAssociations()
    const token = await house.token('association-admin', ['75'])
    const postalAddress = '4 rue de la Forge, 75012 Paris'
    const wish = { code: '75-0100', name: 'Été <b>', association: '75', postalAddress }
    const created = await house.call(token, 'POST /api/v1/sites', { body: wish })
    expect(created).toMatchObject({
      status: 201,
      body: { ...wish, timezone: 'Europe/Paris', declared: false, gateways: 0, heardAt: null },
    })
    expect(await house.call(token, 'POST /api/v1/sites', { body: wish })).toMatchObject({
      status: 409,
    })
    for (const typed of ['ÉTÉ', 'été', 'ete', 'Éte', '0100']) {
      const { body } = await house.call(token, `GET /api/v1/sites?q=${encodeURIComponent(typed)}`)
      expect(body).toMatchObject({ rows: [{ code: '75-0100' }], next: null })
    }
    const renamed = await house.call(token, 'PATCH /api/v1/sites/75-0100', {
      body: { name: 'Hiver', postalAddress: null },
      headers: { 'If-Match': created.headers.get('ETag') ?? '' },
    })
    expect(renamed).toMatchObject({ status: 200, body: { name: 'Hiver', postalAddress: null } })
    const changes = await house.call(token, 'GET /api/v1/sites/changes?subject=site%2075-0100')
    const { rows } = changes.body as { rows: { id: string; canBeUndone: boolean }[] }
    // A place that was added is not taken away: what it has would go with it.
    expect(rows.map(({ canBeUndone }) => canBeUndone)).toEqual([true, false])
    const undone = await house.call(token, `POST /api/v1/sites/changes/${rows[0]?.id}/undo`)
    expect(undone).toMatchObject({ status: 200 })
    expect(await house.call(token, 'GET /api/v1/sites/75-0100')).toMatchObject({
      body: { name: 'Été <b>', postalAddress },
    })
  })

  test('is moved by who administers both associations, and by nobody else', async () => {
    await using house = await twoAssociations()
    const move = { body: { association: '69' }, headers: { 'If-Match': '*' } }
    const paris = await house.token('association-admin', ['75'])
    expect(await house.call(paris, 'PATCH /api/v1/sites/75-0042', move)).toMatchObject({
      status: 422,
    })
    const both = await house.token('association-admin', ['75', '69'])
    expect(await house.call(both, 'PATCH /api/v1/sites/75-0042', move)).toMatchObject({
      status: 200,
      body: { association: '69', associationName: 'Lyon' },
    })
  })
})

test('who changes what the files have is warned that the next apply brings it back', async () => {
  await using house = await twoAssociations()
  const token = await house.token('national-admin', null)
  const rename = { body: { name: 'République' }, headers: { 'If-Match': '*' } }
  const changed = await house.call(token, 'PATCH /api/v1/sites/75-0042', rename)
  expect(changed).toMatchObject({ status: 200, body: { declared: true } })
  expect(changed.headers.get('Warning')).toMatch(/^299 accueil "managed by file/)
  const read = await house.call(token, 'GET /api/v1/sites/75-0042')
  expect(read.headers.get('Warning')).toBeNull()
  const rules = await house.call(token, 'GET /api/v1/rules?q=all.example')
  const { rows } = rules.body as { rows: { id: string }[] }
  const gone = await house.call(token, `DELETE /api/v1/rules/${rows[0]?.id}`, {
    headers: { 'If-Match': '*' },
  })
  expect([gone.status, gone.headers.get('Warning')]).toEqual([
    204,
    expect.stringContaining('the next apply brings back'),
  ])
})

test('networks of a place, lists and categories are read, and no address with a password in it', async () => {
  await using house = await twoAssociations()
  await house.database.sql`
    insert into house.list (name, category, blocks, sha256, content)
    values ('fetched', 'games', '{guest}', 'none', '')`
  await house.database.sql`
    insert into house.list_source (list, url)
    values ('fetched', 'https://user:geheim@lists.example/games.txt')`
  const token = await house.token('association-admin', ['75'])
  expect(await house.call(token, 'GET /api/v1/sites/75-0042/networks')).toMatchObject({
    body: {
      rows: [
        { kind: 'guest', vlan: null, subnets: ['192.168.77.0/24'] },
        { kind: 'staff', vlan: 20, subnets: ['192.168.78.0/24'] },
      ],
    },
  })
  const lists = await house.call(token, 'GET /api/v1/lists?category=games')
  expect(lists).toMatchObject({
    body: {
      rows: [{ name: 'fetched', networks: ['guest'], host: 'lists.example', declared: true }],
    },
  })
  expect(JSON.stringify(lists.body)).not.toContain('geheim')
  expect(await house.call(token, 'GET /api/v1/categories')).toMatchObject({
    body: {
      rows: [{ name: 'adult', lists: ['adult'], networks: ['guest', 'staff'] }, { name: 'games' }],
    },
  })
})

test('jobs are listed and asked for by who administers the whole house', async () => {
  await using house = await twoAssociations()
  await house.database.sql`
    insert into house.job (name, started_at, finished_at, result)
    values ('ended devices', now() - interval '1 hour', now() - interval '59 minutes', 'removed 3')`
  const token = await house.token('national-admin', null)
  const asked = await house.call(token, 'POST /api/v1/jobs/ended%20devices/run', {
    headers: { 'Audit-Reason': 'a doubt' },
  })
  expect(asked).toMatchObject({
    status: 200,
    body: { name: 'ended devices', tookMs: 60_000, waits: true, askedBy: 'staff:national-admin' },
  })
  expect(await house.call(token, 'GET /api/v1/jobs')).toMatchObject({
    body: { rows: [asked.body] },
  })
  expect(await house.call(token, 'POST /api/v1/jobs/nothing/run')).toMatchObject({ status: 404 })
  const paris = await house.token('national-admin', ['75'])
  expect(await house.call(paris, 'GET /api/v1/jobs')).toMatchObject({ body: { rows: [] } })
  const [line] = await house.database.sql`
    select actor, reason from audit.entry where action = 'job.run'`
  expect(line).toEqual({ actor: 'staff:national-admin', reason: 'a doubt' })
})

test('gateways are listed with what was seen of them and without a secret', async () => {
  await using house = await twoAssociations()
  const token = await house.token('national-admin', null)
  const { status, body } = await house.call(token, 'GET /api/v1/gateways?site=75-0042')
  expect([status, body]).toEqual([
    200,
    {
      rows: [
        {
          ...{ name: 'gw-0042', site: '75-0042', kind: 'generic', vendor: 'standard' },
          ...{ address: '127.0.0.1/32', transport: 'udp', messageAuthenticator: 'required' },
          ...{ coaPort: null, declared: true, heardAt: null, clockSkewMs: null, refused: 0 },
        },
      ],
      next: null,
    },
  ])
})

test('the audit is read as far as one’s association, and the look is a line of it', async () => {
  await using house = await twoAssociations()
  const paris = await house.token('association-admin', ['75'])
  const { body } = await house.call(paris, 'GET /api/v1/audit?action=rule', {
    headers: { 'Audit-Reason': 'who was it' },
  })
  expect(body).toMatchObject({ rows: [{ subject: 'rule paris.example 75' }], next: null })
  const national = await house.token('auditor', null)
  const all = await house.call(national, 'GET /api/v1/audit')
  const { rows } = all.body as { rows: { action: string; actor: string; reason: string }[] }
  expect(rows.find(({ action }) => action === 'audit.read')).toMatchObject({
    ...{ actor: 'staff:association-admin', reason: 'who was it' },
  })
  expect(rows.length).toBeGreaterThan(3)
})
