import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readConfig } from '#core/config.ts'
import { listZip, readZipEntry } from '#db/export/zip.ts'
import { loadGateways } from '#db/gateways.ts'
import type { Gateway } from '#db/gateways.ts'
import { ensureGenerations } from '#db/own-authority.ts'
import { testSeal } from '../../../test/support/house.ts'
import { createPlaceFiles } from '../../place-files.ts'
import { twoAssociations } from './testing/two-associations.ts'
import type { TwoAssociations } from './testing/two-associations.ts'

const PATH = '/api/v1/gateways'
const ANY = { 'If-Match': '*' }

async function stored({ database }: TwoAssociations, name: string): Promise<Gateway | undefined> {
  await database.sql`delete from house.gateway where name = 'gw-69'`
  return (await loadGateways(database, testSeal)).find((one) => one.name === name)
}

async function historyOf(
  house: TwoAssociations,
  token: string,
): Promise<readonly { id: string; canBeUndone: boolean }[]> {
  const { body } = await house.call(token, `GET ${PATH}/changes`)
  return (body as { rows: { id: string; canBeUndone: boolean }[] }).rows
}

describe('a gateway of the API', () => {
  test('is made with secrets that nobody is shown, changed, and changed back', async () => {
    await using house = await twoAssociations()
    const token = await house.token('association-admin', ['75'])
    const made = await house.call(token, `POST ${PATH}`, {
      body: { site: '75-0001', kind: 'generic', address: '192.0.2.7' },
      headers: { 'Audit-Reason': 'the new hall' },
    })
    const body = {
      ...{ name: 'gw-75-0001', site: '75-0001', kind: 'generic', vendor: 'standard' },
      ...{ address: '192.0.2.7/32', transport: 'udp', messageAuthenticator: 'required' },
      ...{ coaPort: null, declared: true, heardAt: null, clockSkewMs: null, refused: 0 },
    }
    expect([made.status, made.body]).toEqual([201, body])
    expect(made.headers.get('Location')).toBe(`${PATH}/gw-75-0001`)
    const { secret } = (await stored(house, 'gw-75-0001')) ?? { secret: '' }
    expect(secret).toMatch(/^[\w-]{32}$/)
    const etag = made.headers.get('ETag') ?? ''
    const change = (to: object, match: string) =>
      house.call(token, `PATCH ${PATH}/gw-75-0001`, { body: to, headers: { 'If-Match': match } })
    const wish = { kind: 'opennds', address: '192.0.2.8', coaPort: 3799 }
    const changed = await change(wish, etag)
    expect(changed).toMatchObject({
      ...{ status: 200, body: { kind: 'opennds', address: '192.0.2.8/32', coaPort: 3799 } },
    })
    expect(await change({ coaPort: null }, etag)).toMatchObject({ status: 412 })
    const opennds = await stored(house, 'gw-75-0001')
    expect([opennds?.secret, opennds?.fas?.level]).toEqual([secret, 1])
    const [last, first] = await historyOf(house, token)
    const undo = (id = '') => house.call(token, `POST ${PATH}/changes/${id}/undo`)
    expect(await undo(first?.id)).toMatchObject({ status: 409 })
    expect(await undo(last?.id)).toMatchObject({ status: 200 })
    expect(await house.call(token, `GET ${PATH}/gw-75-0001`)).toMatchObject({ body })
    const [undone] = await historyOf(house, token)
    expect(await undo(undone?.id)).toMatchObject({ status: 200 })
    // Its key waited for that.
    expect(await stored(house, 'gw-75-0001')).toEqual(opennds)
    const lines = await house.database.sql`
      select action, reason, details from audit.entry where subject = 'gateway gw-75-0001' order by id`
    expect(lines.map(({ action, reason }) => [action, reason] as unknown)).toEqual([
      ['gateway.create', 'the new hall'],
      ...['change', 'undo', 'undo'].map((deed) => [`gateway.${deed}`, null]),
    ])
    expect(JSON.stringify([lines, made, changed])).not.toContain(secret)
  })

  test('that is taken away does not come back, for its secrets are gone', async () => {
    await using house = await twoAssociations()
    const token = await house.token('association-admin', ['75'])
    await house.database.sql`
      insert into house.gateway_posture (gateway, transport, requests, unsigned, refused, over_limit)
      values ('gw-0042', 'udp', 0, 0, 0, 0)`
    const gone = await house.call(token, `DELETE ${PATH}/gw-0042`, { headers: ANY })
    expect([gone.status, gone.headers.get('Warning')]).toEqual([
      204,
      expect.stringContaining('the next apply brings back'),
    ])
    expect(await house.call(token, `GET ${PATH}/gw-0042`)).toMatchObject({ status: 404 })
    const [line] = await historyOf(house, token)
    expect(line).toMatchObject({ canBeUndone: false, before: { address: '127.0.0.1/32' } })
    expect(await house.call(token, `POST ${PATH}/changes/${line?.id}/undo`)).toMatchObject({
      status: 409,
      body: { detail: expect.stringContaining('nobody has kept them') },
    })
    const again = await house.call(token, `POST ${PATH}`, {
      body: { site: '75-0042', name: 'gw-0042', kind: 'mikrotik' },
    })
    expect(again).toMatchObject({
      status: 201,
      body: { transport: 'radsec', vendor: 'mikrotik', coaPort: 3799, declared: true },
    })
    const [made] = await historyOf(house, token)
    expect(await house.call(token, `POST ${PATH}/changes/${made?.id}/undo`)).toMatchObject({
      status: 200,
    })
    expect(await house.call(token, `GET ${PATH}/gw-0042`)).toMatchObject({ status: 404 })
  })

  test('has a name and an address that no other has, whoever sees that one, and one way to be known', async () => {
    await using house = await twoAssociations()
    const token = await house.token('association-admin', ['75'])
    const add = (more: object) =>
      house.call(token, `POST ${PATH}`, { body: { site: '75-0001', kind: 'generic', ...more } })
    const taken = [await add({ name: 'gw-69' }), await add({ address: '10.69.0.1' })]
    expect(taken.map(({ status }) => status)).toEqual([409, 409])
    expect(JSON.stringify(taken.map(({ body }) => body))).not.toContain('69')
    const change = (body: object) =>
      house.call(token, `PATCH ${PATH}/gw-0042`, { body, headers: ANY })
    expect(await change({ address: '10.69.0.1' })).toMatchObject({ status: 409 })
    expect(await change({ address: null })).toMatchObject({
      ...{ status: 422, body: { detail: expect.stringContaining('its address alone') } },
    })
    for (const wrong of [
      ...[{ address: '192.0.2.0/24' }, { address: 'x' }, { kind: 'unifi' }, { coaPort: 0 }],
      ...[
        { messageAuthenticator: 'no' },
        { messageAuthenticator: 'trusted' },
        { secret: 'x' },
        { site: '75-0001' },
      ],
    ]) {
      expect(await change(wrong)).toMatchObject({ status: 400 })
    }
    expect(await change({ messageAuthenticator: 'auto' })).toMatchObject({ status: 200 })
  })

  test('keeps what the files alone say of it', async () => {
    await using house = await twoAssociations()
    const { sql } = house.database
    const token = await house.token('association-admin', ['75'])
    const change = (body: object) =>
      house.call(token, `PATCH ${PATH}/gw-0042`, { body, headers: ANY })
    await sql`
      update house.network set captive_ssid = 'Interne', captive_gateways = '{gw-0042}',
        captive_vlan = 21, captive_grant_seconds = 3600, captive_random_mac_seconds = 600
      where site = '75-0042' and kind = 'staff'`
    const captive = { status: 422, body: { detail: expect.stringContaining('802.1X') } }
    expect(await change({ kind: 'mikrotik' })).toMatchObject(captive)
    expect(await house.call(token, `DELETE ${PATH}/gw-0042`, { headers: ANY })).toMatchObject(
      captive,
    )
    await sql`update house.network set captive_gateways = '{}' where site = '75-0042'`
    const settings = { status: 422, body: { detail: expect.stringContaining('files of apply') } }
    await sql`
      insert into house.gateway_settings (gateway, settings, revokes) values ('gw-0042', 'sealed', false)`
    expect(await change({ kind: 'mikrotik' })).toMatchObject(settings)
    await sql`delete from house.gateway_settings`
    await sql`update house.gateway set coa_port = 1, coa_secret = 'sealed' where name = 'gw-0042'`
    expect(await change({ coaPort: null })).toMatchObject(settings)
    await sql`update house.gateway set vendor = 'cisco' where name = 'gw-0042'`
    expect(await change({ coaPort: 2, kind: 'generic' })).toMatchObject({
      ...{ status: 200, body: { coaPort: 2, vendor: 'cisco' } },
    })
  })
})

