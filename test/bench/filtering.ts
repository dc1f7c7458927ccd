import { setTimeout as sleep } from 'node:timers/promises'
import { residentBytes } from '../fuzz/udp-queue.ts'
import { dnsLatency, dnsLoad } from '../support/peers/dnsperf.ts'
import { FILTER_PEERS } from '../support/peers/filters.ts'
import { freePort } from '../support/peers/free-ports.ts'
import { eventually, run } from '../support/peers/process.ts'
import { createProduct } from '../support/peers/product.ts'
import type { Product } from '../support/peers/product.ts'
import type { RunFolder } from '../support/peers/run-folder.ts'
import { startUnbound } from '../support/peers/unbound.ts'
import { cpuSeconds } from './cpu.ts'
import { listOfNames } from './list-names.ts'
import { perCpuSecond } from './row.ts'
import type { Measure, Row } from './row.ts'

const SECONDS = 5
/** As long as it takes a role to have looked once whether its house has changed. */
const LATENCY_SECONDS = 30
/** All of the first house, each place with a filter of its own. */
const PLACES = 2_333
const LISTS = 4
const CACHED_NAMES = 1_000
const ASKED = 200_000
/** What ours divided by the best of the peers should be. */
const GOAL = 1.5
/** Of the whole role, with a million names: 110 MB. */
const MOST_MIB = 104.9
/** Milliseconds at half of the most, of one answer in a hundred. */
const SLOWEST_MS = 1
/** In which a role has looked once whether its house has changed, as it does each half minute. */
const LOOK_MS = 35_000
/** An address of the first place's guests. */
export const GUEST = '127.1.0.5'
const CACHED_ZONE = 'cached.bench'
/** Of the unbound that all ask for what is not blocked. */
export const UPSTREAM = [
  `local-zone: "${CACHED_ZONE}." redirect`,
  `local-data: "${CACHED_ZONE}. 86400 A 203.0.113.7"`,
  // Names that are published in a moment: without an answer, who looks for them waits two seconds for each.
  'local-zone: "publishing.example." redirect',
  'local-data: "publishing.example. 1 A 203.0.113.7"',
]

/**
 * Four blocked names to one that the cache has, beside each filter that Debian has: the same names, the
 * same load, one after the other. The peers know one place, ours knows all.
 */
export async function filteringRows(folder: RunFolder, count: number): Promise<readonly Row[]> {
  const names = namesOf(count)
  const queries = folder.write('mixed-queries.txt', mixedQueries(names))
  const upstream = await freePort()
  await using _ = await startUnbound(folder, upstream, UPSTREAM)
  const ours = await measureOurs(folder, names, queries, upstream)
  const rows: Row[] = []
  for (const peer of FILTER_PEERS) {
    const port = await freePort()
    const began = performance.now()
    try {
      await using running = await peer.start(folder, port, { names, upstream })
      const seconds = (performance.now() - began) / 1000
      console.log(`# ${peer.name}: ${count} names, ready after ${seconds.toFixed(1)} s`)
      const theirs = await measure(port, running.pid, queries)
      rows.push({ work: workOf(count), peer: peer.name, ours, theirs })
    } catch (thrown) {
      // A peer that cannot hold so many names is told of, and is no reason to lose the others.
      console.log(`# ${peer.name} left out: ${String(thrown).slice(0, 500)}`)
    }
  }
  return withGoal(rows, count)
}

export function namesOf(count: number): readonly string[] {
  return listOfNames(count).toString('latin1').split('\n').filter(isName)
}

/** Others refuse a whole file for a label that is too long, or for a letter that is not of ASCII. */
function isName(line: string): boolean {
  return /^[a-z0-9-]{1,63}(\.[a-z0-9-]{1,63})+$/.test(line)
}

/** The goal stands in the row of the peer that is hardest to beat. */
function withGoal(rows: readonly Row[], count: number): readonly Row[] {
  const best = Math.max(...rows.map(({ theirs }) => perCpuSecond(theirs)))
  return rows.map((row) =>
    count === 1_000_000 && perCpuSecond(row.theirs) === best ? { ...row, goal: GOAL } : row,
  )
}

/** Sentences on what is above what is promised, and on peers that were not asked: the best may be among them. */
export function filteringMissed(rows: readonly Row[]): readonly string[] {
  const byWork = Map.groupBy(rows, ({ work }) => work)
  return [...byWork].flatMap(([work, its]) => {
    const mib = its[0]?.ours.residentMiB ?? 0
    const isHeavy = work === workOf(1_000_000) && mib > MOST_MIB
    const { p99 = Number.NaN } = its[0]?.ours ?? {}
    return [
      ...(p99 < SLOWEST_MS
        ? []
        : [`${work}: p99 at half of it ${p99} ms, not below ${SLOWEST_MS}`]),
      ...(isHeavy ? [`${work}: ${mib} MiB are resident, above ${MOST_MIB}`] : []),
      ...FILTER_PEERS.filter(({ name }) => its.every(({ peer }) => peer !== name)).map(
        ({ name }) => `${work}: ${name} was left out`,
      ),
    ]
  })
}

