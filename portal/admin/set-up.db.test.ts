import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { readConfig } from '#core/config.ts'
import { saveArrivals } from '#db/gateway-arrivals.ts'
import { savePostures } from '#db/gateway-postures.ts'
import type { Sighting } from '#db/gateway-postures.ts'
import { addFilterCounts } from '#db/filter-counts.ts'
import { listZip, readZipEntry } from '#db/export/zip.ts'
import { loadGateways } from '#db/gateways.ts'
import { ensureGenerations } from '#db/own-authority.ts'
import { testSeal } from '../../test/support/house.ts'
import { createPlaceFiles } from '../place-files.ts'
import { PAUL, openAdminHouse, page } from './testing/admin-house.ts'
import type { AdminHouse } from './testing/admin-house.ts'

const PLACE = {
  ...{ code: '75-0100', name: 'Gare de l’Est', association: '75', kind: 'opennds' },
  ...{
    'guest-subnet': '192.168.80.0/24',
    'guest-ssid': 'Restos',
    'staff-subnet': '192.168.81.0/24',
  },
  ...{ 'staff-vlan': '20', reach: 'radsec' },
}

const SEEN: Sighting = {
  ...{ gateway: 'gw-75-0100', transport: 'radsec', heardAt: new Date(), accessAt: null },
  ...{ accountingAt: null, connectedAt: new Date(), certificateEndsAt: new Date('2028-01-31') },
  ...{ signed: null, unsigned: null, proxied: null, enforcedAt: null, clockSkewMs: null },
  ...{ requests: 1, unsignedRequests: 0, refused: 0, overLimit: 0, forged: 0 },
}

async function houseWithFiles(): Promise<AdminHouse> {
  const read = readConfig({ ACCUEIL_PUBLIC_URL: 'https://198.51.100.9' })
  if (!read.ok) throw new Error(read.problems.join())
  const { config } = read
  return openAdminHouse({
    placeFiles: (database) =>
      createPlaceFiles({ config, database, seal: testSeal }, (question) => question()),
  })
}

async function filesIn(response: Response): Promise<ReadonlyMap<string, string>> {
  const path = join(mkdtempSync(join(tmpdir(), 'accueil-files-')), 'place.zip')
  writeFileSync(path, Buffer.from(await response.arrayBuffer()))
  const files = new Map<string, string>()
  for (const entry of await listZip(path)) {
    const pieces: Buffer[] = []
    for await (const piece of readZipEntry(path, entry)) pieces.push(piece)
    files.set(entry.name, Buffer.concat(pieces).toString('utf8'))
  }
  return files
}

test('a place is added with its networks and its gateway, gets its files, and turns green', async () => {
  await using house = await houseWithFiles()
  const { database } = house
  await ensureGenerations(database.as('radius'), testSeal, Date.now)
  const paul = await house.signedIn(PAUL)
  const form = await page(paul, '/admin/places-new?lang=fr')
  expect(form.text).toContain('Ajouter et continuer')
  const added = await paul.post('/admin/places', PLACE)
  expect(added.headers.get('Location')).toBe('/admin/places/75-0100/set-up?added')
  const grey = await page(paul, '/admin/places/75-0100/set-up?added&lang=en')
  expect(grey.text.match(/class="grey"/g)).toHaveLength(6)
  expect(grey.text).toContain('TCP port')

  const before = await loadGateways(database, testSeal)
  const got = await paul.post('/admin/places/75-0100/files', { files: 'opennds', dot1x: 'wired' })
  expect(got.status).toBe(200)
  expect(got.headers.get('Content-Disposition')).toContain('gw-75-0100-opennds.zip')
  expect(got.headers.get('Cache-Control')).toBe('no-store')
  const files = await filesIn(got)
  expect([...files.keys()]).toEqual(
    expect.arrayContaining([
      'install.sh',
      'README.md',
      'opennds.conf',
      'gateway.key',
      'hostapd.conf',
    ]),
  )
  const all = await loadGateways(database, testSeal)
  const gateway = all.find(({ site }) => site === '75-0100')
  expect(files.get('opennds.conf')).toContain(`faskey ${gateway?.fas?.key}`)
  // The certificate that is in the folder is the one by which it is known from now on.
  expect(gateway?.radsec).not.toEqual(before.find(({ site }) => site === '75-0100')?.radsec)
  const lines = await database.sql`
    select actor, action from audit.entry where subject like '%gw-75-0100' order by id`
  expect(lines).toMatchObject([
    { actor: 'staff:paul', action: 'gateway.create' },
    { actor: 'staff:paul', action: 'authority.gateway' },
    { actor: 'staff:paul', action: 'gateway.config' },
  ])
  expect((await page(paul, '/admin/places/75-0100/set-up')).text).not.toContain(gateway?.fas?.key)

  await savePostures(database.as('radius'), [{ ...SEEN, accessAt: new Date() }])
  const arrival = { gateway: 'gw-75-0100', at: new Date(), software: 'openNDS-10.3.1' }
  await saveArrivals(database.as('portal'), [arrival])
  const some = await page(paul, '/admin/places/75-0100/set-up?lang=en')
  expect(some.text.match(/class="green"/g)).toHaveLength(3)
  await savePostures(database.as('radius'), [{ ...SEEN, accountingAt: new Date() }])
  await addFilterCounts(
    database.as('dns'),
    (['guest', 'staff'] as const).map((network) => ({
      ...{ site: '75-0100', network, category: null, queries: 1, passed: 0 },
    })),
  )
  const green = await page(paul, '/admin/places/75-0100/set-up?lang=en')
  expect(green.text).toContain('Everything answers: the place is live.')
  const place = await page(paul, '/admin/places/75-0100?lang=en')
  for (const said of [
    'openNDS-10.3.1',
    'Certificate until',
    '31 Jan 2028',
    'all of it is inside TLS',
  ]) {
    expect([said, place.text.includes(said)]).toEqual([said, true])
  }
})

