import { expect, test } from 'vitest'
import { addList, removeList } from '#db/list-changes.ts'
import { testSeal } from '../../test/support/house.ts'
import { PAUL, hidden, openAdminHouse, page } from './testing/admin-house.ts'

test('why a name is blocked: the filter is asked for that place, and the rules about it stand below', async () => {
  await using house = await openAdminHouse()
  await house.database.sql`
    insert into house.rule (action, domain, association, site, network, note)
    values ('block', 'example.org', '75', null, null, 'trop de vidéos'),
           ('allow', 'www.example.org', null, '69-0001', null, 'de Lyon'),
           ('block', 'org', null, null, 'staff', 'pas pour les invités')`
  const asked: (readonly [string, string | null])[] = []
  house.filterSays((name, site) => {
    asked.push([name, site])
    return { outcome: 'blocked', cause: 'category', category: 'streaming', reference: 'K7F2' }
  })
  const paul = await house.signedIn(PAUL)
  const path = '/admin/filtering?lang=fr&name=WWW.Example.org.&site=75-0042&network=guest'
  const { text, status } = await page(paul, path)
  expect(status).toBe(200)
  expect(asked).toEqual([['www.example.org', '75-0042']])
  expect(text).toContain(
    'www.example.org est bloqué : une liste le range dans « vidéo et musique »',
  )
  expect(text).toContain('Référence K7F2')
  expect(text).toContain('trop de vidéos')
  expect(text).not.toContain('de Lyon')
  expect(text).not.toContain('pas pour les invités')
  expect((await page(paul, '/admin/filtering?name=x.org&site=69-0001')).text).toContain(
    'Aucun lieu de votre ressort n’a ce code',
  )
  expect((await page(paul, '/admin/filtering?name=pas%20un%20nom')).text).toContain(
    'Ce n’est pas un nom de site',
  )
  expect(asked).toHaveLength(1)
})

test.each([
  [{ outcome: 'free', listed: null }, 'is not blocked.'],
  [{ outcome: 'unknown' }, 'The filter did not answer. Try again in a minute.'],
  [{ outcome: 'blocked', cause: 'rule', category: null, reference: null }, 'is blocked by a rule.'],
] as const)('what the filter says is said in words: %j', async (verdict, words) => {
  await using house = await openAdminHouse()
  house.filterSays(() => verdict)
  const { text } = await page(await house.signedIn(PAUL), '/admin/filtering?lang=en&name=a.example')
  expect(text).toContain(words)
})

test('shows lists with size, freshness and what is held back', async () => {
  await using house = await openAdminHouse()
  const { sql } = house.database
  const paul = await house.signedIn(PAUL)
  expect((await page(paul, '/admin/filtering?lang=fr')).text).toContain('pas encore comptés')
  await sql`
    insert into house.list_source (list, url, allow_private) values ('adult', 'https://l.example/', false)`
  await sql`
    insert into house.list_state (list, url, sha256, syntax, lines, names, unusable, kinds, faults, tried_at,
      fetched_at, changed_at, error, held_names, held_at, held_sha256, held_content)
    select 'adult', 'https://l.example/', l.sha256, 'domains', 4600000, 4583000, 0, '{}', '[]', now(),
      '2026-11-27T10:00Z', '2026-11-27T10:00Z', 'the <b>answer</b> was 503', 12, now(), l.sha256, l.content
    from house.list l where l.name = 'adult'`
  const { text } = await page(paul, '/admin/filtering?lang=en')
  expect(text).toContain('4,583,000')
  expect(text).toContain('27 Nov 2026, 11:00')
  expect(text).toContain('Held back: 12 names wait')
  expect(text).toContain('the &lt;b&gt;answer&lt;/b&gt; was 503')
  expect(text).not.toContain('Toulouse')
})

test('names the university whose lists are shown, and their categories in French', async () => {
  await using house = await openAdminHouse()
  const { sql } = house.database
  await sql`update house.list set category = 'dangerous_material' where name = 'adult'`
  await sql`
    insert into house.list_source (list, url, allow_private)
    values ('adult', 'https://dsi.ut-capitole.fr/blacklists/download/dangerous_material.tar.gz', false)`
  const { text } = await page(await house.signedIn(PAUL), '/admin/filtering?lang=fr')
  expect(text).toMatch(/Listes de .*Université Toulouse Capitole.*sous licence .*CC BY-SA 4\.0/)
  expect(text).toContain('fabrication d’objets dangereux')
})

