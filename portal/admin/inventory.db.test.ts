import { expect, test } from 'vitest'
import { openDatabase } from '#db/connection.ts'
import { siteImportJob } from '#db/inventory/site-import-job.ts'
import { testSeal } from '../../test/support/house.ts'
import { LIMITS } from '../limits.ts'
import { PAUL, hidden, openAdminHouse, page } from './testing/admin-house.ts'
import type { AdminHouse } from './testing/admin-house.ts'

const PATH = '/admin/inventory'
const HEAD = 'Code;Nom;Association;Réseau;Passerelle;Adresse IP;Secret\n'
const TABLE = `${HEAD}75-0100;Été <b>;75;10.75.100.0/24;gw-100;192.0.2.100;radius-secret-100\n`

function jobOf({ database }: AdminHouse) {
  return siteImportJob({
    ...{ database: database.as('jobs'), seal: testSeal, clock: () => Date.now() },
    open: () =>
      openDatabase(database.url, { applicationName: 'import', max: 1, role: 'inventory' }),
  })
}

const csv = (text: string, name = 'lieux.csv'): File => new File([text], name, { type: 'text/csv' })

test('a table is uploaded, read, looked at, accepted and carried out, without script too', async () => {
  await using house = await openAdminHouse()
  const job = jobOf(house)
  const ada = await house.signedIn()
  expect((await page(ada, '/admin/places?lang=fr')).text).toContain(`href="${PATH}"`)
  const sent = await ada.upload(PATH, csv(TABLE), { reason: 'rentrée' })
  expect([sent.status, sent.headers.get('Location')]).toEqual([303, PATH])
  const reading = (await page(ada, `${PATH}?lang=fr`)).text
  expect(reading).toContain('Le tableau est en cours de lecture')
  expect(reading).toMatch(
    /<noscript\s*><meta http-equiv="refresh" content="3;url=\/admin\/inventory"/,
  )
  await job.run(undefined)
  const read = (await page(ada, `${PATH}?lang=fr`)).text
  expect(read).toContain('Lieux lus : 1, changements proposés : 3.')
  expect(read).toContain('+ site 75-0100')
  expect(read).not.toContain('radius-secret-100')
  expect((await page(ada, `${PATH}?lang=en`)).text).toContain('Nothing is changed yet.')
  const answer = { id: hidden(read, 'id'), changes: hidden(read, 'changes'), answer: 'accept' }
  const stale = await ada.post(`${PATH}/answer`, { ...answer, changes: 'abcd' })
  expect([stale.status, (await stale.text()).includes('Ce n’est plus ce qui attend')]).toEqual([
    422,
    true,
  ])
  const accepted = await ada.post(`${PATH}/answer`, { ...answer, reason: 'relu' })
  expect(accepted.headers.get('Location')).toBe(PATH)
  expect((await page(ada, `${PATH}?lang=fr`)).text).toContain('Les changements sont en cours')
  const second = await ada.upload(PATH, csv(TABLE))
  expect([second.status, (await second.text()).includes('encore en cours')]).toEqual([422, true])
  await job.run(undefined)
  const done = (await page(ada, `${PATH}?lang=fr`)).text
  expect(done).toContain('accepté par')
  const [site] = await house.database.sql`select name from house.site where code = '75-0100'`
  expect(site).toEqual({ name: 'Été <b>' })
  const lines = await house.database.sql`
    select action, subject, reason from audit.entry where action like 'sites.%' order by id`
  expect(lines).toEqual([
    { action: 'sites.upload', subject: 'lieux.csv', reason: 'rentrée' },
    { action: 'sites.accept', subject: 'lieux.csv', reason: 'relu' },
  ])
})

test('mistakes stand there with their lines, and what was read is dropped by a button', async () => {
  await using house = await openAdminHouse()
  const job = jobOf(house)
  const ada = await house.signedIn()
  await ada.upload(PATH, csv(`${HEAD}75 1;<i>X</i>;75;;;;\n`, '<u>a</u>\u0007.csv'))
  await job.run(undefined)
  const wrong = (await page(ada, `${PATH}?lang=fr`)).text
  expect(wrong).toContain('Rien n’a été changé. Corrigez ces lignes')
  expect(wrong).toContain('.csv:2: ')
  for (const markup of ['<u>a', '<i>X', '\u0007']) expect(wrong).not.toContain(markup)
  await ada.upload(PATH, csv(TABLE))
  await job.run(undefined)
  const read = (await page(ada, PATH)).text
  const dropped = await ada.post(`${PATH}/answer`, { id: hidden(read, 'id'), answer: 'drop' })
  expect(dropped.status).toBe(303)
  expect((await page(ada, PATH)).text).not.toContain('lieux.csv')
  expect(await house.database.sql`select from house.site where code = '75-0100'`).toHaveLength(0)
})

test('is for who has the whole house, with a file that is there and not too large, from a page of ours', async () => {
  await using house = await openAdminHouse()
  const ada = await house.signedIn()
  const paul = await house.signedIn(PAUL)
  expect((await page(paul, PATH)).status).toBe(404)
  expect((await paul.upload(PATH, csv(TABLE))).status).toBe(404)
  expect((await page(paul, '/admin/places')).text).not.toContain(PATH)
  const none = await ada.upload(PATH, csv(''))
  expect([none.status, (await none.text()).includes('Choisissez d’abord un fichier')]).toEqual([
    422,
    true,
  ])
  expect((await ada.upload(PATH, csv('x'.repeat(LIMITS.uploadBytes)))).status).toBe(413)
  const foreign = await ada.upload(PATH, csv(TABLE), { token: 'x' })
  expect(foreign.status).toBe(403)
  expect(await house.database.sql`select from house.site_import`).toHaveLength(0)
})

test('shows what NetBox’s poll holds back because too much is gone, and has it accepted as it was read', async () => {
  await using house = await openAdminHouse()
  const { sql } = house.database
  const ada = await house.signedIn()
  expect((await page(ada, PATH)).text).not.toContain('NetBox')
  await sql`
    insert into house.job (name, started_at, finished_at) values ('inventory', now(), now())`
  await sql`
    insert into house.inventory (url, token, code_from, gateway_role, guest_role, staff_role, most_missing)
    values ('https://netbox.example', 'sealed', 'slug', 'gateway', 'guest', 'staff', 10)`
  await sql`
    insert into house.inventory_state (checked_at, places, held, held_sha256)
    values (now(), 3, '["- gateway gw-0042"]', ${'ab'.repeat(32)})`
  const held = (await page(ada, `${PATH}?lang=en`)).text
  expect(held).toContain('Held back: too many places are gone at once')
  expect(held).toContain('- gateway gw-0042')
  const accept = (changes: string): Promise<Response> =>
    ada.post(`${PATH}/answer`, { answer: 'netbox', changes, reason: 'closed' })
  expect((await accept('cd'.repeat(32))).status).toBe(422)
  expect((await accept(hidden(held, 'changes'))).status).toBe(303)
  const [line] = await sql`
    select actor, reason from audit.entry where action = 'inventory.accept'`
  expect(line).toMatchObject({ reason: 'closed' })
})
