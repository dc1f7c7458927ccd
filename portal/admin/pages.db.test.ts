import { describe, expect, test } from 'vitest'
import { fillTheHouse } from '../../test/support/full-house.ts'
import { PAUL, hidden, openAdminHouse, page } from './testing/admin-house.ts'
import type { AdminHouse } from './testing/admin-house.ts'

async function idOf(house: AdminHouse, domain: string): Promise<string> {
  const [row] = await house.database.sql<{ id: string }[]>`
    select id::text from house.rule where domain = ${domain}`
  return row?.id ?? ''
}

describe('the administration', () => {
  test('is for who has a role, and tells the others whom to ask', async () => {
    await using house = await openAdminHouse()
    const nobody = await house.signedIn({ ...PAUL, account: 'zoe', subject: 'z-1' })
    for (const path of ['/admin', '/admin/places', '/admin/rules', '/admin/audit']) {
      const { status, text } = await page(nobody, `${path}?lang=en`)
      expect([path, status]).toEqual([path, 403])
      expect(text).toContain('Ask a national administrator')
    }
    expect((await page(nobody, '/staff?lang=en')).text).not.toContain('href="/admin"')
    expect((await page(await house.signedIn(PAUL), '/staff?lang=en')).text).toContain(
      'href="/admin"',
    )
    const denied = await nobody.post('/admin/rules', { domain: 'x.example', action: 'block' })
    expect(denied.status).toBe(403)
  })

  test('shows an association its own, and nothing of another', async () => {
    await using house = await openAdminHouse()
    const paul = await house.signedIn(PAUL)
    const lyon = await idOf(house, 'lyon.example')
    for (const path of ['/admin', '/admin/places', '/admin/rules', '/admin/audit']) {
      const { status, text } = await page(paul, `${path}?lang=fr`)
      expect([path, status]).toEqual([path, 200])
      for (const secret of ['Bellecour', 'lyon.example', '69-0001', 'Lyon']) {
        expect([path, text.includes(secret)]).toEqual([path, false])
      }
    }
    const others = [
      await page(paul, '/admin/places/69-0001'),
      await page(paul, `/admin/rules/${lyon}`),
    ]
    const nobodys = await page(paul, '/admin/places/69-9999')
    for (const { status, text } of others) {
      expect(status).toBe(404)
      expect(text.replaceAll(/\?lang=|\/admin\/\S+/g, '').length).toBeGreaterThan(0)
      expect(text).toContain('Il n’y a rien ici')
    }
    expect(nobodys.status).toBe(404)
    const spoilt = await paul.post(`/admin/rules/${lyon}`, { etag: '*', action: 'allow' })
    expect(spoilt.status).toBe(404)
    const all = await idOf(house, 'all.example')
    expect((await page(paul, `/admin/rules/${all}`)).text).toContain(
      'Cette règle n’est pas dans votre association',
    )
  })

  test('walks through an administrator’s rule: added, changed, undone, taken away', async () => {
    await using house = await openAdminHouse()
    const paul = await house.signedIn(PAUL)
    const added = await paul.post('/admin/rules', {
      ...{ domain: 'Casino.example', action: 'block', network: 'guest', association: '75' },
      ...{ until: '2099-12-31', note: 'demande du centre', reason: 'appel de Nation' },
    })
    expect([added.status, added.headers.get('Location')]).toEqual([303, '/admin/rules?saved'])
    const list = await page(paul, '/admin/rules?q=casino')
    expect(list.text).toContain('association 75')
    expect(list.text).toContain('2099-12-31')
    expect(list.text).toContain('appel de Nation')
    const id = await idOf(house, 'casino.example')
    const form = await page(paul, `/admin/rules/${id}`)
    const etag = hidden(form.text, 'etag')
    const first = await paul.post(`/admin/rules/${id}`, { etag, action: 'allow', note: 'a' })
    expect(first.status).toBe(303)
    const late = await paul.post(`/admin/rules/${id}`, { etag, action: 'block', note: 'b' })
    const told = await late.text()
    expect(late.status).toBe(422)
    expect(told).toContain('Quelqu’un l’a modifié pendant que vous écriviez')
    const change = hidden(told, 'change')
    const undone = await paul.post('/admin/undo', { kind: 'rule', change })
    expect([undone.status, undone.headers.get('Location')]).toEqual([303, '/admin/rules?undone'])
    const again = await paul.post('/admin/undo', { kind: 'rule', change })
    expect(again.status).toBe(409)
    const present = await page(paul, `/admin/rules/${id}`)
    expect(hidden(present.text, 'etag')).not.toBe('')
    const gone = await paul.post(`/admin/rules/${id}`, {
      ...{ etag: hidden(present.text, 'etag'), remove: 'yes' },
    })
    expect(gone.headers.get('Location')).toBe('/admin/rules?removed')
    const lines = await house.database.sql`
      select actor, action, reason from audit.entry where subject like 'rule casino%' order by id`
    expect(lines.map(({ action }) => action)).toEqual([
      ...['rule.create', 'rule.change', 'rule.undo', 'rule.remove'],
    ])
    expect(lines[0]).toMatchObject({ actor: 'staff:paul', reason: 'appel de Nation' })
  })

  test('adds a place and renames it; what is wrong is said and what was written stays', async () => {
    await using house = await openAdminHouse()
    const paul = await house.signedIn(PAUL)
    const wrong = await paul.post('/admin/places', {
      ...{ code: '75 0100', name: 'Gare de l’Est', association: '75' },
    })
    const text = await wrong.text()
    expect(wrong.status).toBe(422)
    expect(text).toContain('Code : des lettres, chiffres')
    expect(text).toContain('value="Gare de l’Est"')
    const foreign = await paul.post('/admin/places', {
      ...{ code: '69-0100', name: 'x', association: '69' },
    })
    expect(await foreign.text()).toContain('Aucune association de votre ressort n’a ce code.')
    const added = await paul.post('/admin/places', {
      ...{ code: '75-0100', name: 'Gare de l’Est', association: '75' },
    })
    expect(added.headers.get('Location')).toBe('/admin/places/75-0100?added')
    const shown = await page(paul, '/admin/places/75-0100?added')
    expect(shown.text).toContain('Le lieu est ajouté.')
    const renamed = await paul.post('/admin/places/75-0100', {
      ...{ etag: hidden(shown.text, 'etag'), name: 'Gare du Nord' },
    })
    expect(renamed.headers.get('Location')).toBe('/admin/places/75-0100?saved')
    expect((await page(paul, '/admin/places?q=gare%20du%20n')).text).toContain('Gare du Nord')
  })

  test('warns before what stands in a file is changed', async () => {
    await using house = await openAdminHouse()
    const national = await house.signedIn()
    const { text } = await page(national, '/admin/places/75-0042?lang=en')
    expect(text).toContain('the next update by file brings back what the files say')
  })

  test('says what is wrong first: silent gateways, wrong clocks, failed jobs', async () => {
    await using house = await openAdminHouse()
    await house.database.sql`
      insert into house.gateway_posture
        (gateway, transport, heard_at, clock_skew_ms, requests, unsigned, refused, over_limit)
      values ('gw-0042', 'udp', now() - interval '2 hours', 0, 0, 0, 0, 0)`
    await house.database.sql`
      insert into house.job (name, started_at, finished_at, failure)
      values ('sealing', now(), now(), 'the disk is full')`
    const national = await house.signedIn()
    const { text } = await page(national, '/admin?lang=en')
    expect(text).toContain('Gateways that are not heard any more')
    expect(text).toContain('The job “Seal the days of the log” failed: the disk is full')
    const paul = await page(await house.signedIn(PAUL), '/admin?lang=en')
    expect(paul.text).not.toContain('sealing')
    await house.database.sql`
      update house.gateway_posture set heard_at = now(), clock_skew_ms = -90000`
    expect((await page(national, '/admin?lang=en')).text).toMatch(
      /Clocks that are off.*gw-0042.*by -90 s/s,
    )
  })
})

