import { expect, test } from 'vitest'
import { ROLES, actionsOf } from '#core/rights.ts'
import { ruleReference } from '#db/filter-references.ts'
import { ADMIN_ROUTES } from './routes.ts'
import type { AdminRoute } from './route.ts'
import { plantNeighbour } from '../../../test/support/neighbour.ts'
import { overhear } from '../../../test/support/overhear.ts'
import { SECRETS, twoAssociations } from './testing/two-associations.ts'
import type { ApiAnswer } from './testing/two-associations.ts'

/** A body that would do harm, for each that takes one. */
const BODIES: Readonly<Record<string, object>> = {
  createRule: { action: 'allow', domain: 'x.example', association: '69' },
  changeRule: { action: 'allow' },
  answerUnblockRequest: { decision: 'allow', where: 'site' },
  createSite: { code: 'x-1', name: 'X', association: '69' },
  changeSite: { name: 'X' },
  createNetwork: { kind: 'staff', subnets: ['192.0.2.0/24'] },
  changeNetwork: { vlan: 4 },
  createGateway: { site: '69-0001', kind: 'generic', address: '192.0.2.9' },
  changeGateway: { coaPort: null },
  createToken: { name: 'x', scopes: ['tokens.write'], associations: ['69'] },
  handOverFiles: { kind: 'generic' },
  giveRole: { subject: 'person:mallory', role: 'association-admin', associations: ['69'] },
  endSessions: { mac: '02:00:00:00:00:01' },
  changeRole: { until: null },
  draftTerms: { version: 'v9', effective: '2099-01-01', texts: { fr: 'x' } },
  createList: { name: 'x', category: 'x', names: ['x.example'] },
  changeList: { category: 'x' },
  acceptList: { heldId: 'a'.repeat(24) },
  searchLog: { site: '69-0001' },
  askForPack: { site: '69-0001', case: 'X' },
  addHold: { site: '69-0001', mac: '02:00:00:00:00:01', case: 'X', until: '2099-01-01' },
  changeTerms: { effective: '2099-01-01' },
}

/** What has to be asked for, of the other association's place or of nobody's. */
const QUERIES: Readonly<Record<string, string>> = {
  explainName: '?name=lyon.example&network=guest&site=',
}

/** The same where the answer is what is within reach. */
const ASKED: Readonly<Record<string, string>> = { findSessions: '?mac=02:00:00:00:00:69' }

/** What is made for the whole house or not at all. */
const OF_HOUSE: ReadonlySet<string> = new Set(['/api/v1/terms', '/api/v1/lists'])

/** What is the other association's, by what the address takes, and what is nobody's. */
async function targets(
  route: AdminRoute,
  idOf: (query: string) => Promise<string>,
): Promise<{ readonly theirs: string; readonly nobodys: string }> {
  // Of the whole house: there is none of the other association alone.
  if (route.path.includes('terms')) return { theirs: '999998', nobodys: '999999' }
  if (route.path.includes('lists/{name}')) return { theirs: 'none', nobodys: 'no-such' }
  if (route.path.includes('tokens/{name}')) return { theirs: 'lyon', nobodys: 'nobody' }
  if (route.path.includes('gateways/{name}')) return { theirs: 'gw-69', nobodys: 'gw-70' }
  if (route.path.includes('lists')) return { theirs: '999998', nobodys: '999999' }
  if (QUERIES[route.operationId] !== undefined) return { theirs: '69-0001', nobodys: '69-9999' }
  if (route.path.includes('{pack}')) return { theirs: 'LYN23456', nobodys: 'XXX23456' }
  if (route.path.includes('{case}')) return { theirs: 'lyon-1', nobodys: 'none-1' }
  if (route.path.includes('{ref}')) {
    const [rule] = [{ action: 'block', domain: 'lyon.example', network: null, site: null } as const]
    return { theirs: ruleReference({ ...rule, association: '69' }), nobodys: 'ZZZZZ' }
  }
  if (route.path.includes('unblock-requests')) {
    const asked = await idOf(`select id::text from house.unblock_request`)
    return { theirs: asked, nobodys: '999999' }
  }
  if (route.path.includes('devices')) return { theirs: 'aaaabbbbccccdddd', nobodys: 'a' }
  if (route.path.includes('{request}')) {
    const uuid = '00000000-0000-4000-8000-00000000000'
    return { theirs: `${uuid}1`, nobodys: `${uuid}2` }
  }
  if (route.path.includes('{code}')) return { theirs: '69-0001', nobodys: '69-9999' }
  if (route.path.includes('changes')) {
    const kinds = {
      rules: 'rule lyon.example 69',
      sites: 'site 69-0001',
      networks: 'network 69-0001 guest',
      gateways: 'gateway gw-69',
      roles: 'role person:eve association-admin 69',
    }
    const [, kind = ''] = Object.entries(kinds).find(([noun]) => route.path.includes(noun)) ?? []
    return {
      theirs: await idOf(`select id::text from audit.entry where subject = '${kind}'`),
      nobodys: '999999',
    }
  }
  if (route.path.includes('roles')) {
    const eve = `select id::text from house.role_grant where subject = 'person:eve'`
    return { theirs: await idOf(eve), nobodys: '999999' }
  }
  return {
    theirs: await idOf(`select id::text from house.rule where domain = 'lyon.example'`),
    nobodys: '999999',
  }
}

