import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { testSeal } from '../../../test/support/house.ts'
import { twoAssociations } from './testing/two-associations.ts'

const SECRET = 'sixteen-letters-1'
// NetBox shows a signature instead.
const NO_TOKEN: string | null = null

function signed(body: string, secret = SECRET): Readonly<Record<string, string>> {
  return { 'X-Hook-Signature': createHmac('sha512', secret).update(body).digest('hex') }
}

test('NetBox’s webhook has the inventory polled, once however often it comes, and only with its secret', async () => {
  await using house = await twoAssociations()
  const { sql } = house.database
  await sql`
    insert into house.job (name, started_at, finished_at) values ('inventory', now(), now())`
  const body = { event: 'updated', model: 'site' }
  const text = JSON.stringify(body)
  const hook = (headers: Readonly<Record<string, string>>) =>
    house.call(NO_TOKEN, 'POST /api/v1/inventory/netbox', { body, headers })
  // Without a declared secret nothing is right.
  expect(await hook(signed(text, ''))).toMatchObject({ status: 401 })
  await sql`
    insert into house.inventory (url, token, webhook_secret, code_from, gateway_role, guest_role, staff_role, most_missing)
    values ('https://netbox.example', 'sealed', ${testSeal.seal(SECRET, 'inventory-webhook')},
            'slug', 'gateway', 'guest', 'staff', 10)`
  for (const headers of [
    {},
    { 'X-Hook-Signature': 'zz' },
    signed(`${text} `),
    signed(text, 'another-secret-12'),
  ]) {
    expect(await hook(headers)).toMatchObject({
      status: 401,
      body: { type: 'urn:accueil:problem:bad-signature' },
    })
  }
  for (let times = 0; times < 3; times += 1) {
    expect(await hook(signed(text))).toMatchObject({ status: 204 })
  }
  const [job] = await sql`select asked_by, asked_at > started_at as waits from house.job`
  expect(job).toEqual({ asked_by: 'provider:netbox', waits: true })
  const lines = await sql`select actor from audit.entry where action = 'job.run'`
  expect([...lines]).toEqual([{ actor: 'provider:netbox' }])
  const large = 'x'.repeat(1_100_000)
  expect(
    await house.call(NO_TOKEN, 'POST /api/v1/inventory/netbox', { body: large, headers: {} }),
  ).toMatchObject({ status: 413 })
})

test('what waits is read and accepted by who administers the whole house, as it was read', async () => {
  await using house = await twoAssociations()
  const { sql } = house.database
  await sql`
    insert into house.job (name, started_at, finished_at) values ('inventory', now(), now())`
  await sql`
    insert into house.inventory_state (checked_at, places, held, held_sha256)
    values (now(), 12, '["- gateway gw-69"]', 'abc123')`
  const token = await house.token('national-admin', null)
  expect(await house.call(token, 'GET /api/v1/inventory')).toMatchObject({
    status: 200,
    body: { url: null, places: 12, held: ['- gateway gw-69'], heldId: 'abc123', acceptedBy: null },
  })
  const accept = (id: string) =>
    house.call(token, `POST /api/v1/inventory/held/${id}/accept`, {
      headers: { 'Audit-Reason': 'closed for good' },
    })
  expect(await accept('abc124')).toMatchObject({ status: 404 })
  expect(await accept('abc123')).toMatchObject({
    status: 200,
    body: { acceptedBy: 'staff:national-admin' },
  })
  const lines =
    await sql`select action, reason from audit.entry where actor = 'staff:national-admin' order by id`
  expect([...lines]).toEqual([
    { action: 'inventory.accept', reason: 'closed for good' },
    { action: 'job.run', reason: 'closed for good' },
  ])
  const paris = await house.token('national-admin', ['75'])
  expect(await house.call(paris, 'GET /api/v1/inventory')).toMatchObject({ body: { held: null } })
})
