import { expect, test } from 'vitest'
import { LOCAL_ROLES, ROLES, actionsOf } from '#core/rights.ts'
import type { Role } from '#core/rights.ts'
import { askUnblock } from '#db/unblock-requests.ts'
import { logEvents } from '../../test/support/journal.ts'
import { session } from '../../test/support/log-events.ts'
import { openAdminHouse } from './testing/admin-house.ts'
import type { AdminHouse } from './testing/admin-house.ts'

/** Words that stand in what is Lyon's alone. */
const SECRETS = ['Bellecour', 'lyon.example', 'gw-69', 'eve@lyon', 'asks-lyon', 'mallory']

/** What each address takes, of the other association and of nobody. */
async function idsOf(house: AdminHouse): Promise<Readonly<Record<string, readonly string[]>>> {
  const { database } = house
  const { sql } = database
  await sql`
    insert into house.gateway (name, site, address, secret, kind)
    values ('gw-69', '69-0001', '10.69.0.1', 'sealed', 'generic')`
  const at = { kind: 'start', at: new Date() } as const
  await logEvents(database, [
    session('3', { ...at, gateway: 'gw-69', site: '69-0001', account: 'eve@lyon' }),
  ])
  await askUnblock(database.as('portal'), {
    ...{ domain: 'asks-lyon.example', site: '69-0001', network: 'guest', cause: 'other' },
    ...{ category: null, reference: null, note: null },
  })
  await sql`
    insert into house.role_grant (subject, role, associations, made_by)
    values ('person:mallory', 'association-admin', '{69}', 't')`
  await sql`insert into staff.authority (generation, issuing_key) values (1, 'sealed')`
  await sql`
    insert into staff.device (id, account, name, kind, how, groups, credential, generation, ends_at)
    values ('aaaabbbbccccdddd', 'mallory', 'mallory’s', 'phone', 'oidc', '{}', 'certificate', 1, '2099-01-01')`
  const [ids] = await sql<{ rule: string; request: string; role: string }[]>`
    select (select id::text from house.rule where domain = 'lyon.example') as rule,
           (select id::text from house.unblock_request) as request,
           (select id::text from house.role_grant where subject = 'person:mallory') as role`
  return {
    '/admin/places/:code': ['69-0001', '69-9999'],
    '/admin/places/:code/set-up': ['69-0001', '69-9999'],
    '/admin/places/:code/files': ['69-0001', '69-9999'],
    '/admin/sessions/:code': ['69-0001', '69-9999'],
    '/admin/rules/:id': [ids?.rule ?? '', '999999'],
    '/admin/requests/:id': [ids?.request ?? '', '999999'],
    '/admin/people/:id': [ids?.role ?? '', '999999'],
    // Of the whole house: there is none of Lyon alone.
    '/admin/terms/:version': ['none', 'nobody'],
    '/admin/terms/:version/:language': ['none', 'nobody'],
    '/admin/terms/:version/:language/preview': ['none', 'nobody'],
    '/admin/devices/:id': ['aaaabbbbccccdddd', 'aaaabbbbccccddde'],
    '/admin/jobs/:name': ['nothing', 'nobody'],
    '/admin/packs/:code': ['ABCDEFGH', 'ABCDEFGH'],
    '/admin/packs/:code/file': ['ABCDEFGH', 'ABCDEFGH'],
  }
}

const FORM = {
  ...{ reason: 'x', etag: '*', name: 'X', code: 'x-1', association: '69', domain: 'x.example' },
  ...{ action: 'allow', decision: 'allow', session: '02-00-00-00-00-01', site: '69-0001' },
  ...{ change: '999999', kind: 'rule', mac: '02-00-00-00-00-01', case: 'X', until: '2099-01-01' },
  ...{ zone: 'UTC', whom: 'person', role: 'association-admin', associations: '69' },
  ...{ version: 'v9', effective: '2099-01-01', language: 'fr', markdown: 'x' },
  ...{ zone: 'UTC', files: 'generic', 'guest-subnet': '10.69.1.0/24' },
}

const READS_OF_LOG: ReadonlySet<Role> = new Set(['log-reader', 'log-approver'])

test.each(ROLES)('no page shows or lets change, to a %s of Paris, what is Lyon’s', async (role) => {
  await using house = await openAdminHouse()
  const ids = await idsOf(house)
  const { sql } = house.database
  const theirs = (): Promise<unknown> => sql`
    select (select jsonb_agg(to_jsonb(r) order by r.id) from house.rule r) as rules,
           (select jsonb_agg(to_jsonb(s) order by s.code) from house.site s) as sites,
           (select jsonb_agg(to_jsonb(n) order by n.site, n.kind) from house.network n) as networks,
           (select jsonb_agg(to_jsonb(g) order by g.name) from house.gateway g) as gateways,
           (select jsonb_agg(to_jsonb(u) order by u.id) from house.unblock_request u) as requests,
           (select jsonb_agg(to_jsonb(g) order by g.id) from house.role_grant g) as roles,
           (select jsonb_agg(to_jsonb(t) order by t.version) from house.terms t) as terms,
           (select jsonb_agg(to_jsonb(d)) from staff.device d) as devices,
           (select count(*) from house.disconnect) as disconnects,
           (select count(*) from log.export_request) as packs,
           (select count(*) from log.hold) as holds`
  const before = JSON.stringify(await theirs())
  const routes = house.routes()
  expect(routes.length).toBeGreaterThan(25)
  house.give({ subject: `person:${role}`, role, associations: ['75'] })
  const browser = await house.signedIn({ account: role, subject: role, groups: [] })
  for (const { method, path } of routes) {
    const [lyons, nobodys] = ids[path] ?? ['', '']
    if (path.includes(':')) expect([path, ids[path]]).not.toEqual([path, undefined])
    const ask = async (id = ''): Promise<readonly [number, string]> => {
      const address = path.replace(/:\w+/, id)
      const response = await (method === 'GET' ? browser.get(address) : browser.post(address, FORM))
      const text = (await response.text()).replaceAll(id === '' ? /\0/g : id, '')
      return [response.status, text + (response.headers.get('Location') ?? '')]
    }
    const answer = await ask(lyons)
    const where = `${role} ${method} ${path}`
    expect([where, SECRETS.filter((secret) => answer[1].includes(secret))]).toEqual([where, []])
    expect([where, answer[0]]).not.toEqual([where, 500])
    expect([where, answer[0]]).not.toEqual([where, 503])
    if (path.includes(':')) {
      // What is another's and what is not there are answered alike.
      const nothing = await ask(nobodys)
      expect([where, nothing[0]]).toEqual([where, answer[0]])
      expect([where, [403, 404]]).toEqual([where, expect.arrayContaining([answer[0]])])
    }
    if (method === 'POST') expect([where, answer[0]]).not.toEqual([where, 303])
  }
  const pagesOfLog = READS_OF_LOG.has(role) ? 200 : 403
  expect([role, (await browser.get('/admin/packs')).status]).toEqual([role, pagesOfLog])
  expect(JSON.stringify(await theirs())).toBe(before)
})

test('no role has both halves of a pack, and the local ones have no half', () => {
  for (const role of ROLES) {
    const halves = ['logs.search', 'logs.approve'].filter((action) =>
      actionsOf(role).some((own) => own === action),
    )
    expect([role, halves.length < 2]).toEqual([role, true])
    if (LOCAL_ROLES.includes(role)) expect([role, halves]).toEqual([role, []])
  }
})
