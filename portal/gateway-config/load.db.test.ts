import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readConfig } from '#core/config.ts'
import type { Config } from '#core/config.ts'
import type { Database } from '#db/connection.ts'
import { ensureGenerations } from '#db/own-authority.ts'
import { openTestDatabase } from '../../test/support/database.ts'
import type { TestDatabase } from '../../test/support/database.ts'
import { seedHouse, testSeal } from '../../test/support/house.ts'
import { loadPlace } from './load.ts'
import type { PlaceWish } from './load.ts'
import type { Place } from './place.ts'

let owner: TestDatabase
let databases: { readonly radius: Database; readonly portal: Database }

beforeAll(async () => {
  owner = await openTestDatabase()
  await seedHouse(owner)
  const second = { site: '75-0042', address: '127.0.0.2/32', kind: 'opennds' as const }
  await owner.kysely
    .insertInto('house.gateway')
    .values({
      ...{ ...second, name: 'gw-0043', secret: testSeal.seal('s3cret', 'gateway:gw-0043') },
      ...{ fas_level: 3, fas_key: testSeal.seal('1234567890', 'fas:gw-0043') },
    })
    .execute()
  databases = { radius: owner.as('radius'), portal: owner.as('portal') }
})

afterAll(async () => {
  await owner[Symbol.asyncDispose]()
})

const WISH: PlaceWish = {
  ...{ code: '75-0042', kind: 'opennds', gateway: null, garden: ['198.51.100.7'] },
  ...{ centre: '203.0.113.5', centre6: null, encryptedDns: null },
  devices: { lan: 'br-guest', wan: 'eth0', staff: 'br-staff', dot1x: null },
}

function configOf(env: Readonly<Record<string, string>> = {}): Config {
  const read = readConfig({ ACCUEIL_PUBLIC_URL: 'https://portail.example.org', ...env })
  if (!read.ok) throw new Error(read.problems.join())
  return read.config
}

function load(changes: Partial<PlaceWish> = {}, config = configOf()): Promise<Place> {
  const generations = () => ensureGenerations(databases.radius, testSeal, Date.now)
  const house = { config, seal: testSeal, database: databases.portal, generations }
  return loadPlace(house, { ...WISH, ...changes })
}

describe('what the files of a place are made from', () => {
  test('is the declared gateway of that kind, its secret opened, its networks, and where we are', async () => {
    const place = await load({}, configOf({ ACCUEIL_RADSEC_LISTEN: '0.0.0.0:12083' }))
    expect(place.gateway).toMatchObject({
      ...{ name: 'gw-0043', secret: 's3cret', fas: { level: 3, key: '1234567890' } },
    })
    expect(place.guest.subnet).toBe('192.168.77.0/24')
    expect(place.staff?.network.vlan).toBe(20)
    expect(place.centre).toMatchObject({
      ...{ address: '203.0.113.5', radiusName: 'portail.example.org', encryptedDns: null },
      ports: { radius: 1812, radiusAcct: 1813, radsec: 12_083, dns: 5353 },
    })
    // Of level 3: the gateway's own address.
    expect(place.centre.portalPath).toMatch(/^\/guest\/from\/gw-0043\/[0-9a-f]{32}$/)
    expect(place.garden).toEqual(['198.51.100.7'])
  })

  test('has the root of the certificate that the RADIUS server shows, the same each time', async () => {
    const [one, two] = [await load(), await load()]
    expect(one.centre.caPem).toMatch(/^-----BEGIN CERTIFICATE-----/)
    expect(two.centre.caPem).toBe(one.centre.caPem)
  })

  test('finds our address by the public URL, where none is given', async () => {
    const place = await load(
      { centre: null },
      configOf({ ACCUEIL_PUBLIC_URL: 'http://203.0.113.9' }),
    )
    expect(place.centre.address).toBe('203.0.113.9')
  })

  test('lets who signs in by OpenID Connect reach the issuer before acceptance', async () => {
    const config = configOf({
      ...{ OIDC_ISSUER: 'https://192.0.2.33/realms/house', OIDC_CLIENT_ID: 'accueil' },
    })
    expect((await load({}, config)).garden).toEqual(['198.51.100.7', '192.0.2.33'])
    await owner.kysely
      .insertInto('staff.walled_garden_name')
      .values([{ name: 'sign-in.invalid' }, { name: '*.everything.invalid' }])
      .execute()
    await expect(load({}, config)).rejects.toThrow('"sign-in.invalid" has no IPv4 address here')
    await owner.kysely.deleteFrom('staff.walled_garden_name').execute()
  })

  test('has the resolver of another front under the name that is given', async () => {
    expect((await load({ encryptedDns: 'dns.example.org' })).centre.encryptedDns).toEqual({
      ...{ name: 'dns.example.org', dotPort: 853, dohPort: 443 },
    })
  })
})

describe('a sentence says what is wrong', () => {
  test.each([
    ['a place that nobody declared', { code: '75-9999' }, 'no place 75-9999 with a gateway'],
    ['a kind that it has not', { kind: 'mikrotik' }, 'it has gw-0042 (generic), gw-0043 (opennds)'],
    ['several that would fit', { kind: 'generic' }, 'say --gateway NAME, of gw-0042'],
    ['a gateway of another name', { gateway: 'gw-1' }, 'has no gateway for --kind opennds'],
  ] as const)('%s', async (_, changes, sentence) => {
    await expect(load(changes)).rejects.toThrow(sentence)
  })

  test('a public URL whose name has no address', async () => {
    const config = configOf({ ACCUEIL_PUBLIC_URL: 'https://nowhere.invalid' })
    await expect(load({ centre: null }, config)).rejects.toThrow('--centre ADDRESS')
  })
})