function workOf(count: number): string {
  return `4 blocked of ${count.toLocaleString('en')}, 1 cached`
}

export function mixedQueries(names: readonly string[]): string {
  return Array.from({ length: ASKED }, (_, i) =>
    i % 5 === 0
      ? `host-${(i / 5) % CACHED_NAMES}.${CACHED_ZONE} A\n`
      : `${names[(i * 7919) % names.length]} A\n`,
  ).join('')
}

async function measureOurs(
  folder: RunFolder,
  names: readonly string[],
  queries: string,
  upstream: number,
): Promise<Measure> {
  await using product = await openFilteringHouse(folder, names, upstream)
  const { pid } = product.running()
  const measured = await measure(product.ports.dns, pid, queries)
  await sleep(LOOK_MS)
  return { ...measured, residentMiB: Math.max(measured.residentMiB ?? 0, residentMiB(pid)) }
}

function residentMiB(pid: number): number {
  return Math.round(residentBytes(pid) / 1024 / 1024)
}

/** The role dns of the whole first house, with these names on its lists, started anew. */
export async function openFilteringHouse(
  folder: RunFolder,
  names: readonly string[],
  upstream: number,
): Promise<Product> {
  const product = await createProduct(folder, {
    upstream: `127.0.0.1:${upstream}`,
    roles: ['dns'],
  })
  await product.start()
  const began = performance.now()
  const house = folder.write('filtering.yaml', JSON.stringify(houseOf(folder, names)))
  const applied = await product.command('apply', house)
  if (applied.code !== 0) throw new Error(`accueil apply:\n${applied.stdout}${applied.stderr}`)
  await blocks(product, names.at(-1) ?? '')
  const seconds = (performance.now() - began) / 1000
  console.log(`# accueil: ${names.length} names applied and compiled in ${seconds.toFixed(1)} s`)
  // As it is after a restart: without what compiling left behind.
  await product.stop()
  await product.start()
  await blocks(product, names[0] ?? '')
  return product
}

async function blocks(product: Product, name: string): Promise<void> {
  await eventually(
    `${name} is blocked`,
    async () => {
      const asked = ['dig', '+time=1', '+tries=1', '-b', GUEST, '-p', `${product.ports.dns}`]
      return /NXDOMAIN/.test((await run([...asked, '@127.0.0.1', name])).stdout)
    },
    240_000,
  )
}

async function measure(port: number, pid: number, queries: string): Promise<Measure> {
  const target = { port, queries, from: GUEST }
  await dnsLoad({ ...target, seconds: 3 })
  const before = cpuSeconds([pid])
  const load = await dnsLoad({ ...target, seconds: SECONDS })
  const used = cpuSeconds([pid]) - before
  const latency = { ...target, seconds: LATENCY_SECONDS }
  return {
    answers: load.answers,
    seconds: load.answers / load.perSecond,
    cpuSeconds: used,
    ...(await dnsLatency(latency, Math.round(load.perSecond / 2))),
    lost: load.lost,
    wrong:
      load.answers -
      load.refusedNames -
      load.answeredNames +
      wrongShare(load.answers, load.refusedNames),
    residentMiB: residentMiB(pid),
  }
}

/** How many answers too many or too few are denials; the file is not asked to its end, so a few are none. */
function wrongShare(answers: number, denials: number): number {
  const off = Math.abs(denials - answers * 0.8)
  return off > 1_000 ? Math.round(off) : 0
}

function houseOf(folder: RunFolder, names: readonly string[]): unknown {
  const files = Array.from({ length: LISTS }, (_, list) =>
    folder.write(`list-${list}.txt`, `${names.filter((__, i) => i % LISTS === list).join('\n')}\n`),
  )
  return {
    version: 1,
    organisation: { name: 'Bench', contact: 'wifi@example.org', colour: '#336699' },
    associations: [{ code: '75', name: 'Paris' }],
    sites: Array.from({ length: PLACES }, (_, i) => ({
      ...{ code: `75-${i}`, name: `Place ${i}`, association: '75', timezone: 'Europe/Paris' },
      ...(i === 0 ? {} : { filter: { allow: `category-${i % LISTS}` } }),
      networks: {
        guest: { subnets: [`127.${1 + (i >> 8)}.${i & 255}.0/25`], grant: '30d' },
        staff: { subnets: [`127.${1 + (i >> 8)}.${i & 255}.128/25`], vlan: 20 },
      },
      gateways: [],
    })),
    terms: [],
    lists: files.map((file, list) => ({
      ...{ name: `list-${list}`, category: `category-${list}`, file, block: ['guest', 'staff'] },
    })),
    rules: Array.from({ length: PLACES }, (_, i) => ({
      ...{ action: 'block', domain: `place-${i}.example`, site: `75-${i}`, network: 'guest' },
    })),
  }
}
