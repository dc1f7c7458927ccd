import { writeFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { verifyPack } from '#db/export/verify-pack.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { dayFromNow, fillDay } from '../../test/support/sealed-log.ts'
import { hidden, openAdminHouse, page } from './testing/admin-house.ts'
import type { AdminHouse } from './testing/admin-house.ts'
import type { SignedIn } from '../portal-fixture.ts'

const DAY = dayFromNow(-3)
const SEARCH = { site: '75-0042', zone: 'Europe/Paris', reason: 'réquisition 12/2026' }

async function openLogHouse(): Promise<AdminHouse> {
  const house = await openAdminHouse()
  house.give({ subject: 'person:rita', role: 'log-reader' })
  house.give({ subject: 'person:rene', role: 'log-reader', associations: ['75'] })
  house.give({ subject: 'person:anna', role: 'log-approver' })
  return house
}

const as = (house: AdminHouse, account: string): Promise<SignedIn> =>
  house.signedIn({ account, name: account, subject: account, groups: [] })

async function textOf(response: Response): Promise<string> {
  return (await response.text()).replaceAll(/<\/?bdi>/g, '')
}

test('nothing is looked for without a reason, and the reason stands in the audit with what was looked for', async () => {
  await using house = await openLogHouse()
  await fillDay(house.database, DAY, 2, { account: '<b>bob' })
  const rita = await as(house, 'rita')
  const silent = await rita.post('/admin/logs', { ...SEARCH, reason: ' ' })
  expect(silent.status).toBe(422)
  expect(await silent.text()).toContain('Dites pourquoi vous cherchez')
  const empty = await rita.post('/admin/logs', { ...SEARCH, site: '' })
  expect(await empty.text()).toContain('remplissez au moins une ligne')
  expect(await house.database.sql`select id from audit.entry`).toEqual([])
  const found = await textOf(await rita.post('/admin/logs', SEARCH))
  expect(found).toContain('&lt;b&gt;bob')
  expect(found).toContain('192.168.77.9')
  expect(found).toMatch(/UTC\+0[12]:00 \(heure d’(hiver|été)\)/)
  const [line] = await house.database.sql`select actor, action, reason, details from audit.entry`
  expect(line).toMatchObject({
    ...{ actor: 'staff:rita', action: 'logs.search', reason: 'réquisition 12/2026' },
    details: { site: '75-0042' },
  })
})

test('an hour that happened twice is told, not guessed', async () => {
  await using house = await openLogHouse()
  const rita = await as(house, 'rita')
  const twice = await rita.post('/admin/logs', { ...SEARCH, from: '2026-10-25T02:30' })
  expect(twice.status).toBe(422)
  expect(await twice.text()).toContain('cette heure est arrivée deux fois à Europe/Paris')
  const summer = await rita.post('/admin/logs', { ...SEARCH, from: '2026-07-14T10:00' })
  const text = await textOf(summer)
  expect(text).toContain('2026-07-14T08:00:00.000Z')
  expect(text).toContain('2026-07-14 10:00:00 UTC+02:00 (heure d’été) (Europe/Paris)')
})

test('what is long goes on from page to page in one search, and all of it comes as CSV', async () => {
  await using house = await openLogHouse()
  await fillDay(house.database, DAY, 130, { account: '=cmd()' })
  const rita = await as(house, 'rita')
  const first = await textOf(await rita.post('/admin/logs', SEARCH))
  expect(first.split('02:00:00:00:00:01').length - 1).toBe(100)
  const after = hidden(first, 'after')
  const second = await textOf(await rita.post('/admin/logs', { ...SEARCH, after }))
  expect(second.split('02:00:00:00:00:01').length - 1).toBe(30)
  const { sql } = house.database
  expect(await sql`select id from audit.entry`).toHaveLength(1)
  // Somebody else's place in a search begins a search of their own.
  const rene = await as(house, 'rene')
  await rene.post('/admin/logs', { ...SEARCH, after })
  expect(await sql`select actor from audit.entry order by id desc limit 1`).toEqual([
    { actor: 'staff:rene' },
  ])
  const csv = await rita.post('/admin/logs', { ...SEARCH, csv: 'yes' })
  expect(csv.headers.get('Content-Type')).toBe('text/csv; charset=utf-8')
  const lines = (await csv.text()).trim().split('\r\n')
  expect(lines).toHaveLength(131)
  expect(lines[1]).toContain(`,'=cmd(),`)
})

test('who reads the log of Paris names a place of Paris', async () => {
  await using house = await openLogHouse()
  const rene = await as(house, 'rene')
  for (const site of ['', '69-0001', 'nowhere']) {
    const refused = await rene.post('/admin/logs', { ...SEARCH, site, ip: '192.0.2.1' })
    expect([site, refused.status]).toEqual([site, 422])
    expect(await refused.text()).toContain('donnez le code d’un de leurs lieux')
    const noPack = await rene.post('/admin/packs', { ...SEARCH, site, ip: '192.0.2.1', case: 'x' })
    expect([site, noPack.status]).toEqual([site, 422])
  }
  expect((await rene.post('/admin/logs', SEARCH)).status).toBe(200)
  const rita = await as(house, 'rita')
  await rita.post('/admin/packs', { ...SEARCH, site: '69-0001', case: 'LYON-1' })
  expect((await page(rene, '/admin/packs')).text).not.toContain('LYON-1')
  expect((await page(rita, '/admin/packs')).text).toContain('LYON-1')
})

test('a pack takes two people, and is there for both once the second agreed', async () => {
  await using house = await openLogHouse()
  await fillDay(house.database, DAY, 3)
  const rita = await as(house, 'rita')
  const asked = await rita.post('/admin/packs', { ...SEARCH, case: 'PV 12/2026' })
  expect(asked.headers.get('Location')).toBe('/admin/packs?asked')
  const [request] = await house.database.sql<
    { code: string }[]
  >`select code from log.export_request`
  const path = `/admin/packs/${request?.code}`
  const waiting = await page(rita, '/admin/packs?lang=fr')
  expect(waiting.text).toContain('attend une autre personne')
  expect((await rita.post(path, {})).status).toBe(403)
  expect((await rita.post(`${path}/file`, {})).status).toBe(422)
  const anna = await as(house, 'anna')
  expect((await page(anna, '/admin/logs')).status).toBe(403)
  expect((await page(anna, '/admin/packs')).text).toContain('Approuver le dossier PV 12/2026')
  const approved = await anna.post(path, {})
  expect(approved.headers.get('Location')).toBe('/admin/packs?approved')
  const file = await rita.post(`${path}/file`, {})
  expect(file.headers.get('Content-Type')).toBe('application/zip')
  using folder = temporaryFolder()
  const pack = folder.file('pack.zip')
  writeFileSync(pack, Buffer.from(await file.arrayBuffer()))
  expect(await verifyPack(pack, null)).toMatchObject({
    problems: [],
    manifest: { rows: 3, case: 'PV 12/2026', approvedBy: 'staff:anna' },
  })
  const lines = await house.database.sql`
    select actor, action from audit.entry where action like 'logs.export%' order by id`
  expect(lines).toEqual([
    { actor: 'staff:rita', action: 'logs.export-request' },
    { actor: 'staff:anna', action: 'logs.export-approve' },
    { actor: 'staff:rita', action: 'logs.export' },
  ])
})

test('who asked for a pack does not approve it with another role either', async () => {
  await using house = await openLogHouse()
  house.give({ subject: 'group:later', role: 'log-approver' })
  const rita = await as(house, 'rita')
  await rita.post('/admin/packs', { ...SEARCH, case: 'PV 13/2026' })
  const [request] = await house.database.sql<
    { code: string }[]
  >`select code from log.export_request`
  // The same name, of the group that approves, and not a reader any more.
  house.take('person:rita')
  const later = await house.signedIn({ account: 'RITA', subject: 'rita', groups: ['later'] })
  const refused = await later.post(`/admin/packs/${request?.code}`, {})
  expect(refused.status).toBe(422)
  expect(await refused.text()).toContain('Vous l’avez demandé')
})

test('rows are held for a case and let go again', async () => {
  await using house = await openLogHouse()
  await fillDay(house.database, DAY, 3)
  const rita = await as(house, 'rita')
  const until = '2099-12-31'
  const wide = await rita.post('/admin/packs/holds', { ...SEARCH, case: 'H1', until })
  expect(await wide.text()).toContain('Une garde est pour des lignes précises')
  const mac = '02-00-00-00-00-01'
  const past = await rita.post('/admin/packs/holds', {
    ...{ ...SEARCH, mac, case: 'H1', until: '2020-01-01' },
  })
  expect(past.status).toBe(422)
  const held = await rita.post('/admin/packs/holds', { ...SEARCH, mac, case: 'H1', until })
  expect(held.headers.get('Location')).toBe('/admin/packs?held')
  expect((await page(rita, '/admin/packs?lang=fr')).text).toContain('3 lignes, 0 copies')
  const anna = await as(house, 'anna')
  expect((await anna.post('/admin/packs/holds/end', { case: 'H1' })).status).toBe(403)
  const ended = await rita.post('/admin/packs/holds/end', { case: 'H1' })
  expect(ended.headers.get('Location')).toBe('/admin/packs?released')
  expect((await page(rita, '/admin/packs')).text).toContain('par staff:rita')
})

test('says when retention ran last and runs next, and how far the sealing is', async () => {
  await using house = await openLogHouse()
  const rita = await as(house, 'rita')
  const before = await page(rita, '/admin/packs?lang=en')
  expect(before.text).toContain('No day is sealed yet')
  expect(before.text).toContain('start a process with the role jobs')
  await house.database.sql`
    insert into house.job (name, started_at, finished_at, result)
    values ('retention', '2026-11-27T10:00Z', '2026-11-27T10:01Z', 'dropped 1 day')`
  const after = await page(rita, '/admin/packs?lang=en')
  expect(after.text).toContain('dropped 1 day<br />The next run is after 27 Nov 2026, 12:01')
})

test('no other role finds the log, and a process without access to it says so', async () => {
  await using house = await openLogHouse()
  const national = await house.signedIn()
  for (const path of ['/admin/logs', '/admin/packs']) {
    expect([path, (await page(national, path)).status]).toEqual([path, 403])
  }
  expect((await page(national, '/admin')).text).not.toContain('href="/admin/logs"')
  expect((await national.post('/admin/logs', SEARCH)).status).toBe(403)
  await using other = await openAdminHouse({ hasLog: false })
  other.give({ subject: 'person:rita', role: 'log-reader' })
  const { status, text } = await page(await as(other, 'rita'), '/admin/logs?lang=en')
  expect(status).toBe(503)
  expect(text).toContain('the role accueil_operator')
})
