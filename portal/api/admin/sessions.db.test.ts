import { expect, test } from 'vitest'
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