test('shows what each level blocks and when, what is lifted and how much was blocked, of Paris alone', async () => {
  await using house = await openAdminHouse()
  const { sql } = house.database
  const none = { allow: [], trust: [], imposed: [], answers: [], page: [], asked: false }
  const rest = { addresses: [], private_names: [], internal: [], always: [] }
  for (const [association, site, hours, block] of [
    [null, null, [], ['adult']],
    ['75', null, ['mon-fri 08:00-18:00'], ['streaming', 'list:ours']],
    [null, '69-0001', [], ['lyon-only']],
  ] as const) {
    const level = {
      association,
      site,
      position: hours.length,
      hours: [...hours],
      block: [...block],
    }
    await sql`insert into house.filter ${sql({ ...level, ...none, ...rest })}`
  }
  await sql`
    insert into house.filter_lift (association, site, subject, ends_at, made_by, reason)
    values ('75', null, 'streaming', now() + interval '1 hour', 'cli:ada', 'fête de Noël'),
           (null, '69-0001', null, now() + interval '1 hour', 'cli:ada', 'lyon lifts')`
  await sql`
    insert into house.filter_count (hour, site, network, category, queries)
    values (date_trunc('hour', now()), '75-0042', 'guest', 'adult', 1234),
           (date_trunc('hour', now()), '69-0001', 'guest', 'gambling', 777),
           (date_trunc('hour', now()), null, 'guest', 'drugs', 888),
           (date_trunc('hour', now()), '75-0042', 'guest', null, 99999)`
  const { text } = await page(await house.signedIn(PAUL), '/admin/filtering?lang=en')
  expect(text).toContain('mon-fri 08:00-18:00')
  expect(text).toContain('list:ours')
  expect(text).toContain('fête de Noël')
  expect(text).toContain('1,234')
  for (const theirs of ['lyon-only', 'lyon lifts', '777', '888', '99,999', '69-0001']) {
    expect([theirs, text.includes(theirs)]).toEqual([theirs, false])
  }
  const national = await page(await house.signedIn(), '/admin/filtering?lang=en')
  for (const all of ['lyon-only', 'lyon lifts', '777', '888']) expect(national.text).toContain(all)
})

test('shows the changes of lists and undoes one; a list that came back is empty until it is fetched, and says so', async () => {
  await using house = await openAdminHouse()
  const { database } = house
  const from = { url: 'https://ada:s3cret@lists.example/x.txt', folder: null, allowPrivate: false }
  const list = { name: 'games', category: 'games', blocks: ['guest'], from } as const
  expect(await addList(database, testSeal, list, 'cli:ada')).toBe(true)
  expect(await removeList(database, 'games', 'cli:ada')).toBe(true)
  const national = await house.signedIn()
  const before = await page(national, '/admin/filtering?lang=fr')
  expect(before.text).toContain('Changements des listes')
  expect(before.text).toContain('liste games')
  expect(before.text).toContain('//…@lists.example/x.txt')
  expect(before.text).not.toContain('s3cret')
  expect(before.text).not.toContain('Vide tant que')
  const undone = await national.post('/admin/undo', {
    ...{ kind: 'list', change: hidden(before.text, 'change') },
  })
  expect(undone.headers.get('Location')).toBe('/admin/filtering?undone')
  const after = await page(national, '/admin/filtering?undone&lang=fr')
  expect(after.text).toContain('C’est annulé.')
  expect(after.text).toContain('Vide tant que son adresse n’a pas répondu.')
  await database.sql`
    insert into house.list_state (list, url, sha256, syntax, lines, names, unusable, kinds, faults, tried_at,
      fetched_at, changed_at)
    select 'games', 'x', sha256, 'domains', 9, 9, 0, '{}', '[]', now(), now(), now()
    from house.list where name = 'games'`
  const fetched = await page(national, '/admin/filtering?lang=en')
  expect(fetched.text).not.toContain('Empty until')
  // What is of the whole house is changed by who has all of it, and its history is theirs.
  const paul = await page(await house.signedIn(PAUL), '/admin/filtering?lang=fr')
  expect(paul.text).not.toContain('Changements des listes')
})

test.each([
  ['fr', 'Sur 1.310 demandes en 7 jours \\(association 75, invités et équipe\\)', 'aucune liste'],
  ['en', 'Of 1,310 questions in 7 days \\(association 75, guests and staff\\)', 'no list'],
])(
  'what another decision would have done last week, in %s, of what was chosen',
  async (language, said, noList) => {
    await using house = await openAdminHouse()
    await house.database.sql`
    insert into house.filter_count (hour, site, network, category, queries, passed)
    values (date_trunc('hour', now()), '75-0042', 'guest', null, 1000, 0),
           (date_trunc('hour', now()), '75-0042', 'guest', 'adult', 300, 41),
           (date_trunc('hour', now()), '75-0042', 'staff', 'tiktok', 10, 0),
           (date_trunc('hour', now()), '69-0001', 'guest', 'adult', 0, 7007)`
    const look = async (query: string, whose?: typeof PAUL): Promise<string> =>
      (await page(await house.signedIn(whose), `/admin/filtering?lang=${language}&${query}`)).text
    const cells = (text: string): readonly string[] =>
      Array.from(
        text.slice(text.indexOf('id="counts"')).matchAll(/<td[^>]*>([^<]*)<\/td>/g),
        ([, cell]) => (cell ?? '').replace(/[\s,.]/g, ''),
      )
    const paris = await look('association=75')
    expect(paris).toMatch(new RegExp(said))
    expect(cells(paris).slice(1)).toEqual([
      ...['300', '41', '300', '300', 'tiktok', '10', noList.replaceAll(' ', ''), '10', '10'],
    ])
    expect(cells(await look('site=75-0042&network=staff')).slice(0, 4)).toEqual([
      ...['tiktok', '10', noList.replaceAll(' ', ''), '10'],
    ])
    expect(cells(await look('')).slice(1, 3)).toEqual(['300', '7048'])
    expect(cells(await look('', PAUL)).slice(1, 3)).toEqual(['300', '41'])
    expect(await look('site=69-0001', PAUL)).toContain(
      language === 'fr' ? 'Aucun lieu de votre ressort' : 'No place within your reach',
    )
  },
)