test('a job is asked for by who may, and the page says so until it has begun', async () => {
  await using house = await openAdminHouse()
  const { sql } = house.database
  await sql`
    insert into house.job (name, started_at, finished_at, result)
    values ('sealing', now() - interval '1 hour', now() - interval '1 hour' + interval '2.5 s', 'sealed 1')`
  const national = await house.signedIn()
  const before = await page(national, '/admin?lang=en')
  expect(before.text).toContain('2.5 sec')
  expect(before.text).toContain('Run “Seal the days of the log” now')
  const asked = await national.post('/admin/jobs/sealing', {})
  expect(asked.headers.get('Location')).toBe('/admin/jobs?asked')
  const after = await page(national, '/admin/jobs?asked&lang=en')
  expect(after.text).toContain('It is asked for')
  expect(after.text).not.toContain('Run “Seal the days of the log” now')
  expect((await national.post('/admin/jobs/nothing', {})).status).toBe(404)
  const [line] = await sql`select actor from audit.entry where action like 'job%'`
  expect(line).toMatchObject({ actor: 'staff:helene' })
  const paul = await house.signedIn(PAUL)
  expect((await paul.post('/admin/jobs/sealing', {})).status).toBe(403)
})

test('every page is under 100 KB at 2,333 places, and asks a bounded number of questions', async () => {
  await using house = await openAdminHouse()
  await fillTheHouse(house.database.sql, () => 'sealed')
  await house.database.sql`
    insert into house.rule (action, domain, association, note)
    select 'block', 'n' || n || '.example', '75', repeat('x', 150) from generate_series(1, 500) n`
  await house.database.sql`
    insert into audit.entry (actor, action, subject, reason, details)
    select 'staff:paul', 'rule.change', 'rule n' || n || '.example 75', repeat('y', 200),
           jsonb_build_object('before', null, 'after', jsonb_build_object('note', repeat('z', 200)))
    from generate_series(1, 500) n`
  const national = await house.signedIn()
  for (const [path, most] of [
    ['/admin', 4],
    ['/admin?span=days', 4],
    ['/admin/places', 1],
    ['/admin/places?q=centre%202', 1],
    ['/admin/places/75-0042', 5],
    ['/admin/places/75-0042/set-up', 3],
    ['/admin/places-new', 1],
    ['/admin/rules', 2],
    [`/admin/rules/${await idOf(house, 'n7.example')}`, 2],
    ['/admin/audit', 2],
    ['/admin/requests', 2],
    ['/admin/filtering?name=a.b.c.example&site=75-0042', 6],
    ['/admin/sessions', 1],
    ['/admin/sessions/75-0042', 3],
  ] as const) {
    const { status, bytes } = await page(national, path)
    expect([path, status, bytes < 100_000]).toEqual([path, 200, true])
    // A statement within another is counted too.
    expect([path, house.statements() <= 2 * most]).toEqual([path, true])
  }
})

