import { expect, test } from 'vitest'
import { askUnblock } from '#db/unblock-requests.ts'
import type { UnblockRequest } from '#db/unblock-requests.ts'
import { PAUL, openAdminHouse, page } from './testing/admin-house.ts'
import type { AdminHouse } from './testing/admin-house.ts'

const RECIPES: UnblockRequest = {
  ...{ domain: 'recettes.example', site: '75-0042', network: 'guest', cause: 'category' },
  ...{ category: 'adult', reference: 'Q7KD', note: 'pour l’atelier cuisine' },
}
const PLAIN = { cause: 'other', category: null, reference: null, note: null } as const

async function ask(house: AdminHouse, ...requests: readonly UnblockRequest[]): Promise<void> {
  for (const request of requests) await askUnblock(house.database.as('portal'), request)
}

async function idOf(house: AdminHouse, domain: string, site: string | null): Promise<string> {
  const [row] = await house.database.sql<{ id: string }[]>`
    select max(id)::text as id from house.unblock_request
    where domain = ${domain} and site is not distinct from ${site}`
  return row?.id ?? ''
}

test('what guests ask for waits as one thing for each name and place, with their words', async () => {
  await using house = await openAdminHouse()
  await ask(house, RECIPES, { ...RECIPES, note: null }, { ...RECIPES, note: 'merci <b>beaucoup' })
  const paul = await house.signedIn(PAUL)
  const { text } = await page(paul, '/admin/requests?lang=fr')
  expect(text.split('recettes.example').length).toBe(2)
  expect(text).toContain('data-of="Demandes">3</td>')
  expect(text).toContain('merci &lt;b&gt;beaucoup')
  const one = await page(
    paul,
    `/admin/requests/${await idOf(house, 'recettes.example', '75-0042')}`,
  )
  expect(one.text).toContain('une liste le range dans : contenu pour adultes')
  expect(one.text).toContain('Q7KD')
  expect(one.text).toContain('dans ce lieu (75-0042)')
  expect(one.text).toContain('dans tous les lieux de l’association 75')
  expect(one.text).not.toContain('dans toute l’organisation')
  expect((await page(paul, '/admin/requests?q=nothing')).text).toContain(
    'Aucune demande ne correspond',
  )
})

test('an empty list says that all is answered', async () => {
  await using house = await openAdminHouse()
  const { text } = await page(await house.signedIn(PAUL), '/admin/requests?lang=en')
  expect(text).toContain('Nobody asks for anything')
  expect(text).toContain('No answer has been given yet')
})

test('allowed for the place until a day: the rule is made, the requests are gone, the answer is kept', async () => {
  await using house = await openAdminHouse()
  await ask(house, RECIPES, RECIPES)
  const paul = await house.signedIn(PAUL)
  const path = `/admin/requests/${await idOf(house, 'recettes.example', '75-0042')}`
  const silent = await paul.post(path, { decision: 'allow', where: 'site' })
  expect(silent.status).toBe(422)
  expect(await silent.text()).toContain('Pourquoi ? (se lit dans l’audit)')
  const wish = { decision: 'allow', where: 'site', until: '2099-06-30', reason: 'atelier du mardi' }
  const wrong = await paul.post(path, { ...wish, until: 'mardi' })
  expect(wrong.status).toBe(422)
  const done = await paul.post(path, wish)
  expect([done.status, done.headers.get('Location')]).toEqual([303, '/admin/requests?answered'])
  const { sql } = house.database
  const rules = await sql`
    select action, network, site, association, until, note, declared, made_by from house.rule
    where domain = 'recettes.example'`
  expect(rules).toEqual([
    {
      ...{ action: 'allow', network: 'guest', site: '75-0042', association: null },
      ...{ until: new Date('2099-07-01T00:00:00Z'), note: 'atelier du mardi' },
      ...{ declared: false, made_by: 'staff:paul' },
    },
  ])
  expect(await sql`select id from house.unblock_request`).toHaveLength(0)
  const list = await page(paul, '/admin/requests?answered')
  expect(list.text).toContain('C’est répondu')
  expect(list.text).toContain('recettes.example (2)')
  expect(list.text).toMatch(/href="\/admin\/rules\/\d+">autorisé<\/a>/)
  const lines = await sql`
    select action, association, reason from audit.entry where actor = 'staff:paul' order by id`
  expect(lines.map(({ action }) => action)).toEqual(['rule.create', 'unblock.allow'])
  expect(lines[1]).toMatchObject({ association: '75', reason: 'atelier du mardi' })
  const late = await paul.post(path, wish)
  expect(late.status).toBe(404)
  expect(await late.text()).toContain('Cette demande a déjà sa réponse')
})

