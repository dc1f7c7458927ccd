import { describe, expect, test } from 'vitest'
import type { RoleGrant } from '#core/rights.ts'
import type { Person } from '#db/people.ts'
import { openTestDatabase } from '../../test/support/database.ts'
import type { TestDatabase } from '../../test/support/database.ts'
import { seedHouse } from '../../test/support/house.ts'
import { createAdminAccess } from '../api/admin/access.ts'
import { asRead, testPortal } from '../portal-fixture.ts'
import type { SignedIn } from '../portal-fixture.ts'

const grant = (subject: string, role: RoleGrant['role'], associations: string[] | null) =>
  ({ subject, role, associations, sites: null, until: null }) as const
const ADA: Partial<Person> = { account: 'ada', name: 'Ada', subject: 'a-1', groups: [] }
const PAUL: Partial<Person> = { account: 'paul', name: 'Paul', subject: 'p-1', groups: [] }
const LENA: Partial<Person> = { account: 'lena', name: 'Lena', subject: 'l-1', groups: [] }

async function withPages(
  use: (at: {
    database: TestDatabase
    signedIn: (person: Partial<Person>) => Promise<SignedIn>
  }) => Promise<void>,
): Promise<void> {
  await using database = await openTestDatabase()
  await seedHouse(database)
  const access = createAdminAccess(database.as('portal'), (question) => question())
  const { world, signedIn } = testPortal({ admin: access })
  world.roleGrants = [
    grant('person:ada', 'national-admin', null),
    grant('person:paul', 'association-admin', ['75']),
    grant('person:lena', 'list-editor', ['75']),
  ]
  await use({ database, signedIn })
}

async function read(browser: SignedIn, language: 'fr' | 'en' = 'fr', more = ''): Promise<string> {
  const response = await browser.get(`/admin/alerts?lang=${language}${more}`)
  expect(response.status).toBe(200)
  return asRead(await response.text())
}

async function raise(
  { sql }: TestDatabase,
  kind: string,
  key: string,
  site: string | null,
): Promise<void> {
  await sql`
    select house.raise_alert(${kind}, ${key}, ${site}, null, ${site && 'bob'}, ${site ? null : 'cli:eve'},
      ${key}, 1)`
}

async function channel({ sql }: TestDatabase, name: string, kind: string): Promise<void> {
  await sql`
    insert into house.alert_channel (name, kind, settings, host, kinds, associations, quiet_hours,
      timezone, language, position)
    values (${name}, ${kind}, 'a1.sealed-secret', 'hooks.example', '{break-glass}', '{}',
      '{22:00-07:00}', 'Europe/Paris', 'fr', 0)`
}

describe('the page of alerts', () => {
  test('says what to do where there is none, and no channel', async () => {
    await withPages(async ({ signedIn }) => {
      const ada = await signedIn(ADA)
      const french = await read(ada)
      expect(french).toContain('<h1>Alertes</h1>')
      expect(french).toContain('Aucune alerte ; chacune reste ici 90 jours')
      expect(french).toContain('Déclarez-en un')
      expect(await read(ada, 'en')).toContain('No channel: alerts can be read on this page only.')
    })
  })

  test('tells each alert with what to do, to whom it went, and what to mend', async () => {
    await withPages(async ({ database, signedIn }) => {
      await channel(database, 'desk', 'slack')
      await raise(database, 'break-glass', 'x', null)
      await raise(database, 'break-glass', 'x', null)
      await database.sql`
        insert into house.alert_delivery (alert, channel, next_at, attempts, failure)
        select id, 'desk', now(), 3, 'HTTP <404>' from house.alert`
      const ada = await signedIn(ADA)
      const text = await read(ada, 'en')
      expect(text).toContain('An emergency account was used')
      expect(text).toContain('× 2')
      expect(text).toContain('Ask whoever keeps it why.')
      expect(text).toContain('cli:eve')
      expect(text).toContain('not taken yet')
      expect(text).toContain('HTTP &lt;404&gt;')
      expect(text).toContain('accueil alerts test')
      expect(text).toContain('hooks.example')
      expect(text).toContain('22:00-07:00')
      expect(text).not.toContain('sealed-secret')
      await database.sql`update house.alert_delivery set failure = null, sent_at = now(), told = 2`
      expect(await read(ada)).toContain('envoyée')
    })
  })

  test('shows an association its own alerts, and nothing of the house or of another', async () => {
    await withPages(async ({ database, signedIn }) => {
      await channel(database, 'desk', 'mail')
      await raise(database, 'break-glass', 'of-the-house', null)
      await raise(database, 'sign-in-outside-hours', 'here', '75-0042')
      const paul = await read(await signedIn(PAUL))
      expect(paul).toContain('Centre Nation (75-0042)')
      expect(paul).not.toContain('of-the-house')
      expect(paul).not.toContain('desk')
      const lena = await signedIn(LENA)
      const refused = await lena.get('/admin/alerts')
      expect(refused.status).toBe(403)
    })
  })

  test('goes back page by page, and each look is in the audit once', async () => {
    await withPages(async ({ database, signedIn }) => {
      for (let i = 0; i < 30; i += 1) await raise(database, 'log-export', `PV-${i}.`, null)
      const ada = await signedIn(ADA)
      const first = await read(ada)
      expect([first.includes('PV-29.'), first.includes('PV-4.')]).toEqual([true, false])
      const [, before = ''] = /before=(\d+)/.exec(first) ?? []
      const second = await read(ada, 'fr', `&before=${before}`)
      expect([second.includes('PV-4.'), second.includes('PV-0.')]).toEqual([true, true])
      const looks = await database.sql`select from audit.entry where action = 'alerts.read'`
      expect(looks).toHaveLength(1)
    })
  })
})
