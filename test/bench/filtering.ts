import { cpus } from 'node:os'
import { setTimeout as sleep } from 'node:timers/promises'
import { residentBytes } from '../fuzz/udp-queue.ts'
import { dnsLatency, dnsLoad } from '../support/peers/dnsperf.ts'
import type { DnsLatency } from '../support/peers/dnsperf.ts'
import { FILTER_PEERS } from '../support/peers/filters.ts'
import { freePort } from '../support/peers/free-ports.ts'
import { eventually, must, run } from '../support/peers/process.ts'
import { createProduct } from '../support/peers/product.ts'
import type { Product } from '../support/peers/product.ts'
import type { RunFolder } from '../support/peers/run-folder.ts'
import { startUnbound } from '../support/peers/unbound.ts'
import { cpuSeconds } from './cpu.ts'
import { listOfNames } from './list-names.ts'
import { perCpuSecond } from './row.ts'
import type { Measure, Row } from './row.ts'

const TURNS = 6
const LOAD_SECONDS = 2
const WARM_SECONDS = 5
/** As long as it takes a role to have looked once whether its house has changed. */
const LATENCY_SECONDS = 30
const PROBES_PER_SECOND = 1_000
const LATENCY_PARTS = 10
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
 * Four blocked names to one that the cache has, beside each filter that Debian has: the same names and the same load.
 * The peers know one place, ours knows all. Ours and a peer are asked in turns, so that a machine which others slow
 * down for a while does so for both.
 */
export async function filteringRows(folder: RunFolder, count: number): Promise<readonly Row[]> {
  const names = namesOf(count)
  const queries = folder.write('mixed-queries.txt', mixedQueries(names))
  const upstream = await freePort()
  await using _ = await startUnbound(folder, upstream, UPSTREAM)
  await using product = await openFilteringHouse(folder, names, upstream)
  const ours: Filter = { port: product.ports.dns, pid: product.running().pid, queries }
  await dnsLoad({ ...ours, from: GUEST, seconds: WARM_SECONDS })
  const busyMiB = residentMiBOf(ours)
  // At its worst: after a while in which nobody asked.
  await sleep(LOOK_MS)
  const latency = await latencyAtHalf(ours)
  const residentMiB = Math.max(busyMiB, residentMiBOf(ours))
  const rows: Row[] = []
  for (const peer of FILTER_PEERS) {
    const port = await freePort()
    const began = performance.now()
    try {
      await using running = await peer.start(folder, port, { names, upstream })
      const seconds = (performance.now() - began) / 1000
      console.log(`# ${peer.name}: ${count} names, ready after ${seconds.toFixed(1)} s`)
      const theirs: Filter = { port, pid: running.pid, queries }
      await dnsLoad({ ...theirs, from: GUEST, seconds: WARM_SECONDS })
      const turns = await inTurns(ours, theirs)
      rows.push({
        ...{ work: workOf(count), peer: peer.name },
        ours: { ...turns.ours, ...latency, residentMiB },
        theirs: {
          ...turns.theirs,
          ...(await latencyAtHalf(theirs)),
          residentMiB: residentMiBOf(theirs),
        },
      })
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
  const ratio = ({ ours, theirs }: Row): number => perCpuSecond(ours) / perCpuSecond(theirs)
  const least = Math.min(...rows.map(ratio))
  return rows.map((row) =>
    count === 1_000_000 && ratio(row) === least ? { ...row, goal: GOAL } : row,
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
        : [`${work}: p99 at half of it ${p99.toFixed(2)} ms, not below ${SLOWEST_MS}`]),
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

/** A server that filters, and what it is asked. */
interface Filter {
  readonly port: number
  readonly pid: number
  readonly queries: string
}

type Work = Pick<Measure, 'answers' | 'seconds' | 'cpuSeconds' | 'lost' | 'wrong'>

const NO_WORK: Work = { answers: 0, seconds: 0, cpuSeconds: 0, lost: 0, wrong: 0 }

/**
 * Milliseconds at half of the most that it answers. Who is timed are few, among the many: a dnsperf that wrote a line
 * for each of those would be what they wait for. And the server has one core, those that ask another: on a machine of
 * two they would be what the server waits for, up to the four milliseconds of a turn.
 */
async function latencyAtHalf(filter: Filter): Promise<DnsLatency> {
  const target = { ...filter, from: GUEST }
  const { perSecond } = await dnsLoad({ ...target, seconds: LOAD_SECONDS })
  const steady = { ...target, seconds: LATENCY_SECONDS, core: 1 }
  await keepTo('0', filter.pid)
  try {
    const [latency] = await Promise.all([
      dnsLatency(steady, PROBES_PER_SECOND, LATENCY_PARTS),
      dnsLoad(steady, Math.round(perSecond / 2)),
    ])
    return latency
  } finally {
    await keepTo(`0-${cpus().length - 1}`, filter.pid)
  }
}

/** All threads of a process to some cores. */
async function keepTo(cores: string, pid: number): Promise<void> {
  await must(['taskset', '-acp', cores, `${pid}`])
}

/** As many questions as each takes, now the one and now the other. */
async function inTurns(ours: Filter, theirs: Filter): Promise<{ ours: Work; theirs: Work }> {
  let sums = { ours: NO_WORK, theirs: NO_WORK }
  for (let turn = 0; turn < TURNS; turn += 1) {
    sums = {
      ours: added(sums.ours, await workOnce(ours)),
      theirs: added(sums.theirs, await workOnce(theirs)),
    }
  }
  return sums
}

async function workOnce({ port, pid, queries }: Filter): Promise<Work> {
  const before = cpuSeconds([pid])
  const load = await dnsLoad({ port, queries, from: GUEST, seconds: LOAD_SECONDS })
  return {
    answers: load.answers,
    seconds: load.answers / load.perSecond,
    cpuSeconds: cpuSeconds([pid]) - before,
    lost: load.lost,
    wrong:
      load.answers -
      load.refusedNames -
      load.answeredNames +
      wrongShare(load.answers, load.refusedNames),
  }
}

function added(a: Work, b: Work): Work {
  return {
    answers: a.answers + b.answers,
    seconds: a.seconds + b.seconds,
    cpuSeconds: a.cpuSeconds + b.cpuSeconds,
    lost: a.lost + b.lost,
    wrong: a.wrong + b.wrong,
  }
}

function residentMiBOf({ pid }: Filter): number {
  return Math.round(residentBytes(pid) / 1024 / 1024)
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
