import { expect, test } from 'vitest'
import { logEvents } from '../../../test/support/journal.ts'
import { session } from '../../../test/support/log-events.ts'
import { twoAssociations } from './testing/two-associations.ts'

test('the overview tells what is wrong, as far as the token reaches and has the scope for it', async () => {
  await using house = await twoAssociations()
  const { sql } = house.database
  for (const gateway of ['gw-0042', 'gw-69']) {
    await sql`
      insert into house.gateway_posture
        (gateway, transport, heard_at, requests, unsigned, refused, over_limit)
      values (${gateway}, 'udp', now() - interval '2 hours', 0, 0, 0, 0)`
  }
  await sql`
    insert into house.list_source (list, url, allow_private)
    values ('adult', 'https://lists.example/adult', false)`
  await sql`insert into house.list_state (list, error) values ('adult', 'the server said 503')`
  await sql`
    insert into house.job (name, started_at, finished_at, failure)
    values ('retention', now(), now(), 'no space'), ('sealing', now(), now(), null)`
  const read = async (token: string): Promise<unknown> =>
    (await house.call(token, 'GET /api/v1/overview')).body
  const national = await read(await house.token('national-admin', null))
  expect(national).toMatchObject({
    ...{ sites: 3, failedJobs: [{ name: 'retention', failure: 'no space' }] },
    gatewaysInTrouble: [
      { gateway: 'gw-0042', trouble: 'silent', inAll: 2 },
      { gateway: 'gw-69', trouble: 'silent' },
    ],
    waiting: {
      requests: 1,
      lists: [{ name: 'adult', error: 'the server said 503' }],
      channels: [],
    },
  })
  const paris = await read(await house.token('association-admin', ['75']))
  expect(paris).toMatchObject({
    ...{ sites: 2, failedJobs: null, waiting: { requests: 0 } },
    gatewaysInTrouble: [{ gateway: 'gw-0042', inAll: 1 }],
  })
  const editor = await read(await house.token('list-editor', ['75']))
  expect(editor).toMatchObject({ gatewaysInTrouble: null, failedJobs: null })
  const log = await read(await house.token('log-reader', ['75']))
  expect(log).toMatchObject({ sites: 2, waiting: null })
})

test('associations come in pages, with their places that do not answer and who is connected', async () => {
  await using house = await twoAssociations()
  const { database } = house
  const at = { kind: 'start', at: new Date() } as const
  await logEvents(database, [session('1', { ...at, gateway: 'gw-69', site: '69-0001' })])
  const token = await house.token('auditor', null)
  const first = await house.call(token, 'GET /api/v1/associations?limit=1')
  expect(first.body).toMatchObject({ rows: [{ code: '69', sites: 1, silent: 0, connected: 1 }] })
  await database.sql`insert into house.association values ('13', 'Bouches-du-Rhône')`
  const { next } = first.body as { next: string }
  const second = await house.call(token, `GET /api/v1/associations?limit=1&cursor=${next}`)
  expect(second.body).toMatchObject({ rows: [{ code: '75', sites: 2, connected: 0 }], next: null })
})

test('what happened is told by hour and by day, of what the token reaches', async () => {
  await using house = await twoAssociations()
  await house.database.sql`
    insert into house.hour_count (hour, association, site, kind, name, n)
    select date_trunc('hour', now()) - make_interval(hours => ago), association, null, kind, name, n
    from (values (0, null, 'join', 'guest', 40), (0, '75', 'join', 'guest', 3),
                 (0, '69', 'join', 'guest', 37), (0, '75', 'failure', 'wrong-password', 2),
                 (72, '75', 'join', 'guest', 5)) v(ago, association, kind, name, n)`
  const paris = await house.token('place-helper', ['75'])
  const rowsOf = async (token: string, query = '') => {
    const { body } = await house.call(token, `GET /api/v1/activity${query}`)
    const { rows, timezone } = body as {
      rows: { kind: string; name: string; n: number }[]
      timezone: string
    }
    expect(timezone).toBe('Europe/Paris')
    return rows.map(({ kind, name, n }) => `${kind} ${name} ${n}`).toSorted()
  }
  expect(await rowsOf(paris)).toEqual(['failure wrong-password 2', 'join guest 3'])
  expect(await rowsOf(paris, '?span=days')).toEqual([
    ...['failure wrong-password 2', 'join guest 3', 'join guest 5'],
  ])
  expect(await rowsOf(await house.token('auditor', null))).toEqual(['join guest 40'])
  expect(await house.call(paris, 'GET /api/v1/activity?span=years')).toMatchObject({ status: 400 })
})
