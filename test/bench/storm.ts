import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { openDatabase } from '#db/connection.ts'
import { startEmbedded } from '#db/embedded.ts'
import { journalDepth } from '#db/journal.ts'
import { serverName } from '#core/pki/server-name.ts'
import { residentBytes } from '../fuzz/udp-queue.ts'
import { eventually, must } from '../support/peers/process.ts'
import { createProduct } from '../support/peers/product.ts'
import type { Product } from '../support/peers/product.ts'
import type { RunFolder } from '../support/peers/run-folder.ts'
import { deviceMac, gatewayAddress } from './storm-load.ts'
import type { StormLoad, StormResult } from './storm-load.ts'

export interface StormSize {
  readonly gateways: number
  readonly devicesEach: number
  readonly withinMs: number
  readonly accounts: number
}

/** The first house: every place, and 40,000 devices, within a minute. */
export const WHOLE_COUNTRY: StormSize = {
  ...{ gateways: 2333, devicesEach: 18, withinMs: 60_000, accounts: 1000 },
}

export interface Storm extends StormResult {
  readonly what: string
  /** Of the server, with what it had when all was quiet before. */
  readonly quietMiB: number
  readonly mostMiB: number
  /** Connections of it that the log has. */
  readonly logged: number
}

const SECRET = 'testing123'
const SITES_A_FILE = 500
const ROWS_AT_ONCE = 10_000
const STORM_MS = 300_000
/** Of a hundred devices; staff have 802.1X, guests their MAC address. */
const SHARES = { eapShare: 10, papShare: 5 } as const

/** Every gateway and all its devices at once: at a server that runs, and at one that is just being started. */
export async function runStorms(folder: RunFolder, size: StormSize): Promise<readonly Storm[]> {
  await using product = await createProduct(folder, { upstream: '127.0.0.1:9' })
  await product.start()
  await declare(folder, product, size)
  await grantDevices(product, size)
  await product.stop()

  await product.start()
  const running = await storm(product, size, 1, 'at a server that runs', () => Promise.resolve())
  await product.stop()
  const started = await storm(product, size, 2, 'while it is started', () => product.start())
  return [running, started]
}

async function storm(
  product: Product,
  size: StormSize,
  run: number,
  what: string,
  meanwhile: () => Promise<void>,
): Promise<Storm> {
  const load: StormLoad = {
    ...{ ...size, ...SHARES, run, secret: SECRET },
    authPort: product.ports.radius,
    acctPort: product.ports.radiusAcct,
    caPem: readFileSync(join(product.dataDir, 'eap-ca.pem'), 'utf8'),
    serverName: serverName(new URL(product.portalUrl)),
  }
  const script = join(import.meta.dirname, 'storm-load.ts')
  // Event-Timestamp has whole seconds: the last devices of the storm before may not be counted for this one.
  await sleep(1000 - (Date.now() % 1000))
  const began = new Date(Math.floor(Date.now() / 1000) * 1000)
  const sent = must([process.execPath, script, JSON.stringify(load)], { timeoutMs: STORM_MS })
  // Whoever fails first is told of; the other is not left without a listener.
  sent.catch(() => undefined)
  await meanwhile()
  const { pid } = product.running()
  const quiet = residentBytes(pid)
  let most = quiet
  const watch = setInterval(() => (most = Math.max(most, residentBytes(pid))), 200)
  try {
    const result = JSON.parse(await sent) as StormResult
    const logged = await loggedConnections(product, began)
    return { what, ...result, quietMiB: mib(quiet), mostMiB: mib(most), logged }
  } finally {
    clearInterval(watch)
  }
}