test('what the files changed is undone as far as pages and API may change it', async () => {
  await using house = await twoAssociations()
  const { sql } = house.database
  const token = await house.token('association-admin', ['75'])
  const row = {
    ...{ name: 'gw-0042', site: '75-0042', kind: 'generic', vendor: 'standard', fas_level: null },
    ...{ address: '127.0.0.1/32', coa_port: null, message_authenticator: 'required' },
    ...{ radsec_certificate: null, former_secret_until: null },
  }
  const applied = (before: object, after: object): Promise<unknown> => sql`
    insert into audit.entry (actor, action, subject, association, details)
    values ('cli:ada', 'gateway.change', 'gateway gw-0042', '75',
            ${sql.json({ before: { ...row, ...before }, after: { ...row, ...after } })})`
  await applied({ radsec_certificate: 'a'.repeat(64) }, {})
  await applied({ site: '75-0001', address: '192.0.2.1/32' }, {})
  // A secret alone, which is hidden.
  await applied({}, {})
  await applied({ address: '192.0.2.1/32', coa_port: 3799 }, {})
  const lines = await historyOf(house, token)
  expect(lines.map(({ canBeUndone }) => canBeUndone)).toEqual([true, false, false, false])
  const undo = (n: number) => house.call(token, `POST ${PATH}/changes/${lines[n]?.id}/undo`)
  expect(await undo(1)).toMatchObject({ status: 404 })
  expect(await undo(0)).toMatchObject({ status: 200 })
  expect(await house.call(token, `GET ${PATH}/gw-0042`)).toMatchObject({
    body: { address: '192.0.2.1/32', coaPort: 3799 },
  })
})

