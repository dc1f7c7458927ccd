import type postgres from 'postgres'
import { testPortal } from '../../../portal/portal-fixture.ts'

/** What stands for the parameters of each address. */
type Examples = Readonly<Record<string, readonly string[]>>

/** Other views of a page, of which a volume decides as much. */
const VIEWS: Examples = {
  '/admin': ['?span=days'],
  '/admin/places': ['?department=59', '?q=centre%2012', '?after=50'],
  '/admin/sessions': ['?q=centre'],
  '/admin/devices': ['?q=ordinateur', '?q=first.last19999', '?q=nobody%20has%20it'],
  '/admin/rules': ['?q=name29', '?q=nothing%20has%20it'],
  '/admin/people': ['?q=admin39'],
  '/admin/audit': [
    '?actor=staff%3Aadmin7',
    '?action=site',
    '?action=nothing.like.it',
    '?before=1000',
  ],
}

/**
 * Every page under /admin, by the routes themselves: one without an example of what its parameter stands for is an
 * error, so that none is forgotten.
 */
export async function adminAddresses(sql: postgres.Sql): Promise<readonly string[]> {
  const [ids] = await sql<
    { rule: string; role: string; request: string; device: string; site: string }[]
  >`
    select (select min(id)::text from house.rule) as rule,
           (select min(id)::text from house.role_grant) as role,
           (select min(id)::text from house.unblock_request) as request,
           (select min(id) from staff.device) as device,
           (select max(site) from log.session where stopped_at is null) as site`
  const place = ['75-0042', ids?.site ?? '']
  const examples: Examples = {
    '/admin/places/:code': place,
    '/admin/places/:code/set-up': place,
    '/admin/sessions/:code': place,
    '/admin/rules/:id': [ids?.rule ?? ''],
    '/admin/requests/:id': [ids?.request ?? ''],
    '/admin/people/:id': [ids?.role ?? ''],
    '/admin/devices/:id': [ids?.device ?? '', 'key-7'],
    '/admin/terms/:version': ['2026-01'],
    '/admin/terms/:version/:language': ['2026-01/fr'],
    '/admin/terms/:version/:language/preview': ['2026-01/fr'],
  }
  const routes = testPortal().app.routes.filter(
    ({ method, path }) => method === 'GET' && /^\/admin(\/|$)/.test(path),
  )
  const paths = [...new Set(routes.map(({ path }) => path))]
  return paths.flatMap((path) => {
    if (!path.includes(':')) return [path, ...(VIEWS[path] ?? []).map((view) => `${path}${view}`)]
    const own = examples[path]
    if (own === undefined) throw new Error(`what stands for the parameter of ${path}?`)
    return own.map((value) => path.replace(/:\w+(\/:\w+)?/, value))
  })
}
