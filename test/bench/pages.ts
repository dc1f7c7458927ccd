import { join } from 'node:path'
import { signedPath } from '../support/peers/guest.ts'
import { createOpenNdsPlace } from '../support/peers/opennds-place.ts'
import { run } from '../support/peers/process.ts'
import type { Product } from '../support/peers/product.ts'
import type { RunFolder } from '../support/peers/run-folder.ts'
import type { PageLoad, PageLoadResult } from './page-load.ts'
import { SECRET } from './radius.ts'
import type { Measure, Row } from './row.ts'

const PROGRAM = join(import.meta.dirname, 'page-load.ts')
const SECONDS = 5
/** What one process must bear, and in what time. */
const PAGES_PER_SECOND = 5_000
const PAGE_P99_MS = 20
const ACCEPTANCES_PER_SECOND = 500
const ACCEPTANCE_P99_MS = 50
/** One address is one place behind its NAT, with a limit of its own. */
const SOURCES = Array.from({ length: 128 }, (_, i) => `127.9.0.${i + 1}`)
const CONNECTIONS = 128

export interface PageMeasures {
  readonly row: Row
  readonly acceptances: Measure
  readonly missed: readonly string[]
}

/** The terms page beside the page that openNDS shows by itself, and acceptances, a transaction each. */
export async function measurePages(folder: RunFolder, product: Product): Promise<PageMeasures> {
  const servers = [product.running().pid]
  const ours: Omit<PageLoad, 'paths'> = {
    ...{ host: '127.0.0.1', port: product.ports.http, kind: 'page', servers },
    ...{ connections: CONNECTIONS, sources: SOURCES, perSecond: null, seconds: SECONDS },
    ...{ status: 200, holds: '</html>' },
  }
  const pages = { ...ours, paths: pathsOf(500) }
  await measure(folder, { ...pages, seconds: 1 })
  const most = await measure(folder, pages)
  const steady = await measure(folder, { ...pages, perSecond: PAGES_PER_SECOND })
  const { acceptances: accepted, seconds } = {
    acceptances: ACCEPTANCES_PER_SECOND,
    seconds: SECONDS,
  }
  const forms = pathsOf(accepted * (seconds + 1))
  const accepting = {
    ...{ ...ours, kind: 'accept' as const, status: 303 },
    ...{ perSecond: accepted, holds: '/guest/connected' },
  }
  // As for the pages: of a server that has run for a second.
  await measure(folder, { ...accepting, paths: forms.slice(0, accepted), seconds: 1 })
  const acceptances = await measure(folder, { ...accepting, paths: forms.slice(accepted) })
  const theirs = await splash(folder, product)
  const row: Row = {
    work: 'terms page',
    peer: 'openNDS, its own splash page',
    ours: { ...most, p50: steady.p50, p99: steady.p99, wrong: most.wrong + steady.wrong },
    theirs,
    notes: `p50 and p99 at ${PAGES_PER_SECOND.toLocaleString('en')} a second, of openNDS one after the other; ${most.bytes.toLocaleString('en')} bytes beside ${theirs.bytes.toLocaleString('en')}, heads included.`,
  }
  return { row, acceptances, missed: missedOf(steady, acceptances) }
}

export function printAcceptances({ acceptances: a }: PageMeasures): void {
  console.log(
    `acceptances at ${ACCEPTANCES_PER_SECOND} a second: ${a.answers} in ${a.seconds.toFixed(1)} s, p50 ${a.p50.toFixed(1)} ms, p99 ${a.p99.toFixed(1)} ms, ${a.lost} lost, ${a.wrong} wrong`,
  )
}

function missedOf(pages: Measure, acceptances: Measure): readonly string[] {
  const late = (what: string, { p99, lost, wrong }: Measure, most: number): readonly string[] => [
    ...(p99 < most ? [] : [`${what}: p99 of ${p99.toFixed(1)} ms, which is above ${most}`]),
    ...(lost + wrong === 0 ? [] : [`${what}: ${lost} lost, ${wrong} wrong`]),
  ]
  return [
    ...late(`pages at ${PAGES_PER_SECOND} a second`, pages, PAGE_P99_MS),
    ...late(`acceptances at ${ACCEPTANCES_PER_SECOND} a second`, acceptances, ACCEPTANCE_P99_MS),
  ]
}

/** Signed now: they are good for ten minutes. */
function pathsOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => {
    const mac = `02-00-5E-20-${hex(i >> 8)}-${hex(i)}`
    return signedPath({ gateway: 'gw-0042', secret: SECRET, mac, ip: '192.168.77.9' })
  })
}

function hex(value: number): string {
  return (value & 0xff).toString(16).padStart(2, '0').toUpperCase()
}

async function splash(folder: RunFolder, product: Product): Promise<PageLoadResult> {
  const phone = { mac: '02:00:5e:00:7b:09', ip: '192.168.123.9' }
  await using place = await createOpenNdsPlace({
    ...{ folder, product, role: 'b', lan: '192.168.123', phones: [phone] },
  })
  await using gateway = await place.startGateway({ name: 'bench', key: '', level: 1, portal: null })
  const page = await place.redirect('http://192.0.2.1/')
  // A shell script writes each: one after the other, which is how the phone of one person asks.
  const load: PageLoad = {
    ...{ host: page.hostname, port: Number(page.port), paths: [page.pathname + page.search] },
    ...{ kind: 'page', connections: 1, sources: null, perSecond: null, seconds: SECONDS },
    ...{ status: 200, holds: '</html>', servers: [gateway.pid] },
  }
  return measure(folder, load, place.phone.name)
}

async function measure(
  folder: RunFolder,
  load: PageLoad,
  namespace?: string,
): Promise<PageLoadResult> {
  // Too long for a command line.
  const file = folder.write('page-load.json', JSON.stringify(load))
  const done = await run([process.execPath, PROGRAM, file], {
    timeoutMs: 120_000,
    ...(namespace === undefined ? {} : { namespace }),
  })
  if (done.code !== 0) throw new Error(`the load ended:\n${done.stderr}`)
  return JSON.parse(done.stdout) as PageLoadResult
}