test('a gateway that was seen to sign is let sign no more, for a reason, within reach', async () => {
  await using house = await twoAssociations()
  const { sql } = house.database
  await sql`
    insert into house.gateway_posture (gateway, transport, requests, unsigned, refused, over_limit,
      enforced_at, heard_at)
    select name, 'udp', 1, 0, 0, 0, now(), now() from house.gateway`
  const token = await house.token('association-admin', ['75'])
  const forget = (name: string, headers: Readonly<Record<string, string>> = {}) =>
    house.call(token, `POST ${PATH}/${name}/forget-signing`, { headers })
  const why = { 'Audit-Reason': 'it was reset' }
  expect(await forget('gw-0042')).toMatchObject({ status: 400 })
  expect(await forget('gw-69', why)).toMatchObject({ status: 404 })
  const signs = () => house.call(token, 'GET /api/v1/sites/75-0042/signs')
  const one = { name: 'gw-0042', transport: 'udp', heardAt: expect.any(String) }
  expect(await signs()).toMatchObject({
    ...{ status: 200, body: { gateways: [{ ...one, enforcedAt: expect.any(String) }], names: [] } },
  })
  for (const _ of [1, 2]) expect(await forget('gw-0042', why)).toMatchObject({ status: 200 })
  expect(await signs()).toMatchObject({ body: { gateways: [{ ...one, enforcedAt: null }] } })
  const kept = await sql`select gateway from house.gateway_posture where enforced_at is not null`
  expect([...kept]).toEqual([{ gateway: 'gw-69' }])
  const lines = await sql`
    select subject, reason from audit.entry where action = 'radius.forget-signing'`
  expect([...lines]).toEqual([{ subject: 'house.gateway gw-0042', reason: 'it was reset' }])
})

async function houseWithFiles(): Promise<TwoAssociations> {
  const read = readConfig({ ACCUEIL_PUBLIC_URL: 'https://198.51.100.9' })
  if (!read.ok) throw new Error(read.problems.join())
  const { config } = read
  return twoAssociations({
    placeFiles: (database) =>
      createPlaceFiles({ config, database, seal: testSeal }, (question) => question()),
  })
}