test('whatever somebody writes into a field is shown as it was written and does nothing', async () => {
  await using house = await openAdminHouse()
  const evil = `"><script>alert(1)</script><img src=x onerror=alert(2)>=cmd|'/C calc'!A1`
  const paul = await house.signedIn(PAUL)
  await paul.post('/admin/places', { code: '75-0666', name: evil, association: '75', reason: evil })
  await paul.post('/admin/rules', {
    ...{ domain: 'evil.example', action: 'block', association: '75', note: evil, reason: evil },
  })
  await house.database.sql`
    insert into house.job (name, started_at, finished_at, failure)
    values ('evil', now(), now(), ${evil})`
  await house.database.sql`
    update house.network set ssid = '<script>alert(3)' where site = '75-0042' and kind = 'guest'`
  await house.database.sql`
    insert into audit.entry (actor, action, subject, reason)
    values (${`x:${evil}`}, ${evil}, ${evil}, ${evil})`
  const national = await house.signedIn()
  const escaped = '&quot;&gt;&lt;script&gt;'
  for (const path of [
    '/admin',
    '/admin/places',
    `/admin/places?q=${encodeURIComponent(evil)}`,
    '/admin/places/75-0666',
    '/admin/places/75-0042',
    '/admin/rules',
    `/admin/rules?q=${encodeURIComponent(evil)}`,
    `/admin/rules/${await idOf(house, 'evil.example')}`,
    '/admin/audit',
    `/admin/audit?actor=${encodeURIComponent(evil)}`,
  ]) {
    const { status, text: whole } = await page(national, path)
    const text = whole.replaceAll(/<script src="\/static\/[\w-]+\.js" defer><\/script>/g, '')
    expect([path, status]).toEqual([path, 200])
    expect([path, /<script|<img src=x|onerror=alert\(2\)>[^&]*$/.test(text)]).toEqual([path, false])
    if (path !== '/admin/places/75-0042')
      expect([path, text.includes(escaped)]).toEqual([path, true])
  }
  const note = await paul.post('/admin/rules', {
    ...{ domain: 'esc.example', action: 'block', association: '75', note: 'a\u001b[2Jb' },
  })
  expect(note.status).toBe(422)
})

