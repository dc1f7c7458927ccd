import { withHouse } from '../../../command/house.ts'
import { TOKEN_FIELD } from '../../../portal/staff/staff-layout.ts'
import { openSession } from '#db/staff-sessions.ts'
import { createProduct } from '../../support/peers/product.ts'
import type { Product } from '../../support/peers/product.ts'
import type { RunFolder } from '../../support/peers/run-folder.ts'
import { cpuSeconds } from '../cpu.ts'
import { loadYear } from '../year/load.ts'
import { adminAddresses } from './addresses.ts'
import { fillTheCountry } from './country.ts'
import { measureImports } from './imports.ts'
import type { Timed } from './imports.ts'

const ASKED = 40
const MOST_BYTES = 100_000
/** As htmx asks while somebody types; nothing that is found has all of it. */
const TYPED = ['/admin/places?q=c', '/admin/places?q=centre%2012', '/admin/places?q=nulle%20part']

/** What holds for some rows only asks more of the database than what holds for all. */
const LOCAL = [
  '',
  '?span=days',
  '/places',
  '/rules',
  '/requests',
  '/sessions',
  '/filtering',
  '/audit',
  '/people',
]

const HOUSE = `version: 1
organisation: { name: Bench, contact: wifi@example.org, colour: "#336699" }
associations: [{ code: '75', name: Paris }, { code: '59', name: Nord }]
sites:
  - code: 75-0042
    name: Centre Nation
    association: '75'
    timezone: Europe/Paris
    networks: { guest: { subnets: [192.168.77.0/24], grant: 30d } }
    gateways:
      - { name: gw-0042, address: 127.0.0.1/32, secret: testing123, kind: generic }
terms: [{ version: 2026-01, effective: 2026-01-01, text: { fr: ./terms.md, en: ./terms.md } }]
roles:
  - { subject: 'person:ada', role: national-admin }
  - { subject: 'person:lea', role: log-reader }
  - { subject: 'person:otto', role: auditor }
  - { subject: 'person:paul', role: association-admin, associations: ['59'] }
`

export interface AdminReport {
  readonly pages: readonly PageRow[]
  readonly imports: readonly Timed[]
}

interface PageRow {
  readonly page: string
  readonly bytes: number
  readonly p50: number
  readonly p95: number
  /** Of the whole program and its Postgres, for one page. */
  readonly cpuMs: number
}

/** How one page is asked for. */
interface Asking {
  readonly page: string
  readonly init: RequestInit
}

/** Every page of the administration at the size of the first house, one after the other, in one process. */
export async function measureAdmin(folder: RunFolder, rows: number): Promise<AdminReport> {
  const imports = await measureImports(folder)
  const dataDir = folder.fresh('admin-data')
  const year = await loadYear(dataDir, rows, Date.now())
  console.log(`# a year of ${year.rows} rows was written in ${Math.round(year.seconds)} s`)
  await year.close()
  await using product = await createProduct(folder, { upstream: '127.0.0.1:1', dataDir })
  await product.start()
  folder.write('terms.md', '# Terms of use\n\nFor the bench.\n')
  const applied = await product.command('apply', folder.write('admin-house.yaml', HOUSE))
  if (applied.code !== 0) throw new Error(applied.stdout + applied.stderr)
  const { addresses, cookies } = await fill(product)
  const pages: PageRow[] = []
  for (const asking of await askings(product, addresses, cookies)) {
    pages.push(await measurePage(product, asking))
  }
  return { pages, imports }
}

/** The country, and somebody of each kind who is signed in. */
async function fill(product: Product): Promise<{
  readonly addresses: readonly string[]
  readonly cookies: readonly string[]
}> {
  for (const [name, value] of Object.entries(product.env)) {
    if (value !== undefined) process.env[name] = value
  }
  return withHouse('bench', async ({ database, seal }) => {
    await fillTheCountry(database.sql, (name) => seal.seal('a-secret', `gateway:${name}`))
    const cookies: string[] = []
    for (const account of ['ada', 'lea', 'otto', 'paul']) {
      const opened = await openSession(database, {
        person: {
          ...{ issuer: 'local', subject: account, account, name: account, mail: null, groups: [] },
          ...{ how: 'local', secondFactor: true },
        },
        ...{ browser: 'bench', at: new Date(), provider: null, replaces: null },
      })
      if (!opened.ok) throw new Error('no session')
      cookies.push(`accueil-session=${opened.token}`)
    }
    return { cookies, addresses: await adminAddresses(database.sql) }
  })
}

