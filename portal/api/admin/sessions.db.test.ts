import { expect, test } from 'vitest'
import { parseMac } from '#core/mac.ts'
import { logEvents } from '../../../test/support/journal.ts'
import { session } from '../../../test/support/log-events.ts'
import { twoAssociations } from './testing/two-associations.ts'

test('who is connected at a place is listed and disconnected with a reason, as far as the token reaches', async () => {
  await using house = await twoAssociations()
  const { database } = house
  const at = { kind: 'start', at: new Date() } as const
  await logEvents(database, [
    session('1', { ...at, gateway: 'gw-0042', site: '75-0042', account: 'bob' }),
    session('2', { ...at, gateway: 'gw-69', site: '69-0001', account: 'eve' }),
  ])
  const token = await house.token('place-helper', ['75'])
  const list = await house.call(token, 'GET /api/v1/sites/75-0042/sessions')
  expect(list.body).toMatchObject({ rows: [{ account: 'bob', gateway: 'gw-0042' }], next: null })
  expect((await house.call(token, 'GET /api/v1/sites/69-0001/sessions')).status).toBe(404)
  const path = 'POST /api/v1/sites/75-0042/sessions/end'
  const body = { account: 'bob' }
  expect((await house.call(token, path, { body })).status).toBe(400)
  const headers = { 'Audit-Reason': 'noise', 'Idempotency-Key': 'once' }
  const asked = await house.call(token, path, { body, headers })
  const again = await house.call(token, path, { body, headers })
  expect(again.body).toEqual(asked.body)
  const { request } = asked.body as { request: string }
  const outcome = await house.call(token, `GET /api/v1/disconnects/${request}`)
  expect(outcome.body).toMatchObject({ rows: [{ account: 'bob', gateway: 'gw-0042' }] })
  const lyon = await house.token('place-helper', ['69'])
  expect((await house.call(lyon, `GET /api/v1/disconnects/${request}`)).status).toBe(404)
  const wanted = await database.sql`select account from house.disconnect`
  expect(wanted).toEqual([{ account: 'bob' }])
  const looks = await database.sql`
    select subject, association from audit.entry where action = 'sessions.read'`
  expect(looks).toEqual([{ subject: 'site 75-0042', association: '75' }])
})

test('where a device is now is told with a reason, as far as the token reaches; and how many are where', async () => {
  await using house = await twoAssociations()
  const { database } = house
  const mac = parseMac('AA-BB-CC-DD-EE-01')
  const at = { kind: 'start', at: new Date(), mac } as const
  await logEvents(database, [
    session('1', { ...at, gateway: 'gw-0042', site: '75-0042' }),
    session('2', { ...at, gateway: 'gw-69', site: '69-0001' }),
  ])
  const paris = await house.token('place-helper', ['75'])
  const path = 'GET /api/v1/sessions?mac=aa:bb:cc:dd:ee:01'
  expect(await house.call(paris, path)).toMatchObject({ status: 400 })
  expect(await house.call(paris, 'GET /api/v1/sessions')).toMatchObject({ status: 400 })
  const headers = { 'Audit-Reason': 'elle ne se connecte pas' }
  expect((await house.call(paris, path, { headers })).body).toMatchObject({
    rows: [{ site: '75-0042', gateway: 'gw-0042' }],
    next: null,
  })
  const national = await house.token('national-admin', null)
  const first = await house.call(national, `${path}&limit=1`, { headers })
  const { next } = first.body as { next: string }
  const second = await house.call(national, `${path}&limit=1&cursor=${next}`, { headers })
  const sites = [first, second].flatMap(({ body }) =>
    (body as { rows: { site: string }[] }).rows.map(({ site }) => site),
  )
  expect(sites.toSorted()).toEqual(['69-0001', '75-0042'])
  const looks = await database.sql`
    select actor, reason from audit.entry where action = 'sessions.read' and subject like 'device %'`
  expect(looks).toHaveLength(2)
  const counts = async (token: string) =>
    (await house.call(token, 'GET /api/v1/sessions/counts')).body
  expect(await counts(paris)).toMatchObject({ rows: [{ site: '75-0042', guests: 1, staff: 0 }] })
  expect(await counts(national)).toMatchObject({ rows: [{ site: '69-0001' }, { site: '75-0042' }] })
})
