import { expect, test } from 'vitest'
import { LOCAL_ROLES, ROLES, actionsOf } from '#core/rights.ts'
import type { Role } from '#core/rights.ts'
import { askUnblock } from '#db/unblock-requests.ts'
import { logEvents } from '../../test/support/journal.ts'
import { session } from '../../test/support/log-events.ts'
import { TRAVELLER, plantNeighbour } from '../../test/support/neighbour.ts'
import { overhear } from '../../test/support/overhear.ts'
import { openAdminHouse, page } from './testing/admin-house.ts'
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
  await sql`
    insert into log.export_request (code, case_ref, reason, requested_by, criteria)
    values ('LYONPACK', 'L-1', 'asks-lyon', 'staff:mallory', ${sql.json({
      ...{ mac: '02:00:5e:00:00:01', ip: null, user: null, site: '69-0001' },
      ...{ publicIp: null, publicPort: null, from: null, to: null },
    })})`
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
    '/admin/packs/:code': ['LYONPACK', 'NOTAPACK'],
    '/admin/packs/:code/file': ['LYONPACK', 'NOTAPACK'],
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

/** What may show another figure than the page that it is a view of. */
const MORE_VIEWS = [
  ...[
    '/admin?span=days',
    '/admin/places?q=centre',
    '/admin/rules?q=example',
    '/admin/sessions?q=c',
  ],
  ...['/admin/filtering?name=lyon1.example&site=75-0042&network=guest', '/admin/people?q=person'],
  ...['/admin/audit?action=rule', '/admin/audit?actor=staff%3Aeve'],
]

/** A device that was in both: what a form finds of it. */
const SEARCHES: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['/admin/sessions', { mac: TRAVELLER, reason: 'x', hours: '24' }],
  ['/admin/logs', { mac: TRAVELLER, site: '75-0042', reason: 'x', zone: 'UTC' }],
  ['/admin/logs', { mac: TRAVELLER, reason: 'x', zone: 'UTC' }],
]

/** How many of these each role is answered. */
const SOUGHT: Partial<Record<Role, number>> = {
  ...{ 'national-admin': 1, 'association-admin': 1, 'place-helper': 1, 'log-reader': 1 },
}

/** Where what the neighbour has is seen by who reaches it. */
const SHOWN_OF_ALL = [
  ...[
    '/admin',
    '/admin/places',
    '/admin/rules',
    '/admin/requests',
    '/admin/filtering',
    '/admin/sessions',
  ],
  ...['/admin/alerts', '/admin/audit', '/admin/people'],
]

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
  const heard = overhear(house.database)
  let asked = 0
  for (const { method, path } of routes) {
    const [lyons, nobodys] = ids[path] ?? ['', '']
    if (path.includes(':')) expect([path, ids[path]]).not.toEqual([path, undefined])
    const ask = async (id = ''): Promise<readonly [number, string, readonly string[]]> => {
      const from = heard.length
      const address = path.replace(/:\w+/, id)
      const response = await (method === 'GET' ? browser.get(address) : browser.post(address, FORM))
      const text = (await response.text()).replaceAll(id === '' ? /\0/g : id, '')
      const said = text + (response.headers.get('Location') ?? '')
      return [response.status, said, heard.slice(from)]
    }
    // Once before it counts: the library describes a statement that is new to it.
    await ask(nobodys)
    const answer = await ask(lyons)
    const where = `${role} ${method} ${path}`
    expect([where, SECRETS.filter((secret) => answer[1].includes(secret))]).toEqual([where, []])
    expect([where, answer[0]]).not.toEqual([where, 500])
    expect([where, answer[0]]).not.toEqual([where, 503])
    if (path.includes(':')) {
      // What is another's and what is not there are answered alike.
      const nothing = await ask(nobodys)
      expect([where, nothing[0]]).toEqual([where, answer[0]])
      // As fast too, whatever the machine: the same is asked of Postgres, statement by statement.
      expect([where, answer[2]]).toEqual([where, nothing[2]])
      asked += answer[2].length
      expect([where, [403, 404]]).toEqual([where, expect.arrayContaining([answer[0]])])
    }
    if (method === 'POST') expect([where, answer[0]]).not.toEqual([where, 303])
  }
  expect([role, asked > 0]).toEqual([role, true])
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

