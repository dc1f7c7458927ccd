import { describe, expect, test } from 'vitest'
import { dnsTokenOf, rotateDnsToken } from '#db/dns-tokens.ts'
import { testSeal } from '../../../test/support/house.ts'
import { twoAssociations } from './testing/two-associations.ts'

const PLACE = '/api/v1/sites/75-0001/networks'
const WISH = {
  ...{ kind: 'guest', subnets: ['192.168.77.0/24', '2001:DB8::/64'], ssid: 'Été', vlan: 30 },
  nat: { address: '203.0.113.7', firstPort: 1024, lastPort: 65_535, portsEach: 200 },
}
const ANY = { 'If-Match': '*' }

describe('a network of the API', () => {
  test('is made, read, changed and taken away, each with its history, and brought back by undoing', async () => {
    await using house = await twoAssociations()
    const token = await house.token('association-admin', ['75'])
    const made = await house.call(token, `POST ${PLACE}`, {
      body: WISH,
      headers: { 'Audit-Reason': 'the new hall' },
    })
    const whole = {
      ...{ ...WISH, site: '75-0001', subnets: ['192.168.77.0/24', '2001:db8::/64'] },
      grantSeconds: 2_592_000,
    }
    expect(made).toMatchObject({ status: 201, body: whole })
    expect(made.headers.get('Location')).toBe(`${PLACE}/guest`)
    expect(await house.call(token, `POST ${PLACE}`, { body: WISH })).toMatchObject({ status: 409 })
    const change = (body: object, etag: string) =>
      house.call(token, `PATCH ${PLACE}/guest`, { body, headers: { 'If-Match': etag } })
    const etag = made.headers.get('ETag') ?? ''
    const changed = await change({ ssid: 'Hiver', nat: null, grantSeconds: 60 }, etag)
    expect(changed).toMatchObject({ status: 200, body: { ssid: 'Hiver', nat: null, vlan: 30 } })
    expect(await change({ vlan: null }, etag)).toMatchObject({ status: 412 })
    const gone = await house.call(token, `DELETE ${PLACE}/guest`, {
      headers: { 'If-Match': changed.headers.get('ETag') ?? '' },
    })
    expect(gone.status).toBe(204)
    expect(await house.call(token, `GET ${PLACE}/guest`)).toMatchObject({ status: 404 })
    const history = await house.call(
      token,
      'GET /api/v1/networks/changes?subject=network+75-0001+guest',
    )
    expect(history.body).toMatchObject({
      rows: [
        { action: 'network.remove', after: null, canBeUndone: true },
        { action: 'network.change', before: { ssid: 'Été' }, after: { ssid: 'Hiver' } },
        { action: 'network.create', reason: 'the new hall', before: null, association: '75' },
      ],
    })
    const { rows } = history.body as { rows: { id: string }[] }
    const undo = (n: number) =>
      house.call(token, `POST /api/v1/networks/changes/${rows[n]?.id}/undo`)
    expect(await undo(1)).toMatchObject({ status: 409 })
    expect(await undo(0)).toMatchObject({ status: 200 })
    expect(await undo(1)).toMatchObject({ status: 200 })
    expect(await house.call(token, `GET ${PLACE}`)).toMatchObject({ body: { rows: [whole] } })
    expect(await undo(2)).toMatchObject({ status: 200 })
    expect(await house.call(token, `GET ${PLACE}`)).toMatchObject({ body: { rows: [] } })
  })

  test('comes back with what the files alone say of it', async () => {
    await using house = await twoAssociations()
    const { sql } = house.database
    await sql`
      update house.network set captive_ssid = 'Interne', captive_gateways = '{gw-0042}',
        captive_vlan = 21, captive_grant_seconds = 3600, captive_random_mac_seconds = 600
      where site = '75-0042' and kind = 'staff'`
    const row = () => sql`
      select to_jsonb(n) as row from house.network n where site = '75-0042' and kind = 'staff'`
    const before = await row()
    const token = await house.token('association-admin', ['75'])
    const one = '/api/v1/sites/75-0042/networks/staff'
    for (const body of [{ vlan: 21 }, { ssid: 'Interne' }]) {
      const alike = await house.call(token, `PATCH ${one}`, { body, headers: ANY })
      expect(alike).toMatchObject({
        status: 422,
        body: { detail: expect.stringContaining('802.1X') },
      })
    }
    const gone = await house.call(token, `DELETE ${one}`, { headers: ANY })
    expect([gone.status, gone.headers.get('Warning')]).toEqual([
      204,
      expect.stringContaining('the next apply brings back'),
    ])
    const history = await house.call(token, 'GET /api/v1/networks/changes')
    const { rows } = history.body as { rows: { id: string }[] }
    await house.call(token, `POST /api/v1/networks/changes/${rows[0]?.id}/undo`)
    expect(await row()).toEqual(before)
  })

  test.each([
    [
      'rule',
      `insert into house.rule (action, domain, site, network)
              values ('block', 'x.example', '75-0042', 'guest')`,
    ],
    [
      'device of the filter',
      `insert into house.filter_device (site, network, name)
              values ('75-0042', 'guest', 'library')`,
    ],
    [
      'window',
      `insert into house.filter_window (site, network, address, reason, made_by, ends_at)
              values ('75-0042', 'guest', '192.168.77.9', 'r', 'cli:ada', now() + interval '1 hour')`,
    ],
    [
      'filter',
      `insert into house.filter (site, network, position, hours, block, allow, trust, imposed,
                answers, page, asked, addresses, private_names, internal, always)
              values ('75-0042', 'guest', 0, '{}', '{adult}', '{}', '{}', '{}', '{}', '{}', false, '{}',
                '{}', '{}', '{}')`,
    ],
  ])('stays while a %s is for it alone', async (_, statement) => {
    await using house = await twoAssociations()
    const token = await house.token('association-admin', ['75'])
    await house.database.sql.unsafe(statement)
    const one = '/api/v1/sites/75-0042/networks/guest'
    const refused = await house.call(token, `DELETE ${one}`, { headers: ANY })
    expect(refused).toMatchObject({
      status: 422,
      body: { detail: expect.stringContaining('end those first') },
    })
    expect(await house.call(token, `GET ${one}`)).toMatchObject({ status: 200 })
    const staff = await house.call(token, `DELETE /api/v1/sites/75-0042/networks/staff`, {
      headers: ANY,
    })
    expect(staff.status).toBe(204)
  })

  test('has no more addresses than its translation has ports for', async () => {
    await using house = await twoAssociations()
    const token = await house.token('association-admin', ['75'])
    const body = { ...WISH, nat: { ...WISH.nat, portsEach: 300 } }
    const many = await house.call(token, `POST ${PLACE}`, { body })
    expect(many).toMatchObject({
      status: 422,
      body: { detail: expect.stringContaining('source ports') },
    })
    const { nat } = WISH
    for (const wrong of [
      { ...WISH, subnets: [] },
      { ...WISH, subnets: ['192.168.77.0/33'] },
      { ...WISH, ssid: 'é'.repeat(17) },
      { ...WISH, vlan: 4095 },
      { ...WISH, nat: { ...nat, lastPort: 1 } },
      { ...WISH, kind: 'other' },
    ]) {
      expect(await house.call(token, `POST ${PLACE}`, { body: wrong })).toMatchObject({
        status: 400,
      })
    }
  })
})

test('a token of a place’s DNS that was replaced does not count again when its network comes back', async () => {
  await using house = await twoAssociations()
  const { database } = house
  const owner = { site: '75-0042', network: 'guest', device: null } as const
  const first = await dnsTokenOf(database, testSeal, owner)
  await rotateDnsToken(database, owner, new Date(0))
  const second = await dnsTokenOf(database, testSeal, owner)
  const token = await house.token('association-admin', ['75'])
  await house.call(token, 'DELETE /api/v1/sites/75-0042/networks/guest', { headers: ANY })
  const history = await house.call(token, 'GET /api/v1/networks/changes')
  const { rows } = history.body as { rows: { id: string }[] }
  await house.call(token, `POST /api/v1/networks/changes/${rows[0]?.id}/undo`)
  expect(await dnsTokenOf(database, testSeal, owner)).toBe(second)
  expect(second).not.toBe(first)
})
