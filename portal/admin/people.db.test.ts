import { describe, expect, test } from 'vitest'
import type { SignedIn } from '../portal-fixture.ts'
import { PAUL, hidden, openAdminHouse, page } from './testing/admin-house.ts'
import type { AdminHouse } from './testing/admin-house.ts'

/** Hélène's own role, in the database as in memory. */
async function nationalHouse(): Promise<AdminHouse> {
  const house = await openAdminHouse()
  await house.database.sql`
    insert into house.role_grant (subject, role, declared, made_by)
    values ('group:it-national', 'national-admin', true, 'cli:ada')`
  return house
}

const GIVEN = { whom: 'person', name: 'Zoe', role: 'list-editor', associations: '75' }

async function give(browser: SignedIn, change: Readonly<Record<string, string>> = {}) {
  const response = await browser.post('/admin/people?lang=en', { ...GIVEN, ...change })
  return {
    status: response.status,
    at: response.headers.get('Location') ?? '',
    text: await response.text(),
  }
}

describe('a role', () => {
  test('is given, shortened, taken away and given back; the security desk hears of each gift', async () => {
    await using house = await nationalHouse()
    const { sql } = house.database
    const helene = await house.signedIn()
    const given = await give(helene, { until: '2099-12-31', reason: 'remplace Léa' })
    expect([given.status, given.at]).toEqual([303, expect.stringMatching(/people\/\d+\?saved$/)])
    const at = given.at.replace('?saved', '')
    const list = await page(helene, '/admin/people?q=zo&lang=fr')
    expect(list.text).toContain('filtrage')
    expect(list.text).toContain('2099-12-31')
    expect(list.text).toContain('remplace Léa')
    const shown = await page(helene, `${at}?lang=fr`)
    expect(shown.text).toContain('On ne connaît pas encore ce compte.')
    const etag = hidden(shown.text, 'etag')
    expect((await helene.post(at, { etag, until: '2098-01-31' })).status).toBe(303)
    const late = await helene.post(at, { etag, until: '2097-01-31' })
    expect([late.status, await late.text()]).toEqual([
      422,
      expect.stringContaining('Quelqu’un l’a modifié'),
    ])
    const present = await page(helene, at)
    const gone = await helene.post(at, { etag: hidden(present.text, 'etag'), remove: 'yes' })
    expect(gone.headers.get('Location')).toBe('/admin/people?removed')
    const change = hidden((await page(helene, '/admin/people')).text, 'change')
    const back = await helene.post('/admin/undo', { kind: 'role', change })
    expect(back.headers.get('Location')).toBe('/admin/people?undone')
    const rows = await sql`
      select role, associations, until::text, made_by from house.role_grant where subject = 'person:zoe'`
    expect(rows).toEqual([
      {
        ...{ role: 'list-editor', associations: ['75'], until: '2098-01-31' },
        made_by: 'staff:helene',
      },
    ])
    const lines = await sql`
      select action, association from audit.entry where subject = 'role person:zoe list-editor 75'
      and action like 'role.%' order by id`
    expect(lines).toEqual(
      ['create', 'change', 'remove', 'undo'].map((deed) => ({
        ...{ action: `role.${deed}`, association: '75' },
      })),
    )
    const [alert] = await sql`
      select actor, subject, count from house.alert where key = 'person:zoe list-editor'`
    expect(alert).toMatchObject({ actor: 'staff:helene', subject: 'person:zoe, list-editor' })
  })

  test('of the last national administrator is not taken away, nor given an end', async () => {
    await using house = await nationalHouse()
    const helene = await house.signedIn()
    const list = await page(helene, '/admin/people?lang=en')
    const [, at = ''] = /href="(\/admin\/people\/\d+)"/.exec(list.text) ?? []
    const before = await page(helene, `${at}?lang=en`)
    expect(before.text).toContain('the next update by file brings back')
    const etag = hidden(before.text, 'etag')
    for (const change of [{ remove: 'yes' }, { until: '2099-12-31' }]) {
      const refused = await helene.post(`${at}?lang=en`, { etag, ...change })
      expect(await refused.text()).toContain('Nobody would administer the whole organisation')
    }
    // Once somebody else is one for good, the first may go.
    await give(helene, { role: 'national-admin', associations: '' })
    expect((await helene.post(at, { etag, remove: 'yes' })).status).toBe(303)
  })

  test('that would make a reader of an approver is refused, by name and by two groups', async () => {
    await using house = await nationalHouse()
    await house.database.sql`
      insert into staff.person (issuer, subject, account, name, groups, state_since, signed_in_at)
      values ('https://sso', 's1', 'lea', 'Léa', '{dpo,security}', now(), now())`
    const helene = await house.signedIn()
    const everywhere = { associations: '', role: 'log-reader' }
    const approving = { ...everywhere, role: 'log-approver' }
    expect((await give(helene, { ...everywhere, whom: 'group', name: 'dpo' })).status).toBe(303)
    for (const other of [
      { whom: 'group', name: 'Security' },
      { whom: 'group', name: 'dpo' },
      { name: 'lea' },
    ]) {
      const refused = await give(helene, { ...approving, ...other })
      expect([other, refused.status]).toEqual([other, 422])
      expect(refused.text).toContain('Somebody would both read the log and approve packs of it')
    }
    expect((await give(helene, { ...approving, whom: 'group', name: 'direction' })).status).toBe(
      303,
    )
    // Who comes to be in both groups afterwards has neither half, and the page says so.
    await house.database.sql`update staff.person set groups = '{dpo,direction}'`
    const told = await page(helene, '/admin/people?lang=en')
    expect(told.text).toContain('Neither counts until one is taken away.')
    const paul = await page(await house.signedIn(PAUL), '/admin/people?lang=en')
    expect(paul.text).not.toContain('Neither counts')
  })

  test('of a group shows whom we know to be in it, and the look is in the audit', async () => {
    await using house = await nationalHouse()
    await house.database.sql`
      insert into staff.person (issuer, subject, account, name, groups, state_since, signed_in_at)
      values ('https://sso', 's1', 'lea', 'Léa Martin', '{benevoles}', now(), now()),
             ('https://sso', 's2', 'max', 'Max', '{others}', now(), now())`
    // She has an account of the house too, and is one person all the same.
    await house.database.sql`
      insert into staff.account (username, password_hash, groups)
      values ('lea', 'x', '{benevoles}')`
    const helene = await house.signedIn()
    const { at } = await give(helene, { whom: 'group', name: 'Benevoles' })
    const { text } = await page(helene, at)
    expect(text.match(/Léa Martin/g)).toHaveLength(1)
    expect(text.match(/<td>(?:<bdi>)?lea\b/g)).toHaveLength(1)
    expect(text).not.toContain('Max')
    const looks = await house.database.sql`
      select association from audit.entry where action = 'roles.read' and actor = 'staff:helene'`
    expect(looks).toEqual([{ association: '75' }])
  })
})

