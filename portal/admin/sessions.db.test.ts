import { expect, test } from 'vitest'
import { saveLogins } from '#db/login-traces.ts'
import { takeDisconnects, endDisconnect } from '#db/disconnects.ts'
import { parseMac } from '#core/mac.ts'
import { logEvents } from '../../test/support/journal.ts'
import { session } from '../../test/support/log-events.ts'
import { refusedRow } from '../../test/support/logins.ts'
import { PAUL, openAdminHouse, page } from './testing/admin-house.ts'
import type { AdminHouse } from './testing/admin-house.ts'

const PHONE = '02-00-00-00-00-01'
const LAPTOP = 'AA-BB-CC-DD-EE-01'

/** A phone and a laptop at Nation, a phone in Lyon. */
async function openBusyHouse(): Promise<AdminHouse> {
  const house = await openAdminHouse()
  const { database } = house
  await database.sql`
    insert into house.gateway (name, site, address, secret, kind)
    values ('gw-69', '69-0001', '10.69.0.1', 'sealed', 'generic')`
  await database.sql`update house.gateway set coa_port = 3799`
  const at = { kind: 'start', at: new Date() } as const
  const nation = { ...at, gateway: 'gw-0042', site: '75-0042' }
  await logEvents(database, [
    session('1', { ...nation, network: 'guest', mac: parseMac(PHONE), account: null }),
    session('2', { ...nation, network: 'staff', mac: parseMac(LAPTOP), account: 'bob <b>' }),
    session('3', {
      ...at,
      gateway: 'gw-69',
      site: '69-0001',
      mac: parseMac(PHONE),
      account: 'eve',
    }),
  ])
  return house
}

test('who is connected stands by place, and of another association nothing does', async () => {
  await using house = await openBusyHouse()
  const paul = await house.signedIn(PAUL)
  const all = await page(paul, '/admin/sessions?lang=fr')
  expect(all.text).toMatch(/Centre Nation<\/a>.*?<td>1<\/td>\s*<td>1<\/td>/s)
  expect(all.text).not.toContain('69-0001')
  const nation = await page(paul, '/admin/sessions/75-0042')
  expect(nation.text).toContain('bob &lt;b&gt;')
  expect(nation.text).toContain('02:00:00:00:00:01')
  expect(nation.text).not.toContain('gw-69')
  const lyon = await page(paul, '/admin/sessions/69-0001')
  expect(lyon.status).toBe(404)
  expect(lyon.text).not.toContain('gw-69')
  const lines = await house.database.sql`
    select actor, action, subject, association from audit.entry order by id`
  expect(lines).toEqual([
    {
      ...{ actor: 'staff:paul', action: 'sessions.read', subject: 'site 75-0042' },
      association: '75',
    },
  ])
})

test('a quiet house says how to open a place all the same', async () => {
  await using house = await openAdminHouse()
  const paul = await house.signedIn(PAUL)
  expect((await page(paul, '/admin/sessions')).text).toContain('Personne n’est connecté')
  expect((await page(paul, '/admin/sessions?q=nation')).text).toContain('/admin/sessions/75-0042')
  expect((await page(paul, '/admin/sessions/75-0042')).text).toContain(
    'Personne n’est connecté ici',
  )
})

