import { expect, test } from 'vitest'
import { askUnblock } from '#db/unblock-requests.ts'
import { asRead } from '../portal-fixture.ts'
import { PAUL, openAdminHouse, page } from './testing/admin-house.ts'
import type { AdminHouse } from './testing/admin-house.ts'

/** Of Paris 40 questions of gambling were let through although listed, of Lyon 777. */
async function countedHouse(): Promise<AdminHouse> {
  const house = await openAdminHouse()
  const { sql } = house.database
  await sql`update house.list set category = 'gambling'`
  await sql`
    insert into house.filter_count (hour, site, network, category, queries, passed)
    values (date_trunc('hour', now()), '75-0042', 'guest', 'gambling', 1200, 40),
           (date_trunc('hour', now()), '75-0042', 'guest', null, 8800, 0),
           (date_trunc('hour', now()), '75-0042', 'staff', 'youtube', 6, 0),
           (date_trunc('hour', now()), '69-0001', 'guest', 'gambling', 777, 777)`
  return house
}

const BLOCK = { action: 'block', domain: 'loto.example', network: 'guest', preview: 'yes' }

test('before a rule is saved: what the filter says there, and what last week was of its category; nothing is saved', async () => {
  await using house = await countedHouse()
  const asked: (readonly [string, string | null])[] = []
  house.filterSays((name, site) => {
    asked.push([name, site])
    return { outcome: 'free', listed: ['gambling'] }
  })
  const paul = await house.signedIn(PAUL)
  const said = await paul.post('/admin/rules', { ...BLOCK, site: '75-0042', note: 'jeux' })
  const text = asRead(await said.text())
  expect(said.status).toBe(200)
  expect(asked).toEqual([['loto.example', '75-0042']])
  expect(text).toContain('loto.example n’est pas bloqué. Des listes le nomment : jeux d’argent.')
  expect(text).toMatch(
    /« jeux d’argent », 7 derniers jours \(lieu 75-0042, invités\) : 1.200 demandes bloquées et 40 laissées passer bien que listées, sur 10.000 en tout/,
  )
  expect(text).toContain('Les noms demandés ne sont pas conservés')
  // The form is as it was written, to be sent.
  expect(text).toContain('value="loto.example"')
  expect(text).toContain('value="jeux"')
  expect(await house.database.sql`select from house.rule where domain = 'loto.example'`).toEqual([])
})

test('with script only the piece comes; of both networks the filter is asked for each', async () => {
  await using house = await countedHouse()
  house.filterSays(() => ({
    ...{ outcome: 'blocked', cause: 'category', category: 'youtube', reference: 'K7F2' },
  }))
  const paul = await house.signedIn(PAUL)
  const piece = await paul.post(
    '/admin/rules',
    { ...BLOCK, action: 'allow', network: '', site: '75-0042' },
    { 'HX-Request': 'true' },
  )
  const text = asRead(await piece.text())
  expect(text).not.toContain('<html')
  expect(text).toContain('invités : loto.example est bloqué')
  expect(text).toContain('équipe : loto.example est bloqué')
  expect(text).toMatch(/« youtube », .* : 6 demandes bloquées sur 10.006 en tout/)
})

test('in English, of an association; a name that no list has; one whose lists are not told', async () => {
  await using house = await countedHouse()
  const paul = await house.signedIn(PAUL)
  const preview = async (fields: Readonly<Record<string, string>>): Promise<string> =>
    asRead(await (await paul.post('/admin/rules?lang=en', { ...BLOCK, ...fields })).text())
  house.filterSays(() => ({ outcome: 'free', listed: ['gambling'] }))
  expect(await preview({ association: '75' })).toContain(
    '“gambling”, last 7 days (association 75, guests): 1,200 questions blocked and 40 let through although listed, of 10,000 in all.',
  )
  // Everywhere is what is within reach: Lyon is not.
  expect(await preview({})).toContain('1,200 questions blocked and 40 let through')
  expect(await preview({ association: '69' })).toContain(
    'No association within your reach has this code.',
  )
  expect(await preview({ site: '69-0001' })).toContain('No place within your reach has this code.')
  expect(await preview({ domain: 'not a name' })).toContain('class="error"')
  house.filterSays(() => ({ outcome: 'free', listed: [] }))
  expect(await preview({})).toContain('No list names it. Names that are asked for are not kept')
  house.filterSays(() => ({ outcome: 'blocked', cause: 'rule', category: null, reference: 'R1' }))
  expect(await preview({})).toContain('The filter does not say which lists name it.')
})

test('before a request is answered, for the place or for all of its association', async () => {
  await using house = await countedHouse()
  await askUnblock(house.database.as('portal'), {
    ...{ domain: 'loto.example', site: '75-0042', network: 'guest', cause: 'category' },
    ...{ category: 'gambling', reference: null, note: null },
  })
  house.filterSays(() => ({
    ...{ outcome: 'blocked', cause: 'category', category: 'gambling', reference: 'K7F2' },
  }))
  const paul = await house.signedIn(PAUL)
  const [row] = await house.database.sql<{ id: string }[]>`
    select max(id)::text as id from house.unblock_request`
  const path = `/admin/requests/${row?.id ?? ''}`
  // No reason yet: nothing is answered by looking.
  const said = await paul.post(`${path}?lang=fr`, { where: 'association', preview: 'yes' })
  expect(said.status).toBe(200)
  expect(asRead(await said.text())).toMatch(
    /« jeux d’argent », 7 derniers jours \(association 75, invités\) : 1.200 demandes bloquées et 40 /,
  )
  expect((await page(paul, path)).status).toBe(200)
  expect(await house.database.sql`select from house.unblock_answer`).toEqual([])
})
