import { expect, test } from 'vitest'
import { openTerms } from '../../test/support/terms.ts'
import { PAUL, hidden, openAdminHouse, page } from './testing/admin-house.ts'

const TO_COME = '2099-01-01'

test('terms v2: drafted as a copy, changed, looked at, compared, undone', async () => {
  await using house = await openAdminHouse()
  const { sql } = house.database
  await openTerms(house.database, 'v1', '2026-01-01', {
    fr: '# Un\n\nSoyez gentils.\n',
    en: '# One\n',
  })
  const helene = await house.signedIn()
  const drafted = await helene.post('/admin/terms', { version: 'v2', effective: TO_COME })
  expect(drafted.headers.get('Location')).toBe('/admin/terms/v2?saved')
  const list = await page(helene, '/admin/terms?lang=fr')
  expect(list.text).toContain('en vigueur')
  expect(list.text).toContain('à venir')
  expect(list.text).toContain('anglais, français')
  const at = '/admin/terms/v2/fr'
  const form = await page(helene, `${at}?lang=fr`)
  expect(form.text).toContain('Le même texte que dans la version en vigueur')
  const etag = hidden(form.text, 'etag')
  const changed = await helene.post(at, {
    ...{
      etag,
      do: 'save',
      markdown: '# Un\r\n\r\nSoyez <b>très</b> gentils.\r\n',
      reason: 'relecture',
    },
  })
  expect(changed.headers.get('Location')).toBe(`${at}?saved`)
  const late = await helene.post(at, { etag, do: 'save', markdown: 'autre' })
  expect([late.status, await late.text()]).toEqual([
    422,
    expect.stringContaining('Quelqu’un l’a modifié'),
  ])
  const compared = await page(helene, `${at}?lang=fr`)
  expect(compared.text).toContain('<del>− Soyez gentils.</del>')
  expect(compared.text).toContain('<ins>+ Soyez &lt;b&gt;très&lt;/b&gt; gentils.</ins>')
  const preview = await page(helene, `${at}/preview`)
  expect(preview.text).toContain('Soyez &lt;b&gt;très&lt;/b&gt; gentils.')
  expect(preview.text).toMatch(/<button[^>]*disabled/)
  expect((await page(helene, '/admin/terms/v2/de/preview')).status).toBe(404)
  const version = await page(helene, '/admin/terms/v2?lang=fr')
  expect(version.text).toContain('modifié')
  const change = hidden(version.text, 'change')
  const undone = await helene.post('/admin/undo', { kind: 'terms', change })
  expect(undone.headers.get('Location')).toBe('/admin/terms?undone')
  const rows = await sql`
    select language, markdown from house.terms_text where version = 'v2' order by language`
  expect(rows).toEqual([
    { language: 'en', markdown: '# One\n' },
    { language: 'fr', markdown: '# Un\n\nSoyez gentils.\n' },
  ])
  const lines = await sql`
    select action, reason from audit.entry where subject = 'terms v2' order by id`
  expect(lines).toEqual([
    { action: 'terms.create', reason: null },
    { action: 'terms.change', reason: 'relecture' },
    { action: 'terms.undo', reason: null },
  ])
})

test('a language is added and taken out, the day is changed, a draft is taken away and comes back', async () => {
  await using house = await openAdminHouse()
  await openTerms(house.database, 'v1', '2026-01-01', { fr: 'un' })
  const helene = await house.signedIn()
  await helene.post('/admin/terms', { version: 'v2', effective: TO_COME })
  const post = async (path: string, fields: Readonly<Record<string, string>>): Promise<string> => {
    const etag = hidden((await page(helene, '/admin/terms/v2')).text, 'etag')
    const response = await helene.post(path, { etag, ...fields })
    return response.headers.get('Location') ?? (await response.text())
  }
  expect(await post('/admin/terms/v2', { language: 'ar', markdown: 'شروط' })).toContain('?saved')
  expect(await post('/admin/terms/v2', { language: 'ar1', markdown: 'x' })).toContain('Vérifiez')
  expect(await post('/admin/terms/v2/fr', { do: 'take-out' })).toContain('?saved')
  expect((await page(helene, '/admin/terms/v2?lang=en')).text).toContain(
    'The version in force is there in these languages too',
  )
  expect(await post('/admin/terms/v2/ar', { do: 'take-out' })).toContain(
    'Il faut un texte dans une langue au moins.',
  )
  expect(await post('/admin/terms/v2', { effective: '2020-01-01' })).toContain('demain au plus tôt')
  expect(await post('/admin/terms/v2', { effective: '2098-01-01' })).toContain('?saved')
  expect(await post('/admin/terms/v2', { do: 'remove' })).toBe('/admin/terms?removed')
  const change = hidden((await page(helene, '/admin/terms')).text, 'change')
  expect((await helene.post('/admin/undo', { kind: 'terms', change })).status).toBe(303)
  const [back] = await house.database.sql`
    select effective::text, (select markdown from house.terms_text x where x.version = t.version) as text
    from house.terms t where version = 'v2'`
  expect(back).toEqual({ effective: '2098-01-01', text: 'شروط' })
})

test('what counts stays as it is, shows how many accepted it, and a draft is for tomorrow at the earliest', async () => {
  await using house = await openAdminHouse()
  const { sql } = house.database
  await openTerms(house.database, 'v1', '2026-01-01', { fr: 'un' })
  await sql`
    insert into guest.acceptance
      (code, at, mac, gateway, site, network, terms_version, language, text_sha256, method)
    select 'c' || n, now(), '02:00:00:00:00:01', 'g', '69-0001', 'guest', 'v1', 'fr', 'x', 'tap'
    from generate_series(1, 1234) n`
  const helene = await house.signedIn()
  const { text } = await page(helene, '/admin/terms/v1?lang=en')
  expect(text).toContain('acceptances: 1,234')
  expect(text).toContain('People have accepted this text')
  for (const [path, fields] of [
    ['/admin/terms/v1', { do: 'remove' }],
    ['/admin/terms/v1', { effective: TO_COME }],
    ['/admin/terms/v1/fr', { do: 'save', markdown: 'autre' }],
  ] as const) {
    const refused = await helene.post(path, { etag: hidden(text, 'etag'), ...fields })
    expect([path, refused.status]).toEqual([path, 422])
    expect(await refused.text()).toContain('il ne change plus')
  }
  const today = new Date().toISOString().slice(0, 10)
  const soon = await helene.post('/admin/terms', { version: 'v2', effective: today })
  expect(await soon.text()).toContain('demain au plus tôt')
  expect((await helene.post('/admin/terms', { version: 'v1', effective: TO_COME })).status).toBe(
    422,
  )
})

test('an administrator of an association reads terms and drafts none', async () => {
  await using house = await openAdminHouse()
  await openTerms(house.database, 'v1', '2026-01-01', { fr: 'un' })
  const paul = await house.signedIn(PAUL)
  expect((await page(paul, '/admin/terms/v1')).status).toBe(200)
  expect((await page(paul, '/admin/terms')).text).not.toContain('Préparer une nouvelle version')
  expect((await paul.post('/admin/terms', { version: 'v2', effective: TO_COME })).status).toBe(403)
})
