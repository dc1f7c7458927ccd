import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Mac } from '#core/mac.ts'
import { openTestDatabase } from '../test/support/database.ts'
import { seedHouse, testSeal } from '../test/support/house.ts'
import { foldJournal } from '../test/support/journal.ts'
import { recordAcceptance } from './acceptances.ts'
import type { Database } from './connection.ts'
import { applyDeclaration } from './declaration/apply.ts'
import { formatChange } from './declaration/difference.ts'
import { readDeclaration } from './declaration/read.ts'
import {
  askAgain,
  askDisconnect,
  gatewaysToAsk,
  loadDisconnects,
  takeDisconnects,
} from './disconnects.ts'
import { loadCaptives, loadGatewaySettings } from './gateway-settings.ts'

const MAC = '02:ac:c0:e1:00:01' as Mac
const AT = new Date('2026-06-01T10:00:00Z')

const yaml = (gateway: string): string => `version: 1
associations: [{ code: "75", name: Paris }]
sites:
  - code: 75-0042
    name: Centre Nation
    association: "75"
    networks: { guest: { subnets: [192.168.77.0/24], grant: 30d } }
    gateways:
      - { name: gw-0042, address: 127.0.0.1/32, secret: testing123, ${gateway} }
`

async function apply(database: Database, gateway: string): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'kinds-'))
  try {
    const file = join(folder, 'house.yaml')
    writeFileSync(file, yaml(gateway))
    const read = readDeclaration([file])
    if (!read.ok) throw new Error(read.problems.join('\n'))
    const options = { dryRun: false, actor: 'test', now: AT.getTime() }
    const changes = await applyDeclaration(database, testSeal, read.declaration, options)
    return changes.map(formatChange)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

const UNIFI =
  'kind: unifi, controller: { url: "https://192.0.2.1/", site: default, api_key: k3y-of-the-api }'

describe('what the kind of a gateway is told', () => {
  test('is sealed, shown as changed, and twice is once', async () => {
    await using database = await openTestDatabase()
    await apply(database, UNIFI)
    expect(await apply(database, UNIFI)).toEqual([])
    const [row] = await database.sql<{ settings: string }[]>`
      select settings from house.gateway_settings`
    expect(row?.settings).not.toContain('k3y')
    const held = await loadGatewaySettings(database.as('portal'), testSeal)
    expect(held.get('gw-0042')).toEqual({
      controller: { url: 'https://192.0.2.1', site: 'default', api_key: 'k3y-of-the-api' },
    })
    expect(await apply(database, UNIFI.replace('k3y', 'n3w'))).toEqual([
      '~ settings of gateway gw-0042: settings changed',
    ])
  })

  test('goes when the kind has no such keys any more', async () => {
    await using database = await openTestDatabase()
    await apply(database, 'kind: cisco, captive: { acl: REDIRECT }, coa: {}')
    // Its vendor, which decides how it is asked again, goes with the kind.
    expect(await database.sql`select vendor from house.gateway`).toMatchObject([
      { vendor: 'cisco' },
    ])
    expect(await loadCaptives(database.as('radius'))).toEqual(new Map([['gw-0042', 'REDIRECT']]))
    await apply(database, 'kind: generic')
    expect((await loadGatewaySettings(database.as('portal'), testSeal)).size).toBe(0)
  })

  test('is not for the RADIUS server to read, but for the access list', async () => {
    await using database = await openTestDatabase()
    const asked = database.as('radius').sql`select settings from house.gateway_settings`
    await expect(asked).rejects.toThrow(/permission denied/)
  })
})

describe('a request to end a session', () => {
  test('waits for the portal where a controller can be told', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    await database.sql`
      insert into house.gateway_settings (gateway, settings, captive, revokes)
      values ('gw-0042', 'sealed', null, true)`
    await recordAcceptance(database.as('portal'), {
      ...{ mac: MAC, ip: '192.168.77.9', publicSource: null, gateway: 'gw-0042' },
      ...{ site: '75-0042', network: 'guest', termsVersion: '2026-01', language: 'fr' },
      ...{ textSha256: '0'.repeat(64), method: 'unifi', grantSeconds: 3600, at: AT },
    })
    await foldJournal(database.as('jobs'))
    const who = { mac: MAC, account: null, site: null, actor: 'test', reason: 'asked to leave' }
    await askDisconnect(database.as('operator'), who)
    const portal = database.as('portal')
    expect(await gatewaysToAsk(portal)).toEqual(['gw-0042'])
    const taken = await takeDisconnects(portal, {
      process: 'portal',
      own: ['gw-0042'],
      byAddress: [],
    })
    expect(taken).toMatchObject([{ gateway: 'gw-0042', mac: MAC }])
  })

  test('of the portal’s own has a device asked again, at a gateway that takes them, and no more', async () => {
    await using database = await openTestDatabase()
    await seedHouse(database)
    const portal = database.as('portal')
    const ask = { gateway: 'gw-0042', mac: MAC, form: 'cisco-reauthenticate' }
    const [first, second] = [
      '6b3f7c1e-0000-4000-8000-000000000001',
      '6b3f7c1e-0000-4000-8000-000000000002',
    ]
    await askAgain(portal, { ...ask, request: first })
    expect(await loadDisconnects(portal, first)).toEqual([])
    await database.sql`update house.gateway set coa_port = 1700, vendor = 'cisco'`
    await askAgain(portal, { ...ask, request: second })
    expect(await loadDisconnects(portal, second)).toMatchObject([{ mac: MAC, outcome: null }])
    const taken = await takeDisconnects(database.as('radius'), {
      process: 'radius',
      own: ['gw-0042'],
      byAddress: [],
    })
    expect(taken).toMatchObject([{ mac: MAC, form: 'cisco-reauthenticate' }])
    await expect(portal.sql`insert into house.disconnect default values`).rejects.toThrow(/denied/)
  })
})