async function declare(folder: RunFolder, product: Product, size: StormSize): Promise<void> {
  folder.write('storm-terms.md', '# Terms of use\n\nFor the storm.\n')
  const apply = async (declaration: object): Promise<void> => {
    const file = folder.write('storm.yaml', JSON.stringify({ version: 1, ...declaration }))
    const done = await product.command('apply', file)
    if (done.code !== 0) throw new Error(`accueil apply:\n${done.stdout}${done.stderr}`)
  }
  await apply({
    organisation: { name: 'Storm', contact: 'wifi@example.org', colour: '#336699' },
    associations: [{ code: '75', name: 'Paris' }],
    terms: [{ version: '2026-01', effective: '2026-01-01', text: { en: './storm-terms.md' } }],
    accounts: Array.from({ length: size.accounts }, (_, i) => ({
      ...{ username: `user${i}`, password: `password of user${i}`, groups: ['staff'] },
    })),
  })
  const sites = Array.from({ length: size.gateways }, (_, i) => ({
    code: siteCode(i),
    name: `Place ${i}`,
    association: '75',
    networks: {
      guest: { subnets: [`10.${i >> 8}.${i & 255}.0/25`], grant: '30d' },
      staff: { subnets: [`10.${i >> 8}.${i & 255}.128/25`], vlan: 20 },
    },
    gateways: [
      { name: `gw-${i}`, address: `${gatewayAddress(i)}/32`, secret: SECRET, kind: 'generic' },
    ],
  }))
  for (let at = 0; at < sites.length; at += SITES_A_FILE) {
    await apply({ sites: sites.slice(at, at + SITES_A_FILE) })
  }
}

function siteCode(index: number): string {
  return `75-${index.toString().padStart(4, '0')}`
}

/** As if all of them had accepted the terms the day before. */
async function grantDevices(product: Product, size: StormSize): Promise<void> {
  const until = new Date(Date.now() + 86_400_000)
  const rows = Array.from({ length: size.gateways * size.devicesEach }, (_, number) => {
    const gateway = Math.floor(number / size.devicesEach)
    const mac = deviceMac(gateway, number % size.devicesEach)
    return { mac, until, site: siteCode(gateway), terms_version: '2026-01' }
  })
  await withDatabase(product, async ({ sql }) => {
    for (let at = 0; at < rows.length; at += ROWS_AT_ONCE) {
      await sql`insert into guest.access ${sql(rows.slice(at, at + ROWS_AT_ONCE))}`
    }
  })
}

/** Counted once the journal is in the log. */
async function loggedConnections(product: Product, since: Date): Promise<number> {
  return withDatabase(product, async (database) => {
    const isEmpty = async (): Promise<boolean> => (await journalDepth(database)).events === 0
    await eventually('the journal is in the log', isEmpty, STORM_MS)
    const [row] = await database.sql<{ count: number }[]>`
      select count(*)::int as count from log.connection
      where started_at >= ${since}`
    return row?.count ?? 0
  })
}

async function withDatabase<T>(
  product: Product,
  use: (database: ReturnType<typeof openDatabase>) => Promise<T>,
): Promise<T> {
  const { url } = await startEmbedded({ dataDir: product.dataDir })
  const database = openDatabase(url, { applicationName: 'storm', max: 1 })
  try {
    return await use(database)
  } finally {
    await database.close()
  }
}

/** A sentence for each thing that a storm must not do. */
export function stormProblems(storm: Storm): readonly string[] {
  const { what, devices, devicesIn, gateways, gatewaysIn, sent, ignored, logged, wrong } = storm
  return [
    ...(devicesIn < devices ? [`${devices - devicesIn} of ${devices} devices are not in`] : []),
    ...(gatewaysIn < gateways ? [`${gateways - gatewaysIn} gateways are not whole`] : []),
    ...(logged !== devices ? [`the log has ${logged} connections of ${devices}`] : []),
    ...(wrong > 0 ? [`${wrong} replies were not right`] : []),
    ...(ignored > sent * MOST_IGNORED
      ? [`${ignored} of ${sent} packets had to be sent again to a server that was up`]
      : []),
    ...(storm.mostMiB > MOST_MIB ? [`${storm.mostMiB} MiB of resident memory`] : []),
  ].map((problem) => `storm ${what}: ${problem}`)
}

/** Of a packet in fifty the answer may come late on a busy machine; more would feed itself. */
const MOST_IGNORED = 0.02
/** Node alone has a hundred; a country's devices, sessions and conversations take a few hundred more. */
const MOST_MIB = 1200

export function printStorms(storms: readonly Storm[]): void {
  console.table(
    storms.map(({ login, ...storm }) => ({
      ...storm,
      seconds: storm.seconds.toFixed(1),
      ...{ p50: login.p50, p99: login.p99, most: login.most },
    })),
  )
}

function mib(bytes: number): number {
  return Math.round(bytes / 1024 / 1024)
}
