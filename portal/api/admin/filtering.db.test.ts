import { expect, test } from 'vitest'
import { listReference, ruleReference, serviceReference } from '#db/filter-references.ts'
import { twoAssociations } from './testing/two-associations.ts'
import type { TwoAssociations } from './testing/two-associations.ts'

const NONE = { allow: [], trust: [], imposed: [], answers: [], page: [], asked: false }
const REST = {
  addresses: [],
  private_names: [],
  internal: ['intra.example'],
  always: [],
  forward: [],
}
const OF_HOUSE = { ...NONE, ...REST, position: 0, hours: [], block: [] }

/** The organisation blocks adult names, Paris does not on its guest networks by day; Lyon has its own. */
async function withFilters({ database: { sql } }: TwoAssociations): Promise<void> {
  const levels = [
    { ...OF_HOUSE, block: ['adult'], association: null, site: null, network: null },
    {
      ...OF_HOUSE,
      internal: [],
      association: '75',
      site: null,
      network: 'guest',
      allow: ['adult'],
    },
    { ...OF_HOUSE, internal: [], association: '69', site: null, network: null, block: ['lyon'] },
    {
      ...OF_HOUSE,
      internal: [],
      association: null,
      site: '75-0042',
      network: 'guest',
      block: ['list:adult'],
    },
  ]
  for (const level of levels) await sql`insert into house.filter ${sql(level)}`
  await sql`
    update house.filter set position = 1, hours = '{mon-fri 09:00-12:00}' where site = '75-0042'`
}

test('why a name is blocked: the filter’s own verdict, what its reference stands for, and which levels say so', async () => {
  await using house = await twoAssociations()
  await withFilters(house)
  const reference = listReference({ name: 'adult', category: 'adult' })
  const asked: unknown[] = []
  house.portal.world.filter = (name, network) => {
    asked.push([name, network])
    return name === 'bad.example'
      ? { outcome: 'blocked', cause: 'category', category: 'adult', reference }
      : { outcome: 'free', listed: [] }
  }
  const token = await house.token('place-helper', ['75'])
  const why = (query: string) => house.call(token, `GET /api/v1/filtering/why?${query}`)
  const blocked = await why('name=Bad.Example.&site=75-0042')
  expect(asked).toEqual([['bad.example', { site: '75-0042', kind: 'guest' }]])
  expect(blocked.body).toMatchObject({
    ...{ name: 'bad.example', site: '75-0042', outcome: 'blocked', category: 'adult', reference },
    causes: [{ kind: 'list', list: { name: 'adult', category: 'adult' } }],
    levels: [
      { level: 'network', block: ['list:adult'], hours: ['mon-fri 09:00-12:00'] },
      { level: 'association', allow: ['adult'] },
      { level: 'organisation', block: ['adult'] },
    ],
    rules: [],
  })
  expect(JSON.stringify(blocked.body)).not.toContain('intra.example')
  const staff = await why('name=bad.example&site=75-0042&network=staff')
  expect(staff.body).toMatchObject({ levels: [{ level: 'organisation' }] })
  const free = await why('name=www.paris.example&site=75-0042')
  expect(free.body).toMatchObject({
    ...{ outcome: 'free', reference: null, causes: [], levels: [] },
    rules: [{ domain: 'paris.example', action: 'block', association: '75' }],
  })
  expect(await why('name=a.example&site=69-0001')).toMatchObject({ status: 422 })
  expect(await why('name=a..example')).toMatchObject({ status: 400 })
})

test('the letters of a block page stand for a rule, a list, a service, as far as the token may see', async () => {
  await using house = await twoAssociations()
  const token = await house.token('place-helper', ['75'])
  const look = (ref: string) => house.call(token, `GET /api/v1/filtering/references/${ref}`)
  const rule = { action: 'block', network: null, site: null } as const
  const paris = ruleReference({ ...rule, domain: 'paris.example', association: '75' })
  expect((await look(paris.toLowerCase())).body).toMatchObject({
    rows: [{ kind: 'rule', rule: { domain: 'paris.example', association: '75' } }],
  })
  expect((await look(serviceReference('tiktok'))).body).toEqual({
    rows: [{ kind: 'service', service: 'tiktok' }],
  })
  const lyon = ruleReference({ ...rule, domain: 'lyon.example', association: '69' })
  expect((await look(lyon)).body).toEqual((await look('ZZZZZ')).body)
  const national = await house.token('national-admin', null)
  expect(await house.call(national, `GET /api/v1/filtering/references/${lyon}`)).toMatchObject({
    body: { rows: [{ rule: { domain: 'lyon.example' } }] },
  })
})

