import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { actionsOf } from '#core/rights.ts'
import type { Role } from '#core/rights.ts'
import { TOKEN_SCOPES, createApiToken } from '#db/api-tokens.ts'
import type { Database } from '#db/connection.ts'
import { NO_CRITERIA } from '#db/connections.ts'
import { askUnblock } from '#db/unblock-requests.ts'
import { openTestDatabase } from '../../../../test/support/database.ts'
import type { TestDatabase } from '../../../../test/support/database.ts'
import { seedHouse } from '../../../../test/support/house.ts'
import type { PlaceFiles } from '../../../place-files.ts'
import { testPortal } from '../../../portal-fixture.ts'
import type { TestPortal } from '../../../portal-fixture.ts'
import { createAdminAccess } from '../access.ts'
import { ADMIN_ROUTES } from '../routes.ts'

/** A house of two associations for tests: Paris, whose administrators ask, and Lyon, whose secrets they are after. */

export interface ApiAnswer {
  readonly status: number
  readonly headers: Headers
  /** Of JSON, what it says; of a file, its bytes. */
  readonly body: unknown
}

export interface TwoAssociations extends AsyncDisposable {
  readonly database: TestDatabase
  /** Change what it knows, and the portal sees it. */
  readonly portal: TestPortal
  /** A token with the rights of a role, in these associations; null: in all. */
  token(role: Role, associations: readonly string[] | null): Promise<string>
  call(
    token: string | null,
    request: string,
    options?: { body?: unknown; headers?: Readonly<Record<string, string>> },
  ): Promise<ApiAnswer>
}

/** Words that stand in what is Lyon's alone. */
export const SECRETS = ['69-0001', 'Bellecour', 'bellecour', 'gw-69', 'lyon', 'Lyon', 'person:eve']