test('a yes for the association answers its other places too, and turns a rule that blocked', async () => {
  await using house = await openAdminHouse()
  const { sql } = house.database
  await sql`
    insert into house.site (code, name, association, timezone)
    values ('75-0043', 'Bastille', '75', 'Europe/Paris')`
  await sql`
    insert into house.rule (action, domain, association, network)
    values ('block', 'recettes.example', '75', 'guest')`
  await ask(house, RECIPES, { ...RECIPES, site: '75-0043' }, { ...RECIPES, site: '69-0001' })
  const paul = await house.signedIn(PAUL)
  const path = `/admin/requests/${await idOf(house, 'recettes.example', '75-0042')}`
  const done = await paul.post(path, { decision: 'allow', where: 'association', reason: 'utile' })
  expect(done.status).toBe(303)
  const [rule] = await sql`select action from house.rule where domain = 'recettes.example'`
  expect(rule).toEqual({ action: 'allow' })
  expect(await sql`select site from house.unblock_request`).toEqual([{ site: '69-0001' }])
  expect(await sql`select site from house.unblock_answer order by site`).toEqual([
    ...[{ site: '75-0042' }, { site: '75-0043' }],
  ])
})

test('a no makes no rule, and its reason stands beside the name the next time', async () => {
  await using house = await openAdminHouse()
  await ask(house, RECIPES)
  const paul = await house.signedIn(PAUL)
  const first = `/admin/requests/${await idOf(house, 'recettes.example', '75-0042')}`
  expect((await paul.post(first, { decision: 'refuse', reason: 'déjà vu' })).status).toBe(303)
  expect(
    await house.database.sql`select id from house.rule where domain = 'recettes.example'`,
  ).toEqual([])
  await ask(house, RECIPES)
  const again = await page(
    paul,
    `/admin/requests/${await idOf(house, 'recettes.example', '75-0042')}`,
  )
  expect(again.text).toContain('déjà vu')
  expect(again.text).toContain('laissé bloqué')
})

test('another association’s requests, and those of no known place, are nobody’s for Paris', async () => {
  await using house = await openAdminHouse()
  const lyon = { ...RECIPES, ...PLAIN, domain: 'lyon-asks.example', site: '69-0001' }
  const nowhere = { ...RECIPES, ...PLAIN, domain: 'nowhere.example', site: null, network: null }
  await ask(house, lyon, nowhere)
  const paul = await house.signedIn(PAUL)
  const list = await page(paul, '/admin/requests')
  expect(list.text).not.toContain('lyon-asks')
  expect(list.text).not.toContain('nowhere.example')
  const theirs = await idOf(house, 'lyon-asks.example', '69-0001')
  for (const id of [theirs, await idOf(house, 'nowhere.example', null), '999999', 'x']) {
    const shown = await page(paul, `/admin/requests/${id}`)
    expect([id, shown.status]).toEqual([id, 404])
    const answered = await paul.post(`/admin/requests/${id}`, { decision: 'refuse', reason: 'x' })
    expect([id, answered.status]).toEqual([id, 404])
  }
  expect(await house.database.sql`select id from house.unblock_request`).toHaveLength(2)
  const national = await house.signedIn()
  const id = await idOf(house, 'nowhere.example', null)
  const shown = await page(national, `/admin/requests/${id}`)
  expect(shown.text).toContain('lieu inconnu')
  expect(shown.text).not.toContain('dans ce lieu')
  const done = await national.post(`/admin/requests/${id}`, {
    ...{ decision: 'allow', where: 'everywhere', reason: 'sans danger' },
  })
  expect(done.status).toBe(303)
})

test('a helper of the place sees what is asked and does not answer', async () => {
  await using house = await openAdminHouse()
  house.give({ subject: 'person:lea', role: 'place-helper', sites: ['75-0042'] })
  await ask(house, RECIPES)
  const lea = await house.signedIn({ account: 'lea', name: 'Léa', subject: 'l-1', groups: [] })
  const path = `/admin/requests/${await idOf(house, 'recettes.example', '75-0042')}`
  const { text } = await page(lea, `${path}?lang=fr`)
  expect(text).toContain('Votre rôle voit les demandes de ce lieu, sans y répondre.')
  expect(text).not.toContain('name="decision"')
  expect((await lea.post(path, { decision: 'refuse', reason: 'x' })).status).toBe(403)
})