test('the policy in force at a place: levels, rules and lifts, each with where it comes from', async () => {
  await using house = await twoAssociations()
  await withFilters(house)
  const { sql } = house.database
  await sql`
    insert into house.rule (action, domain, site, until)
    values ('allow', 'here.example', '75-0042', null), ('allow', 'over.example', '75-0042', now()),
           ('allow', 'there.example', '75-0001', null)`
  await sql`
    insert into house.filter_lift (site, subject, ends_at, made_by, reason)
    values ('75-0042', 'adult', now() + interval '1 hour', 'cli:ada', 'a lesson'),
           ('75-0001', null, now() + interval '1 hour', 'cli:ada', 'elsewhere'),
           ('69-0001', null, now() + interval '1 hour', 'cli:ada', 'in Lyon')`
  const token = await house.token('place-helper', ['75'])
  const rowsOf = async (path: string): Promise<readonly Record<string, unknown>[]> => {
    const { body } = await house.call(token, `GET ${path}`)
    return (body as { rows: Record<string, unknown>[] }).rows
  }
  const levels = await rowsOf('/api/v1/filters?at=75-0042')
  expect(levels.map(({ level }) => level)).toEqual(['organisation', 'association', 'network'])
  const first = await house.call(token, 'GET /api/v1/filters?limit=2')
  const { next } = first.body as { next: string }
  expect(await rowsOf(`/api/v1/filters?limit=2&cursor=${next}`)).toHaveLength(1)
  const rules = await rowsOf('/api/v1/rules?at=75-0042')
  expect(rules.map(({ domain, site, association }) => [domain, site, association])).toEqual([
    ['all.example', null, null],
    ['here.example', '75-0042', null],
    ['paris.example', null, '75'],
  ])
  expect(await rowsOf('/api/v1/filter-lifts?at=75-0042')).toMatchObject([
    { subject: 'adult', madeBy: 'cli:ada', reason: 'a lesson' },
  ])
  expect(await rowsOf('/api/v1/filter-lifts')).toHaveLength(2)
  for (const list of ['rules', 'filters', 'filter-lifts']) {
    const [theirs, nobodys] = [
      await house.call(token, `GET /api/v1/${list}?at=69-0001`),
      await house.call(token, `GET /api/v1/${list}?at=69-9999`),
    ]
    expect([list, theirs.status, theirs.body]).toEqual([list, 422, nobodys.body])
  }
})

test('how much was blocked is told by hour, day and week, of the places within reach', async () => {
  await using house = await twoAssociations()
  const { sql } = house.database
  const hour = (hours: number) => sql`date_trunc('hour', now()) - make_interval(hours => ${hours})`
  for (const [site, category, ago, queries] of [
    ['75-0042', 'adult', 0, 2],
    ['75-0042', 'adult', 5, 3],
    ['75-0001', 'adult', 100, 10],
    ['75-0001', 'adult', 24 * 8, 1000],
    ['69-0001', 'adult', 1, 500],
    ['75-0042', 'games', 50, 4],
  ] as const) {
    await sql`
      insert into house.filter_count (hour, site, network, category, queries)
      values (${hour(ago)}, ${site}, 'guest', ${category}, ${queries})`
  }
  const token = await house.token('list-editor', ['75'])
  const counts = async (query = '') =>
    (await house.call(token, `GET /api/v1/filtering/counts${query}`)).body
  expect(await counts()).toEqual({
    all: 19,
    rows: [
      { category: 'adult', hour: 2, day: 5, week: 15, passed: 0 },
      { category: 'games', hour: 0, day: 0, week: 4, passed: null },
    ],
  })
  expect(await counts('?site=75-0001')).toEqual({
    all: 10,
    rows: [{ category: 'adult', hour: 0, day: 0, week: 10, passed: 0 }],
  })
  for (const theirs of ['site=69-0001', 'association=69']) {
    expect(await house.call(token, `GET /api/v1/filtering/counts?${theirs}`)).toMatchObject({
      status: 422,
    })
  }
})

test('what a change would have done last week: let through although listed, of a name by its categories', async () => {
  await using house = await twoAssociations()
  const { sql } = house.database
  await sql`
    insert into house.filter_count (hour, site, network, category, queries, passed)
    values (date_trunc('hour', now()), '75-0042', 'guest', 'adult', 3, 20),
           (date_trunc('hour', now()), '75-0042', 'staff', 'adult', 1, 5),
           (date_trunc('hour', now()), '75-0042', 'guest', null, 77, 0),
           (date_trunc('hour', now()), '69-0001', 'guest', 'adult', 600, 600)`
  const token = await house.token('list-editor', ['75'])
  const bodyOf = async (path: string) =>
    (await house.call(token, `GET /api/v1/filtering/${path}`)).body
  expect(await bodyOf('counts?association=75')).toEqual({
    ...{ all: 81, rows: [{ category: 'adult', hour: 4, day: 4, week: 4, passed: 25 }] },
  })
  expect(await bodyOf('counts?site=75-0042&network=staff')).toEqual({
    ...{ all: 1, rows: [{ category: 'adult', hour: 1, day: 1, week: 1, passed: 5 }] },
  })
  house.portal.world.filter = () => ({ outcome: 'free', listed: ['adult'] })
  expect(await bodyOf('why?name=a.example&site=75-0042')).toMatchObject({
    ...{ outcome: 'free', category: null },
    lastWeek: { all: 80, categories: [{ category: 'adult', week: 3, passed: 20 }] },
  })
  house.portal.world.filter = () => ({ outcome: 'free', listed: [] })
  expect(await bodyOf('why?name=a.example')).toMatchObject({
    ...{ lastWeek: { all: 81, categories: [] } },
  })
  house.portal.world.filter = () => ({ outcome: 'free', listed: null })
  expect(await bodyOf('why?name=a.example')).toMatchObject({ lastWeek: null })
})
