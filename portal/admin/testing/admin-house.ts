import type { RoleGrant } from '#core/rights.ts'
import { asAdmin } from '#db/admin/as-admin.ts'
import type { Database } from '#db/connection.ts'
import type { Person } from '#db/people.ts'
import { openTestDatabase } from '../../../test/support/database.ts'
import type { TestDatabase } from '../../../test/support/database.ts'
import { seedHouse } from '../../../test/support/house.ts'
import { createAdminAccess } from '../../api/admin/access.ts'
import type { FilterVerdict } from '../../filter/verdict.ts'
import type { AdminAccess } from '../../api/admin/access.ts'
import type { PlaceFiles } from '../../place-files.ts'
import { asRead, testPortal } from '../../portal-fixture.ts'
import type { SignedIn } from '../../portal-fixture.ts'

/** A house of two associations for tests of the pages: Paris, which Paul administers, and Lyon. */

const NATIONAL: RoleGrant = {
  ...{ subject: 'group:it-national', role: 'national-admin', associations: null, sites: null },
  until: null,
}
const PARIS: RoleGrant = {
  ...{ subject: 'person:paul', role: 'association-admin', associations: ['75'], sites: null },
  until: null,
}
/** Administrator of Paris. */
export const PAUL: Partial<Person> = { account: 'paul', name: 'Paul', subject: 'p-1', groups: [] }

export interface AdminHouse extends AsyncDisposable {
  readonly database: TestDatabase
  /** Statements of the last request. */
  statements(): number
  /** Roles beside those of the national administrators and Paul. */
  /** Every address under /admin. */
  routes(): readonly { readonly method: string; readonly path: string }[]
  /** What the DNS filter says from now on. */
  filterSays(verdict: (name: string, site: string | null) => FilterVerdict): void
  /** The organisation's time zone from now on. */
  clockOf(zone: string): void
  take(subject: string): void
  give(grant: Partial<RoleGrant> & Pick<RoleGrant, 'subject' | 'role'>): void
  signedIn(person?: Partial<Person>): Promise<SignedIn>
}

export async function openAdminHouse({
  hasLog = true,
  placeFiles,
}: {
  readonly hasLog?: boolean
  /** What the portal makes the files of a place with, as it sees the database. */
  readonly placeFiles?: (portal: Database) => PlaceFiles
} = {}): Promise<AdminHouse> {
  const database = await openTestDatabase()
  await seedHouse(database)
  const { sql } = database
  await sql`insert into house.association values ('69', 'Lyon')`
  await sql`
    insert into house.site (code, name, association, timezone)
    values ('69-0001', 'Bellecour', '69', 'Europe/Paris')`
  await sql`
    insert into house.rule (action, domain, association)
    values ('block', 'all.example', null), ('block', 'lyon.example', '69')`
  const portal = database.as('portal')
  let statements = 0
  const access: AdminAccess = {
    ...createAdminAccess(portal, (question) => question()),
    transaction: (scope, work) => {
      statements = 0
      return asAdmin(portal, scope, (sql) =>
        work(
          new Proxy(sql, {
            apply(target, self, args) {
              // Called with a template: a statement, or a piece that begins as one.
              const [template] = args as [unknown]
              if (
                Array.isArray(template) &&
                /^\s*(with|select|insert|update|delete)\b/.test(String(template[0]))
              )
                statements += 1
              return Reflect.apply(target, self, args) as unknown
            },
          }),
        ),
      )
    },
  }
  const { app, world, signedIn } = testPortal({
    admin: access,
    ...(hasLog ? { logDatabase: database.as('operator') } : {}),
    ...(placeFiles === undefined ? {} : { placeFiles: placeFiles(portal) }),
  })
  world.roleGrants = [NATIONAL, PARIS]
  return {
    database,
    signedIn,
    routes: () => {
      const own = app.routes.filter(
        ({ method, path }) => method !== 'ALL' && /^\/admin(\/|$)/.test(path),
      )
      const names = new Set(own.map(({ method, path }) => `${method} ${path}`))
      return [...names].map((name) => {
        const [method = '', path = ''] = name.split(' ')
        return { method, path }
      })
    },
    filterSays: (verdict) => {
      world.filter = (name, network) => verdict(name, network?.site ?? null)
    },
    clockOf: (zone) => {
      world.house = { ...world.house, zone }
    },
    take: (subject) => {
      world.roleGrants = world.roleGrants.filter((grant) => grant.subject !== subject)
    },
    give: (grant) => {
      const everywhere = { associations: null, sites: null, until: null }
      world.roleGrants = [...world.roleGrants, { ...everywhere, ...grant }]
    },
    statements: () => statements,
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
}

export async function page(
  browser: SignedIn,
  address: string,
): Promise<{ status: number; text: string; bytes: number }> {
  const response = await browser.get(address)
  const text = asRead(await response.text())
  return { status: response.status, text, bytes: Buffer.byteLength(text) }
}

/** What a form carries along. */
export const hidden = (text: string, name: string): string =>
  new RegExp(`name="${name}" value="([^"]*)"`).exec(text)?.[1] ?? ''