async function filesIn(zip: unknown): Promise<ReadonlyMap<string, string>> {
  const path = join(mkdtempSync(join(tmpdir(), 'accueil-files-')), 'place.zip')
  writeFileSync(path, zip as Buffer)
  const files = new Map<string, string>()
  for (const entry of await listZip(path)) {
    const pieces: Buffer[] = []
    for await (const piece of readZipEntry(path, entry)) pieces.push(piece)
    files.set(entry.name, Buffer.concat(pieces).toString('utf8'))
  }
  return files
}

describe('the files of a place', () => {
  test('are handed over with the secrets, once that is in the audit, and are kept for nobody who asks again', async () => {
    await using house = await houseWithFiles()
    const { database } = house
    const token = await house.token('association-admin', ['75'])
    const ask = (body: object, headers: Readonly<Record<string, string>> = {}) =>
      house.call(token, 'POST /api/v1/sites/75-0100/files', { body, headers })
    await house.call(token, 'POST /api/v1/sites', {
      body: { code: '75-0100', name: 'Est', association: '75' },
    })
    expect(await ask({ kind: 'opennds' })).toMatchObject({
      ...{ status: 422, body: { detail: expect.stringContaining('no such gateway') } },
    })
    await house.call(token, 'POST /api/v1/sites/75-0100/networks', {
      body: { kind: 'guest', subnets: ['192.168.80.0/24'], ssid: 'Restos' },
    })
    await house.call(token, `POST ${PATH}`, { body: { site: '75-0100', kind: 'opennds' } })
    const early = await ask({ kind: 'opennds' })
    expect(early).toMatchObject({
      ...{ status: 422, body: { detail: expect.stringContaining('no certificate authority') } },
    })
    await ensureGenerations(database.as('radius'), testSeal, Date.now)
    expect(await ask({ kind: 'mikrotik' })).toMatchObject({ status: 422 })
    expect(await ask({ kind: 'opennds', gateway: 'gw-0042' })).toMatchObject({ status: 422 })
    expect(await ask({ kind: 'opennds', lan: '$(id)' })).toMatchObject({ status: 400 })
    expect(await ask({ kind: 'opennds' }, { 'Idempotency-Key': 'k' })).toMatchObject({
      ...{ status: 422, body: { detail: expect.stringContaining('without Idempotency-Key') } },
    })
    const lines = () => database.sql`
      select actor, action, reason, association from audit.entry where action = 'gateway.config'`
    expect(await lines()).toHaveLength(0)
    const before = await stored(house, 'gw-75-0100')
    const got = await ask({ kind: 'opennds', dot1x: null }, { 'Audit-Reason': 'Monday' })
    expect([
      got.status,
      ...['Content-Type', 'Cache-Control'].map((h) => got.headers.get(h)),
    ]).toEqual([200, 'application/zip', 'no-store'])
    expect(got.headers.get('Content-Disposition')).toContain('gw-75-0100-opennds.zip')
    const files = await filesIn(got.body)
    const gateway = await stored(house, 'gw-75-0100')
    expect(files.get('opennds.conf')).toContain(`faskey ${gateway?.fas?.key}`)
    // Known from now on by the certificate that is in them.
    expect(gateway?.radsec).not.toEqual(before?.radsec)
    expect([...(await lines())]).toEqual([
      ...[{ actor: 'staff:association-admin', action: 'gateway.config' }].map((line) => ({
        ...{ ...line, reason: 'Monday', association: '75' },
      })),
    ])
    expect(await database.sql`select from house.answered_request`).toHaveLength(0)
  })

  test('whose certificate the declaration has are made by the command', async () => {
    await using house = await houseWithFiles()
    const { sql } = house.database
    await sql`
      update house.gateway set address = null, radsec_certificate = ${'a'.repeat(64)}
      where name = 'gw-0042'`
    const token = await house.token('association-admin', ['75'])
    const refused = await house.call(token, 'POST /api/v1/sites/75-0042/files', {
      body: { kind: 'generic' },
    })
    expect(refused).toMatchObject({
      ...{ status: 422, body: { detail: expect.stringContaining('accueil gateway config') } },
    })
  })
})