/** Whatever is answered is as the document says. */
function expectAsDocumented(method: string, path: string, { status, body }: ApiAnswer): void {
  const [bare = ''] = path.split('?')
  const route = ADMIN_ROUTES.find(
    (one) =>
      one.method === method.toLowerCase() &&
      new RegExp(`^${one.path.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(bare),
  )
  const name = status < 300 ? route?.answers.schema : status < 400 ? undefined : 'Problem'
  if (name === undefined) return
  const schema = z.globalRegistry._idmap.get(name)
  if (schema === undefined) throw new Error(`the schema ${name} is not in the document`)
  const read = z.safeParse(schema, body)
  if (!read.success) {
    throw new Error(`${method} ${path} is no ${name}: ${z.prettifyError(read.error)}`)
  }
  // What the schema does not know is not in what it read.
  if (!isDeepStrictEqual(read.data, body)) {
    throw new Error(`${method} ${path} has more than ${name}: ${JSON.stringify(body)}`)
  }
}

export async function twoAssociations({
  placeFiles,
}: {
  /** What the portal makes the files of a place with, as it sees the database. */
  readonly placeFiles?: (portal: Database) => PlaceFiles
} = {}): Promise<TwoAssociations> {
  const database = await openTestDatabase()
  await seedHouse(database)
  const { sql } = database
  await sql`insert into house.association values ('69', 'Lyon')`
  await sql`
    insert into house.site (code, name, association, timezone)
    values ('69-0001', 'Bellecour', '69', 'Europe/Paris'), ('75-0001', 'Bastille', '75', 'Europe/Paris')`
  await sql`
    insert into house.gateway (name, site, address, secret, kind)
    values ('gw-69', '69-0001', '10.69.0.1', 'sealed', 'generic')`
  await sql`
    insert into house.network (site, kind, grant_seconds, subnets, ssid)
    values ('69-0001', 'guest', 3600, '{10.69.2.0/24}', 'Bellecour')`
  await sql`
    insert into house.rule (action, domain, site, association, declared)
    values ('block', 'all.example', null, null, true), ('block', 'paris.example', null, '75', true),
           ('block', 'lyon.example', null, '69', true),
           ('block', 'bellecour.example', '69-0001', null, true)`
  await sql`
    insert into house.role_grant (subject, role, associations, made_by)
    values ('person:bob', 'association-admin', '{75}', 'cli:ada'),
           ('person:eve', 'association-admin', '{69}', 'cli:ada')`
  await sql`
    insert into house.api_token (name, sha256, actor, scopes, associations, created_by)
    values ('lyon', ${Buffer.alloc(32)}, 'person:eve', '{rules.read}', '{69}', 'cli:ada')`
  await askUnblock(database.as('portal'), {
    ...{ domain: 'asks-lyon.example', site: '69-0001', network: 'guest', cause: 'other' },
    ...{ category: null, reference: null, note: 'pour Bellecour' },
  })
  await sql`insert into staff.authority (generation, issuing_key) values (1, 'sealed')`
  await sql`
    insert into staff.device (id, account, name, kind, how, groups, credential, generation, ends_at)
    values ('aaaabbbbccccdddd', 'eve', 'lyon', 'phone', 'oidc', '{}', 'certificate', 1, '2099-01-01')`
  await sql`
    insert into audit.entry (actor, action, subject, association, details)
    values ('staff:bob', 'rule.change', 'rule paris.example 75', '75', '{"before": null, "after": null}'),
           ('person:eve', 'rule.change', 'rule lyon.example 69', '69', '{"before": null, "after": null}'),
           ('person:eve', 'site.change', 'site 69-0001', '69', '{"before": null, "after": null}'),
           ('person:eve', 'network.change', 'network 69-0001 guest', '69',
            '{"before": {"site": "69-0001", "kind": "guest", "vlan": 3}, "after": {"site": "69-0001", "kind": "guest", "vlan": null}}'),
           ('person:eve', 'gateway.change', 'gateway gw-69', '69',
            '{"before": {"name": "gw-69", "site": "69-0001", "coa_port": 1}, "after": {"name": "gw-69", "site": "69-0001", "coa_port": null}}'),
           ('person:eve', 'role.create', 'role person:eve association-admin 69', '69',
            '{"before": null, "after": {"subject": "person:eve", "role": "association-admin", "associations": ["69"], "sites": null}}')`
  await sql`
    insert into log.export_request (code, case_ref, reason, criteria, requested_by)
    values ('LYN23456', 'lyon-1', 'r', ${sql.json({ ...NO_CRITERIA, site: '69-0001' })}, 'person:eve')`
  await sql`
    insert into log.hold (case_ref, reason, criteria, until, made_by)
    values ('lyon-1', 'r', ${sql.json({ ...NO_CRITERIA, site: '69-0001' })}, '2099-01-01', 'person:eve')`
  const wait = <T>(question: () => Promise<T>): Promise<T> => question()
  const portal = testPortal({
    admin: createAdminAccess(database.as('portal'), wait),
    ...(placeFiles === undefined ? {} : { placeFiles: placeFiles(database.as('portal')) }),
    logDatabase: database.as('operator'),
  })
  let made = 0
  let called = 0
  return {
    database,
    portal,
    async token(role, associations) {
      made += 1
      const may = actionsOf(role)
      const created = await createApiToken(
        database.as('operator'),
        {
          ...{ name: `t${made}`, actor: `staff:${role}`, associations, until: null },
          scopes: TOKEN_SCOPES.filter((scope) => may.some((action) => action === scope)),
        },
        'cli:ada',
      )
      if (!created.ok) throw new Error(created.reason)
      return created.token
    },
    async call(token, request, { body, headers = {} } = {}) {
      const [method = '', path = ''] = request.split(' ')
      // From many addresses, of which each may ask so often in a minute.
      const remoteAddress = `192.0.2.${1 + (Math.floor((called += 1) / 100) % 250)}`
      const response = await portal.app.request(
        path,
        {
          method,
          headers: {
            ...(token === null ? {} : { Authorization: `Bearer ${token}` }),
            ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
            ...headers,
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        },
        { incoming: { socket: { remoteAddress } } },
      )
      const bytes = Buffer.from(await response.arrayBuffer())
      const isJson = response.headers.get('Content-Type')?.endsWith('json') === true
      const answer = {
        status: response.status,
        headers: response.headers,
        body:
          bytes.length === 0 ? null : isJson ? (JSON.parse(bytes.toString()) as unknown) : bytes,
      }
      expectAsDocumented(method, path, answer)
      return answer
    },
    [Symbol.asyncDispose]: () => database[Symbol.asyncDispose](),
  }
}