test('a device is disconnected with a reason, and the page says what the gateway answered', async () => {
  await using house = await openBusyHouse()
  const paul = await house.signedIn(PAUL)
  const path = '/admin/sessions/75-0042'
  const chosen = `${PHONE} `.trim()
  expect(await (await paul.post(path, { reason: 'x' })).text()).toContain('Choisissez d’abord')
  const silent = await paul.post(path, { session: chosen })
  expect(silent.status).toBe(422)
  const asked = await paul.post(path, { session: chosen, reason: 'perturbe le réseau' })
  const back = asked.headers.get('Location') ?? ''
  expect(back).toMatch(/^\/admin\/sessions\/75-0042\?request=/)
  expect((await page(paul, back)).text).toContain('demandé à la passerelle')
  const radius = house.database.as('radius')
  const [task, more] = await takeDisconnects(radius, {
    ...{ process: 'test', own: ['gw-0042', 'gw-69'], byAddress: [] },
  })
  expect(more).toBeUndefined()
  expect(task).toMatchObject({ gateway: 'gw-0042', mac: '02:00:00:00:00:01' })
  if (task !== undefined) {
    const result = { outcome: 'disconnected', errorCause: null, form: null } as const
    await endDisconnect(radius, task, result)
  }
  expect((await page(paul, back)).text).toMatch(/gw-0042.* :\s*déconnecté\./s)
  const [line] = await house.database.sql`
    select actor, reason from audit.entry where action = 'radius.disconnect'`
  expect(line).toEqual({ actor: 'staff:paul', reason: 'perturbe le réseau' })
  const theirs = await paul.post('/admin/sessions/69-0001', { session: chosen, reason: 'x' })
  expect(theirs.status).toBe(404)
  expect(await house.database.sql`select id from house.disconnect`).toHaveLength(1)
})

test('an account that is named by its session is disconnected at that place alone', async () => {
  await using house = await openBusyHouse()
  const paul = await house.signedIn(PAUL)
  await paul.post('/admin/sessions/75-0042', { session: `${LAPTOP} bob <b>`, reason: 'parti' })
  expect(await house.database.sql`select gateway, account from house.disconnect`).toEqual([
    { gateway: 'gw-0042', account: 'bob <b>' },
  ])
})

test('a login is told in words with what to do, in the language of the page, as far as the role goes', async () => {
  await using house = await openBusyHouse()
  const rows = [
    refusedRow('wrong-password'),
    refusedRow('wrong-password', { site: '69-0001', gateway: 'gw-69' }),
  ]
  await saveLogins(house.database.as('radius'), rows)
  const paul = await house.signedIn(PAUL)
  const silent = await paul.post('/admin/sessions', { user: 'bob' })
  expect(silent.status).toBe(422)
  const nobody = await paul.post('/admin/sessions', { reason: 'appel' })
  expect(await nobody.text()).toContain('Donnez l’adresse MAC')
  const wish = { mac: LAPTOP, reason: 'appel de bob' }
  const told = await paul.post('/admin/sessions?lang=fr', wish)
  const text = await told.text()
  expect(told.status).toBe(200)
  expect(text).toContain('mot de passe')
  expect(text).toContain('Que faire :')
  expect(text).toContain('Connecté en ce moment')
  expect(text).not.toContain('gw-69')
  const english = await paul.post('/admin/sessions?lang=en', wish)
  expect(await english.text()).toContain('What to do:')
  const theirs = await paul.post('/admin/sessions', { ...wish, site: '69-0001' })
  expect(theirs.status).toBe(422)
  const lines = await house.database.sql`
    select actor, reason, details->'associations' as associations from audit.entry
    where action = 'radius.explain' order by id`
  expect(lines).toEqual([
    { actor: 'staff:paul', reason: 'appel de bob', associations: ['75'] },
    { actor: 'staff:paul', reason: 'appel de bob', associations: ['75'] },
  ])
  const unknown = await paul.post('/admin/sessions', { user: 'nobody', reason: 'appel' })
  expect(await unknown.text()).toMatch(/<li>/)
})

test('a helper explains at the own place only, and a list editor finds no page', async () => {
  await using house = await openBusyHouse()
  house.give({ subject: 'person:lea', role: 'place-helper', sites: ['75-0042'] })
  house.give({ subject: 'person:max', role: 'list-editor' })
  const lea = await house.signedIn({ account: 'lea', subject: 'l', groups: [] })
  expect((await lea.post('/admin/sessions', { mac: LAPTOP, reason: 'x' })).status).toBe(422)
  const here = await lea.post('/admin/sessions', { mac: LAPTOP, reason: 'x', site: '75-0042' })
  expect(here.status).toBe(200)
  const max = await house.signedIn({ account: 'max', subject: 'm', groups: [] })
  expect((await page(max, '/admin/sessions')).status).toBe(403)
  expect((await max.post('/admin/sessions', { mac: LAPTOP, reason: 'x' })).status).toBe(403)
})