/** Of an address with several parts, the other ones are what everybody has. */
function addressOf({ path, operationId }: AdminRoute, id: string): string {
  const query = QUERIES[operationId]
  const asked = query === undefined ? (ASKED[operationId] ?? '') : query + id
  return path.replace(/\{\w+\}/, id).replaceAll('{kind}', 'guest') + asked
}

test('no route tells or lets change, to any role, what is another association’s', async () => {
  await using house = await twoAssociations()
  const { sql } = house.database
  const idOf = async (query: string): Promise<string> => {
    const [row] = await sql.unsafe<{ id: string }[]>(query)
    return row?.id ?? ''
  }
  const theirs = (): Promise<unknown> => sql`
    select (select jsonb_agg(to_jsonb(r) order by r.id) from house.rule r
            where r.association = '69' or r.site = '69-0001' or r.association is null and r.site is null) as rules,
           (select jsonb_agg(to_jsonb(s) order by s.code) from house.site s where s.association = '69') as sites,
           (select jsonb_agg(to_jsonb(n) order by n.site, n.kind) from house.network n) as networks,
           (select jsonb_agg(to_jsonb(g) order by g.name) from house.gateway g) as gateways,
           (select jsonb_agg(to_jsonb(g) order by g.id) from house.role_grant g) as roles,
           (select jsonb_agg(to_jsonb(t) order by t.version) from house.terms t) as terms,
           (select jsonb_agg(to_jsonb(t)) from house.api_token t where t.name in ('lyon', 'x')) as tokens,
           (select jsonb_agg(to_jsonb(u)) from house.unblock_request u) as requests,
           (select jsonb_agg(to_jsonb(p)) from log.export_request p) as packs,
           (select jsonb_agg(to_jsonb(h)) from log.hold h) as holds,
           (select jsonb_agg(to_jsonb(d)) from staff.device d) as devices`
  const before = JSON.stringify(await theirs())
  const heard = overhear(house.database)
  let tried = 0
  for (const role of ROLES) {
    const token = await house.token(role, ['75']).catch(() => null)
    if (token === null) continue
    for (const route of ADMIN_ROUTES) {
      const ids = await targets(route, idOf)
      const send = (id: string): Promise<ApiAnswer> =>
        house.call(token, `${route.method.toUpperCase()} ${addressOf(route, id)}`, {
          ...(route.body === null ? {} : { body: BODIES[route.operationId] }),
          headers: { 'If-Match': '*', 'Audit-Reason': 'mischief' },
        })
      // Once before it counts: the library describes a statement that is new to it.
      await send(ids.nobodys)
      const from = heard.length
      const answer = await send(ids.theirs)
      const between = heard.length
      const nothing = await send(ids.nobodys)
      tried += 1
      const mayAtAll = actionsOf(role).includes(route.action)
      const isOfOne = route.path.includes('{')
      const where = `${role} ${route.method} ${route.path}`
      const isRead = route.method === 'get' && !isOfOne && QUERIES[route.operationId] === undefined
      const expected = mayAtAll
        ? isOfOne
          ? 404
          : isRead
            ? 200
            : OF_HOUSE.has(route.path)
              ? 403
              : 422
        : 403
      expect([where, answer.status]).toEqual([where, expected])
      // What is another's and what is not there are answered alike, to the letter.
      expect([where, answer.body]).toEqual([where, isRead ? expect.anything() : nothing.body])
      // As fast too, whatever the machine: the same is asked of Postgres, statement by statement.
      if (isOfOne) {
        expect([where, heard.slice(from, between)]).toEqual([where, heard.slice(between)])
        expect([where, between - from > 0]).toEqual([where, true])
      }
      const text = JSON.stringify([answer.body, ...answer.headers])
      expect([where, SECRETS.filter((secret) => text.includes(secret))]).toEqual([where, []])
    }
  }
  expect(tried).toBe((await rolesWithTokens(house)) * ADMIN_ROUTES.length)
  expect(JSON.stringify(await theirs())).toBe(before)
})