test('what is wrong in the form is said at once, and nothing is made; a taken address makes nothing', async () => {
  await using house = await houseWithFiles()
  const paul = await house.signedIn(PAUL)
  const count = async (): Promise<unknown> => house.database.sql`
    select (select count(*) from house.site) as sites, (select count(*) from house.gateway) as gateways,
           (select count(*) from audit.entry where action like '%create') as lines`
  const before = JSON.stringify(await count())
  const wrong = await paul.post('/admin/places?lang=en', {
    ...{ ...PLACE, code: 'a b', 'guest-subnet': '192.168.1.0/30', 'staff-vlan': '5000' },
    ...{ reach: 'address', address: 'x' },
  })
  const text = await wrong.text()
  expect(wrong.status).toBe(422)
  for (const said of ['Code:', 'Addresses:', 'VLAN:', 'Fixed address:'])
    expect(text).toContain(said)
  expect(text).toContain('value="Gare de l’Est"')
  const taken = await paul.post('/admin/places', {
    ...PLACE,
    reach: 'address',
    address: '127.0.0.1',
  })
  expect(taken.status).toBe(422)
  expect(await taken.text()).toContain('Une passerelle a déjà ce nom')
  expect(JSON.stringify(await count())).toBe(before)
})

test('files are for who may change gateways, and say why they cannot be made', async () => {
  await using house = await houseWithFiles()
  house.give({ subject: 'person:nina', role: 'place-helper', sites: ['75-0042'] })
  const nina = await house.signedIn({ account: 'nina', subject: 'n-1', groups: [] })
  const seen = await page(nina, '/admin/places/75-0042/set-up?lang=en')
  expect(seen.status).toBe(200)
  expect(seen.text).not.toContain('Download the files')
  expect((await nina.post('/admin/places/75-0042/files', { files: 'generic' })).status).toBe(403)
  const paul = await house.signedIn(PAUL)
  const unfit = await paul.post('/admin/places/75-0042/files', { files: 'opennds' })
  expect(unfit.status).toBe(422)
  const early = await paul.post('/admin/places/75-0042/files?lang=en', { files: 'generic' })
  expect(early.status).toBe(422)
  expect(await early.text()).toContain('there is no certificate authority yet')
  await ensureGenerations(house.database.as('radius'), testSeal, Date.now)
  const odd = await paul.post('/admin/places/75-0042/files?lang=en', {
    files: 'generic',
    lan: '$(id)',
  })
  expect(await odd.text()).toContain('a name such as eth0')
  const values = await filesIn(await paul.post('/admin/places/75-0042/files', { files: 'generic' }))
  expect(values.get('values.txt')).toContain('radius-secret testing123')
})

test('htmx gets the lights alone', async () => {
  await using house = await houseWithFiles()
  const paul = await house.signedIn(PAUL)
  const piece = await paul.get('/admin/places/75-0042/set-up', { 'HX-Request': 'true' })
  const text = await piece.text()
  expect(text).toContain('id="signs"')
  expect(text).not.toContain('<html')
  const found = await paul.get('/admin/places?q=nat', { 'HX-Request': 'true' })
  const list = await found.text()
  expect(list).toContain('Centre Nation')
  expect(list).not.toContain('<html')
})