test('a job that says how far it is has a bar, on a page that goes on by itself, with script and without', async () => {
  await using house = await openAdminHouse()
  const { sql } = house.database
  await sql`
    insert into house.job (name, started_at, percent) values ('inventory', now(), 42)`
  const national = await house.signedIn()
  const running = await page(national, '/admin/jobs?lang=fr')
  expect(running.text).toContain('<progress max="100" value="42"')
  expect(running.text).toContain('Relire l’inventaire NetBox : 42\u00a0%')
  expect(running.text).toContain('content="3;url=/admin/jobs"')
  expect(running.text).toContain('hx-trigger="every 2s"')
  const piece = await national.get('/admin/jobs', { 'HX-Request': 'true' })
  expect(await piece.text()).toMatch(/^<div\s+id="job-list"[^]*<progress/)
  await sql`
    update house.job set finished_at = now(), result = '2333 places, 9332 changes, 0 gone'`
  const done = await page(national, '/admin/jobs?lang=fr')
  expect(done.text).toContain('lieux : 2\u202f333')
  for (const sign of ['<progress', 'http-equiv="refresh"', 'hx-trigger']) {
    expect([sign, done.text.includes(sign)]).toEqual([sign, false])
  }
})

describe('times', () => {
  const AT = new Date('2026-03-01T08:00:00Z')

  async function openReunion(): Promise<AdminHouse> {
    const house = await openAdminHouse()
    const { sql } = house.database
    await sql`insert into house.association values ('974', 'La Réunion')`
    await sql`
      insert into house.site (code, name, association, timezone, postal_address)
      values ('974-0001', 'Saint-Denis', '974', 'Indian/Reunion', '3 rue de Paris, 97400 Saint-Denis')`
    await sql`
      insert into house.gateway (name, site, address, secret, kind)
      values ('gw-974', '974-0001', '10.97.4.1', 'sealed', 'generic')`
    await sql`
      insert into house.gateway_posture
        (gateway, transport, heard_at, clock_skew_ms, requests, unsigned, refused, over_limit)
      select name, 'udp', ${AT}, 20, 1, 0, 0, 0 from house.gateway`
    await sql`
      insert into house.job (name, started_at, finished_at, result)
      values ('sealing', ${AT}, ${AT}, 'x')`
    return house
  }

  test('of a place are by its own clock, and say so where that is not the organisation’s', async () => {
    await using house = await openReunion()
    const national = await house.signedIn()
    const list = await page(national, '/admin/places?lang=fr')
    expect(list.text).toContain('1 mars 2026, 12:00 (UTC+4)')
    expect(list.text).toContain('1 mars 2026, 09:00<')
    const place = await page(national, '/admin/places/974-0001?lang=en')
    expect(place.text).toContain('1 Mar 2026, 12:00 (GMT+4)')
    expect(place.text).toContain('3 rue de Paris, 97400 Saint-Denis')
    const overview = await page(national, '/admin?lang=fr')
    expect(overview.text).toContain('depuis le 1 mars 2026, 12:00 (UTC+4)')
    expect(overview.text).toContain('1 mars 2026, 09:00')
  })

  test('of no place are by the organisation’s clock, wherever it is', async () => {
    await using house = await openReunion()
    house.clockOf('Indian/Reunion')
    const national = await house.signedIn()
    const { text } = await page(national, '/admin?lang=fr')
    expect(text).toContain('depuis le 1 mars 2026, 12:00<')
    // The place in Paris is the one that differs here, and the job's is the organisation's own.
    expect(text).toContain('depuis le 1 mars 2026, 09:00 (UTC+1)')
    expect(text).toContain('>1 mars 2026, 12:00</td>')
    expect(text).toContain('data-zone="Indian/Reunion"')
  })

  test('and where a place is, is written on its page and undone there', async () => {
    await using house = await openReunion()
    const national = await house.signedIn()
    const path = '/admin/places/974-0001'
    const etag = hidden((await page(national, path)).text, 'etag')
    const wrong = await national.post(path, { etag, name: 'Saint-Denis', address: 'a\u001bb' })
    expect([wrong.status, (await wrong.text()).includes('Adresse postale')]).toEqual([422, true])
    const moved = { etag, name: 'Saint-Denis', address: '5 rue du Port' }
    expect((await national.post(path, moved)).status).toBe(303)
    const shown = (await page(national, path)).text
    expect(shown).toContain('adresse : 3 rue de Paris, 97400 Saint-Denis →')
    const undone = await national.post('/admin/undo', {
      kind: 'site',
      change: hidden(shown, 'change'),
    })
    expect(undone.headers.get('Location')).toBe('/admin/places?undone')
    const [row] = await house.database.sql`
      select postal_address from house.site where code = '974-0001'`
    expect(row).toEqual({ postal_address: '3 rue de Paris, 97400 Saint-Denis' })
  })
})