async function rolesWithTokens({
  database,
}: Awaited<ReturnType<typeof twoAssociations>>): Promise<number> {
  const rows = await database.sql`select name from house.api_token where name <> 'lyon'`
  expect(rows.length).toBe(ROLES.length)
  return rows.length
}

/** What there is of Paris, for what the address takes. */
const OWN: Readonly<Record<string, string>> = {
  '/api/v1/sites/{code}': '75-0042',
  '/api/v1/sites/{code}/sessions': '75-0042',
}

test('every list and every thing of Paris is the same, figures and all, however much there is in Lyon', async () => {
  await using house = await twoAssociations()
  const { sql } = house.database
  const reads = ADMIN_ROUTES.filter(
    ({ method, path }) => method === 'get' && (!path.includes('{') || path in OWN),
  )
  expect(reads.length).toBeGreaterThan(10)
  const tokens = new Map<string, string>()
  for (const role of ROLES) tokens.set(role, await house.token(role, ['75']))
  tokens.set('everywhere', await house.token('national-admin', null))
  const [mark] = await sql<{ id: string }[]>`select max(id)::text as id from audit.entry`
  const read = async (): Promise<ReadonlyMap<string, string>> => {
    const seen = new Map<string, string>()
    for (const [role, token] of tokens) {
      for (const { path } of reads) {
        const address = path.replace(/\{\w+\}/, OWN[path] ?? '')
        const { status, body } = await house.call(token, `GET ${address}`)
        // One's own looks have another number and another time, and each is a use of one's own token.
        const text = JSON.stringify(body).replaceAll(/"(?:id|at)":"[^"]+"|"usedAt":[^,}]+/g, '')
        seen.set(`${role} ${path}`, `${status} ${text}`)
      }
    }
    // Of the looks themselves there is one more line each time.
    await sql.begin(async (sql) => {
      await sql`set local session_replication_role = replica`
      await sql`delete from audit.entry where id > ${mark?.id ?? '0'}`
    })
    return seen
  }
  const before = await read()
  await plantNeighbour(house.database)
  const after = await read()
  const changed = [...before.keys()].filter((where) => before.get(where) !== after.get(where))
  expect(changed.filter((where) => !where.startsWith('everywhere '))).toEqual([])
  // Whoever reaches both sees the difference, so that the line above says something.
  expect(changed.length).toBeGreaterThan(3)
})

test('every route is closed to who shows no token, a revoked one, or one that is over', async () => {
  await using house = await twoAssociations()
  const { sql } = house.database
  const token = await house.token('national-admin', null)
  for (const [shown, spoil] of [
    [null, sql`select 1`],
    ['accueil_unknown', sql`select 1`],
    [token, sql`update house.api_token set ends_at = now()`],
    [token, sql`update house.api_token set ends_at = null, revoked_at = now()`],
  ] as const) {
    await spoil
    for (const route of ADMIN_ROUTES) {
      const path = addressOf(route, '1')
      const { status, body } = await house.call(shown, `${route.method.toUpperCase()} ${path}`)
      expect([path, status]).toEqual([path, 401])
      expect(body).toMatchObject({ type: expect.stringMatching(/^urn:accueil:problem:/) })
    }
  }
})
