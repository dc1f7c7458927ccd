import { expect, test } from 'vitest'
import { askUnblock } from '#db/unblock-requests.ts'
import { jobPart } from '#db/job-lines.ts'
import { PAUL, openAdminHouse, page } from './testing/admin-house.ts'

test('the overview has what waits for somebody: lists, requests, certificates that end', async () => {
  await using house = await openAdminHouse()
  const { sql } = house.database
  const national = await house.signedIn()
  expect((await page(national, '/admin?lang=en')).text).toContain(
    'Nothing asks for your attention.',
  )
  await sql`
    insert into house.list_source (list, url, allow_private)
    values ('adult', 'https://lists.example/adult', false)`
  await sql`
    insert into house.list_state (list, error, fetched_at)
    values ('adult', 'the server said 503', now() - interval '1 hour')`
  await askUnblock(house.database.as('portal'), {
    ...{ domain: 'asked.example', site: '75-0042', network: 'guest', cause: 'other' },
    ...{ category: null, reference: null, note: null },
  })
  await sql`
    insert into house.gateway_posture
      (gateway, transport, heard_at, certificate_ends_at, requests, unsigned, refused, over_limit)
    values ('gw-0042', 'radsec', now(), now() + interval '12 days', 0, 0, 0, 0)`
  const { text } = await page(national, '/admin?lang=en')
  expect(text).toContain('The list adult could not be refreshed: the server said 503')
  expect(text).toContain('One request to unblock waits for an answer.')
  expect(text).toMatch(/Certificates of gateways that end soon.*gw-0042/s)
  await sql`update house.list_state set error = null, fetched_at = now() - interval '4 days'`
  expect((await page(national, '/admin?lang=en')).text).toContain(
    'The list adult has not been up to date since',
  )
})

test('the numbers of an hour are in the table, the picture beside it, and the reasons in words', async () => {
  await using house = await openAdminHouse()
  await house.database.sql`
    insert into house.hour_count (hour, association, site, kind, name, n)
    values (date_trunc('hour', now()), null, null, 'join', 'guest', 4321),
           (date_trunc('hour', now()), null, null, 'failure', 'wrong-password', 77),
           (date_trunc('hour', now()), '75', null, 'join', 'guest', 21)`
  const { text } = await page(await house.signedIn(), '/admin?lang=en')
  // The portal of the tests has a clock of its own, so that these hours are not in its rows.
  expect(text).toContain('the password is wrong')
  expect(text).toContain('<td>77</td>')
  expect(text.match(/<tr data-at=/g)).toHaveLength(24)
  const days = await page(await house.signedIn(), '/admin?span=days&lang=en')
  expect(days.text.match(/<tr data-at=/g)).toHaveLength(30)
  const paul = await page(await house.signedIn(PAUL), '/admin?lang=en')
  expect(paul.text).not.toContain('the password is wrong')
})

test('the map is there from three associations on, and its departments lead to their places', async () => {
  await using house = await openAdminHouse()
  const { sql } = house.database
  const national = await house.signedIn()
  expect((await page(national, '/admin')).text).not.toContain('class="map"')
  await sql`insert into house.association values ('13', 'Bouches-du-Rhône')`
  const { text } = await page(national, '/admin')
  expect(text).toContain('class="map"')
  expect(text).toContain('href="/admin/places?department=75"')
  const paris = await page(national, '/admin/places?department=75')
  expect(paris.text).toContain('Centre Nation')
  expect(paris.text).not.toContain('Bellecour')
})

test('what jobs did and what the audit keeps is told in the reader’s language', async () => {
  await using house = await openAdminHouse()
  const { sql } = house.database
  await sql`
    insert into house.job (name, started_at, finished_at, result)
    values ('audit-chain', now(), now(), ${jobPart('linesLinked', { lines: 1204, anchors: 1 })})`
  await sql`
    insert into audit.entry (actor, action, subject)
    values ('cli:ada', 'logs.seal-day', '2026-11-28'), ('cli:ada', 'rule.remove', 'rule x.example')`
  const national = await house.signedIn()
  const french = await page(national, '/admin?lang=fr')
  expect(french.text).toContain('Enchaîner les lignes de l’audit')
  expect(french.text).toContain('lignes enchaînées : 1\u202f204, points d’ancrage signés : 1')
  const english = await page(national, '/admin?lang=en')
  expect(english.text).toContain('lines linked: 1,204, anchors signed: 1')
  const audit = await page(national, '/admin/audit?lang=fr')
  expect(audit.text).toContain('Un jour du journal est scellé')
  expect(audit.text).toContain('Retrait : règle de filtrage')
  expect(audit.text).toContain('règle de filtrage x.example')
})
