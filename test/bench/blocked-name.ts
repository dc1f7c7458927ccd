import { createHash } from 'node:crypto'
import { join } from 'node:path'
import { residentBytes } from '../fuzz/udp-queue.ts'
import { dnsLatency, dnsLoad } from '../support/peers/dnsperf.ts'
import { freePort } from '../support/peers/free-ports.ts'
import type { Product } from '../support/peers/product.ts'
import type { RunFolder } from '../support/peers/run-folder.ts'
import { startUnbound } from '../support/peers/unbound.ts'
import { cpuSeconds } from './cpu.ts'
import type { Measure, Row } from './row.ts'

const SECONDS = 5
const LATENCY_SECONDS = 2
const STEADY_PER_SECOND = 10_000

/** Names as long as real ones, spread over the letters, the same in every run. */
export function blockedNames(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => {
    const hash = createHash('md5').update(`${i}`).digest('hex')
    return `${hash.slice(0, 6 + (i % 9))}-${i.toString(36)}.${i % 3 === 0 ? 'com' : 'example'}`
  })
}

/** A blocked name, beside unbound with a local-zone for each of the same names. */
export async function blockedNameRow(
  folder: RunFolder,
  product: Product,
  names: readonly string[],
): Promise<Row> {
  const asked = Array.from({ length: 200_000 }, (_, i) => names[(i * 7919) % names.length] ?? '')
  const queries = folder.write('queries.txt', asked.map((name) => `${name} A\n`).join(''))
  const ours = await measure(product.ports.dns, product.running().pid, queries)

  const zones = names.map((name) => `local-zone: "${name}." always_nxdomain\n`).join('')
  const zoneFile = folder.write('blocked.conf', `server:\n${zones}`)
  const port = await freePort()
  const settings = ['num-threads: 1', `include: "${join(zoneFile)}"`]
  await using unbound = await startUnbound(folder, port, settings)
  return {
    work: `blocked name of ${names.length.toLocaleString('en')}`,
    peer: 'unbound, local-zone',
    ours,
    theirs: await measure(port, unbound.pid, queries),
    notes: `p50 and p99 at ${STEADY_PER_SECOND.toLocaleString('en')} queries a second; MiB is the resident memory of the whole server.`,
  }
}

async function measure(port: number, pid: number, queries: string): Promise<Measure> {
  await dnsLoad({ port, queries, seconds: 2 })
  const before = cpuSeconds([pid])
  const load = await dnsLoad({ port, queries, seconds: SECONDS })
  const used = cpuSeconds([pid]) - before
  const steady = { port, queries, seconds: LATENCY_SECONDS }
  return {
    answers: load.answers,
    seconds: load.answers / load.perSecond,
    cpuSeconds: used,
    ...(await dnsLatency(steady, STEADY_PER_SECOND)),
    lost: load.lost,
    wrong: load.answers - load.refusedNames,
    residentMiB: Math.round(residentBytes(pid) / 1024 / 1024),
  }
}
