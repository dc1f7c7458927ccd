import { withHouse } from '../../command/house.ts'
import { openSession } from '../../db/staff-sessions.ts'
import { fillTheHouse } from '../support/full-house.ts'
import { createProduct } from '../support/peers/product.ts'
import type { RunFolder } from '../support/peers/run-folder.ts'
import { cpuSeconds } from './cpu.ts'

const ASKED = 40
const MOST_BYTES = 100_000
const PAGES = [
  '/admin',
  '/admin?span=days',
  '/admin/places',
  '/admin/places?department=59',
  '/admin/places/75-0042',
  '/admin/places/75-0042/set-up',
  '/admin/rules',
  '/admin/requests',
  '/admin/filtering',
  '/admin/sessions',
  '/admin/audit',
] as const
/** As htmx asks while somebody types. */
const TYPED = '/admin/places?q=centre%2012'

const HOUSE = `version: 1
associations: [{ code: '75', name: Paris }]
sites:
  - code: 75-0042
    name: Centre Nation
    association: '75'
    timezone: Europe/Paris
    networks: { guest: { subnets: [192.168.77.0/24], grant: 30d } }
    gateways:
      - { name: gw-0042, address: 127.0.0.1/32, secret: testing123, kind: generic }
roles: [{ subject: 'person:ada', role: national-admin }]
`

interface PageRow {
  readonly page: string
  readonly bytes: number
  readonly p50: number
  readonly p95: number
  /** Of the whole program and its Postgres, for one page. */
  readonly cpuMs: number
}

/** Every page of the administration at the size of the first house, one after the other, in one process. */
export async function measureAdmin(folder: RunFolder): Promise<readonly PageRow[]> {
  await using product = await createProduct(folder, { upstream: '127.0.0.1:1' })
  await product.start()
  const applied = await product.command('apply', folder.write('admin-house.yaml', HOUSE))
  if (applied.code !== 0) throw new Error(applied.stdout + applied.stderr)
  Object.assign(process.env, product.env)
  const token = await withHouse('bench', async ({ database, seal }) => {
    await fillTheHouse(database.sql, (name) => seal.seal('a-secret', `gateway:${name}`))
    await database.sql.unsafe('analyze')
    const opened = await openSession(database, {
      person: {
        ...{ issuer: 'local', subject: 'ada', account: 'ada', name: 'Ada', mail: null, groups: [] },
        ...{ how: 'local', secondFactor: true },
      },
      ...{ browser: 'bench', at: new Date(), provider: null, replaces: null },
    })
    if (!opened.ok) throw new Error('no session')
    return opened.token
  })
  const rows: PageRow[] = []
  const headers = { Cookie: `accueil-session=${token}` }
  for (const page of [...PAGES, TYPED]) {
    const asked = page === TYPED ? { ...headers, 'HX-Request': 'true' } : headers
    rows.push(await measurePage(`${product.portalUrl}${page}`, page, asked, product.running().pid))
  }
  return rows
}

async function measurePage(
  address: string,
  page: string,
  headers: Readonly<Record<string, string>>,
  pid: number,
): Promise<PageRow> {
  const times: number[] = []
  let bytes = 0
  // Once before it counts: what is compiled and planned is so for the day.
  await fetch(address, { headers })
  const began = cpuSeconds([pid])
  for (let i = 0; i < ASKED; i += 1) {
    const start = performance.now()
    const response = await fetch(address, { headers })
    bytes = (await response.arrayBuffer()).byteLength
    times.push(performance.now() - start)
    if (response.status !== 200) throw new Error(`${page}: ${response.status}`)
  }
  const cpuMs = ((cpuSeconds([pid]) - began) / ASKED) * 1000
  const sorted = times.toSorted((a, b) => a - b)
  const at = (part: number): number => sorted[Math.floor(part * (ASKED - 1))] ?? 0
  return { page, bytes, p50: at(0.5), p95: at(0.95), cpuMs }
}

export function printAdmin(rows: readonly PageRow[]): void {
  console.log('page | bytes | p50 ms | p95 ms | CPU ms a page')
  for (const { page, bytes, p50, p95, cpuMs } of rows) {
    console.log([page, bytes, ...[p50, p95, cpuMs].map((ms) => ms.toFixed(1))].join(' | '))
  }
}

/** Times depend on the machine and are told; bytes are the page's own. */
export function adminProblems(rows: readonly PageRow[]): readonly string[] {
  return rows
    .filter(({ bytes }) => bytes > MOST_BYTES)
    .map(({ page, bytes }) => `${page} has ${bytes} bytes, more than ${MOST_BYTES}`)
}