/** Each page as the first asks for it who may; then what is typed, and what forms of the log find. */
async function askings(
  product: Product,
  addresses: readonly string[],
  cookies: readonly string[],
): Promise<readonly Asking[]> {
  const asked: Asking[] = []
  for (const page of addresses) asked.push({ page, init: await whoMay(product, page, cookies) })
  const [national = '', reader = '', , local = ''] = cookies
  for (const page of TYPED) {
    asked.push({ page, init: { headers: { Cookie: national, 'HX-Request': 'true' } } })
  }
  for (const page of LOCAL) {
    asked.push({ page: `/admin${page} (of an association)`, init: { headers: { Cookie: local } } })
  }
  const form = await fetch(`${product.portalUrl}/admin/logs`, { headers: { Cookie: reader } })
  const token =
    new RegExp(`name="${TOKEN_FIELD}" value="([^"]*)"`).exec(await form.text())?.[1] ?? ''
  const day = new Date(Date.now() - 90 * 86_400_000).toISOString().slice(0, 10)
  for (const [name, criteria] of Object.entries({
    'a device': { mac: '02-00-5E-00-00-01' },
    'an instant': { ip: '192.168.77.20', from: `${day}T10:00`, to: `${day}T10:05`, zone: 'UTC' },
  })) {
    const body = new URLSearchParams({ [TOKEN_FIELD]: token, reason: 'bench', ...criteria })
    const headers = { Cookie: reader, Origin: product.portalUrl }
    asked.push({ page: `/admin/logs (${name})`, init: { method: 'POST', headers, body } })
  }
  return asked
}

async function whoMay(
  { portalUrl }: Product,
  page: string,
  cookies: readonly string[],
): Promise<RequestInit> {
  const statuses: number[] = []
  for (const cookie of cookies) {
    const { status } = await fetch(`${portalUrl}${page}`, { headers: { Cookie: cookie } })
    if (status === 200) return { headers: { Cookie: cookie } }
    statuses.push(status)
  }
  throw new Error(`${page}: ${statuses.join(', ')}`)
}

async function measurePage(product: Product, { page, init }: Asking): Promise<PageRow> {
  const address = `${product.portalUrl}${page.replace(/ \(.*$/, '')}`
  const { pid } = product.running()
  const times: number[] = []
  let bytes = 0
  // Once before it counts: what is compiled and planned is so for the day.
  await (await fetch(address, init)).arrayBuffer()
  const began = cpuSeconds([pid])
  for (let i = 0; i < ASKED; i += 1) {
    const start = performance.now()
    const response = await fetch(address, init)
    bytes = (await response.arrayBuffer()).byteLength
    times.push(performance.now() - start)
    if (response.status !== 200) throw new Error(`${page}: ${response.status}`)
  }
  const cpuMs = ((cpuSeconds([pid]) - began) / ASKED) * 1000
  const sorted = times.toSorted((a, b) => a - b)
  const at = (part: number): number => sorted[Math.floor(part * (ASKED - 1))] ?? 0
  return { page, bytes, p50: at(0.5), p95: at(0.95), cpuMs }
}

export function printAdmin({ pages, imports }: AdminReport): void {
  console.log('page | bytes | p50 ms | p95 ms | CPU ms a page')
  for (const { page, bytes, p50, p95, cpuMs } of pages) {
    console.log([page, bytes, ...[p50, p95, cpuMs].map((ms) => ms.toFixed(1))].join(' | '))
  }
  for (const { what, seconds } of imports) console.log(`${what} | ${seconds.toFixed(1)} s`)
}

/** Times depend on the machine and are told; bytes are the page's own. */
export function adminProblems({ pages }: AdminReport): readonly string[] {
  return pages
    .filter(({ bytes }) => bytes > MOST_BYTES)
    .map(({ page, bytes }) => `${page} has ${bytes} bytes, more than ${MOST_BYTES}`)
}