/** What there is of Paris, for who may see it. */
async function ownAddresses({ database }: AdminHouse): Promise<Readonly<Record<string, string>>> {
  const { sql } = database
  const [ids] = await sql<{ rule: string; request: string; role: string }[]>`
    with rule as (
      insert into house.rule (action, domain, association) values ('block', 'asks-both.example', '75') returning id
    ), request as (
      insert into house.unblock_request (domain, site, network, cause)
      values ('asks-both.example', '75-0042', 'guest', 'other') returning id
    ), role as (
      insert into house.role_grant (subject, role, associations, made_by)
      values ('person:paris', 'list-editor', '{75}', 'cli:ada') returning id
    )
    select (select id::text from rule) as rule, (select id::text from request) as request,
           (select id::text from role) as role`
  const at = { kind: 'start', at: new Date(), gateway: 'gw-0042', site: '75-0042' } as const
  await logEvents(database, [session('paris', { ...at, mac: TRAVELLER, account: null })])
  return {
    '/admin/places/:code': '75-0042',
    '/admin/places/:code/set-up': '75-0042',
    '/admin/sessions/:code': '75-0042',
    '/admin/rules/:id': ids?.rule ?? '',
    '/admin/requests/:id': ids?.request ?? '',
    '/admin/people/:id': ids?.role ?? '',
    '/admin/terms/:version': '2026-01',
    '/admin/terms/:version/:language': '2026-01/fr',
    '/admin/terms/:version/:language/preview': '2026-01/fr',
    '/admin/devices/:id': 'nobodysdevice000',
  }
}

test.each(ROLES)(
  'every page is the same to a %s of Paris, figures and all, however much there is in Lyon',
  async (role) => {
    await using house = await openAdminHouse()
    const { sql } = house.database
    const own = await ownAddresses(house)
    house.give({ subject: `person:${role}`, role, associations: ['75'] })
    const browser = await house.signedIn({ account: role, subject: role, groups: [] })
    const [mark] = await sql<
      { id: string }[]
    >`select coalesce(max(id), 0)::text as id from audit.entry`
    const addresses = house.routes().flatMap(({ method, path }) => {
      if (method !== 'GET') return []
      const given = own[path]
      expect([path, path.includes(':') && given === undefined]).toEqual([path, false])
      return [path.replace(/:\w+(\/:\w+)?/, given ?? '')]
    })
    const lookAround = async (): Promise<ReadonlyMap<string, string>> => {
      const seen = new Map<string, string>()
      // Nobody's clock stands still meanwhile.
      const add = (where: string, text: string): unknown =>
        seen.set(where, text.replaceAll(/(?<![\w:])\d{2}:\d{2}(?![\w:])/g, 'hh:mm'))
      for (const address of [...addresses, ...MORE_VIEWS]) {
        const { status, text } = await page(browser, address)
        add(`${role} ${address}`, `${status} ${text}`)
      }
      for (const [address, fields] of SEARCHES) {
        const answer = await browser.post(address, fields)
        add(
          `${role} POST ${address} ${JSON.stringify(fields)}`,
          `${answer.status} ${await answer.text()}`,
        )
      }
      // Of the looks themselves there is one more line each time.
      await sql.begin(async (sql) => {
        await sql`set local session_replication_role = replica`
        await sql`delete from audit.entry where id > ${mark?.id ?? '0'}`
      })
      return seen
    }
    const before = await lookAround()
    await plantNeighbour(house.database)
    const after = await lookAround()
    for (const [where, text] of before) expect([where, after.get(where)]).toEqual([where, text])
    // What is sought is found, where this role may seek.
    const searches = [...before].filter(([where]) => where.includes(' POST '))
    const found = searches.filter(([, text]) => text.startsWith('200') && text.includes(TRAVELLER))
    expect([role, found.length]).toEqual([role, SOUGHT[role] ?? 0])
    expect(before.size).toBe(addresses.length + MORE_VIEWS.length + SEARCHES.length)
  },
)

test('and to who reaches Lyon too it is not, so that the page before says something', async () => {
  await using house = await openAdminHouse()
  await ownAddresses(house)
  const national = await house.signedIn()
  const counted = async (): Promise<readonly string[]> => {
    const texts: string[] = []
    for (const address of SHOWN_OF_ALL) texts.push((await page(national, address)).text)
    return texts
  }
  const before = await counted()
  await plantNeighbour(house.database)
  const after = await counted()
  expect(SHOWN_OF_ALL.filter((_, i) => before[i] === after[i])).toEqual([])
})