describe('an administrator of Paris', () => {
  test('gives in Paris what is not above it, and nothing else or elsewhere', async () => {
    await using house = await nationalHouse()
    const paul = await house.signedIn(PAUL)
    const form = await page(paul, '/admin/people?lang=en')
    expect(form.text).toContain('You give the roles of your association')
    for (const role of ['national-admin', 'log-reader', 'log-approver']) {
      expect([role, form.text.includes(`value="${role}"`)]).toEqual([role, false])
      const refused = await give(paul, { role })
      expect([role, refused.status]).toEqual([role, 422])
      expect(refused.text).toContain('That is beyond your role')
    }
    for (const places of [
      { associations: '' },
      { associations: '69' },
      { associations: '75, 69' },
      { associations: '', sites: '69-0001' },
    ]) {
      expect([places, (await give(paul, places)).status]).toEqual([places, 422])
    }
    for (const places of [{ associations: '75' }, { associations: '', sites: '75-0042' }]) {
      expect([places, (await give(paul, places)).status]).toEqual([places, 303])
    }
    expect((await give(paul, { role: 'association-admin' })).status).toBe(303)
    const given = await house.database.sql`
      select role from house.role_grant where subject = 'person:zoe' order by id`
    expect(given.map(({ role }) => role as string)).toEqual([
      ...['list-editor', 'list-editor', 'association-admin'],
    ])
  })

  test('gives somebody of Lyon a role without hearing of theirs there', async () => {
    await using house = await nationalHouse()
    const helene = await house.signedIn()
    const lyon = await give(helene, { associations: '69' })
    const paul = await house.signedIn(PAUL)
    expect((await page(paul, lyon.at)).status).toBe(404)
    expect((await give(paul)).status).toBe(303)
    expect((await page(paul, '/admin/people?q=zoe')).text).not.toContain('69')
  })

  test('sees a role that reaches further, and changes it not', async () => {
    await using house = await nationalHouse()
    const helene = await house.signedIn()
    const { at } = await give(helene, { associations: '75,69', role: 'auditor' })
    const paul = await house.signedIn(PAUL)
    const { text } = await page(paul, `${at}&lang=en`)
    expect(text).toContain('This role reaches beyond yours')
    expect((await paul.post(at, { etag: '*', remove: 'yes' })).status).toBe(422)
  })
})

test('what cannot be read is named, and what was written stays', async () => {
  await using house = await nationalHouse()
  const helene = await house.signedIn()
  const unsaid = await give(helene, { name: ' ', role: 'place-helper', associations: '' })
  expect([unsaid.status, unsaid.text]).toEqual([
    422,
    expect.stringContaining('Check what is written'),
  ])
  const over = await give(helene, { until: '2020-01-01' })
  expect(over.text).toContain('That day is over already')
  expect(over.text).toContain('value="Zoe"')
  expect((await give(helene, { associations: '99' })).text).toContain('No association')
})
