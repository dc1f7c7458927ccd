import { setTimeout as sleep } from 'node:timers/promises'
import { createSeal } from '#core/seal.ts'
import { openDatabase } from '#db/connection.ts'
import type { Database } from '#db/connection.ts'
import { startEmbedded } from '#db/embedded.ts'
import { addList } from '#db/list-changes.ts'
import { setRule } from '#db/rule-changes.ts'
import { askOverUdp, wireQuery } from '../../dns-filter/testing/asking.ts'
import { dnsLatency, dnsLoad } from '../support/peers/dnsperf.ts'
import type { DnsLatency, DnsLoad } from '../support/peers/dnsperf.ts'
import type { Product } from '../support/peers/product.ts'

export interface Publishing {
  readonly load: DnsLoad
  /** Of answers to a steady thousand a second beside the load. */
  readonly latency: DnsLatency
  /** Milliseconds from the commit until it was answered so, in order of time. */
  readonly edits: readonly number[]
  readonly blobs: readonly number[]
}

export interface PublishingWork {
  readonly product: Product
  readonly queries: string
  readonly from: string
  readonly seconds: number
  readonly perSecond: number
  readonly blobs: number
  readonly edits: number
}

const PROBES_PER_SECOND = 1_000
/** A change that is not seen by then is lost. */
const PATIENCE_MS = 60_000
const LOOK_MS = 20
const NXDOMAIN = 3

/** Rules and lists are changed, evenly over the time, while names are asked for. */
export async function publishUnderLoad(work: PublishingWork): Promise<Publishing> {
  const { product, queries, from, seconds, perSecond } = work
  const target = { port: product.ports.dns, queries, from, seconds }
  const { url } = await startEmbedded({ dataDir: product.dataDir })
  const database = openDatabase(url, { applicationName: 'publishing', max: 2 })
  try {
    const [load, latency, edits, blobs] = await Promise.all([
      dnsLoad(target, perSecond),
      dnsLatency(target, PROBES_PER_SECOND),
      evenly(work.edits, seconds, (i) => edit(database, product.ports.dns, i)),
      evenly(work.blobs, seconds, (i) => publish(database, product.ports.dns, i)),
    ])
    return { load, latency, edits, blobs }
  } finally {
    await database.close()
  }
}

/** What was lost, or failed, as sentences. */
export function publishingProblems({ load }: Publishing): readonly string[] {
  return [
    ...(load.lost > 0 ? [`publishing: ${load.lost} answers were lost`] : []),
    ...(load.failedNames > 0 ? [`publishing: ${load.failedNames} answers were SERVFAIL`] : []),
  ]
}

async function edit(database: Database, port: number, i: number): Promise<number> {
  const domain = `edit-${i}.publishing.example`
  const scope = { network: null, site: null, association: null, until: null, note: null }
  await setRule(database, { action: 'block', domain, ...scope }, 'bench')
  return untilBlocked(port, domain)
}

/** A list of one name: the whole blob is made anew of all lists. */
async function publish(database: Database, port: number, i: number): Promise<number> {
  const domain = `blob-${i}.publishing.example`
  const from = { text: Buffer.from(`${domain}\n`) }
  const list = { name: `published-${i}`, category: 'published', blocks: ['guest'], from } as const
  // No key is sealed for a list that is a text.
  await addList(database, createSeal(new Uint8Array(32)), list, 'bench')
  return untilBlocked(port, domain)
}

async function untilBlocked(port: number, domain: string): Promise<number> {
  const began = performance.now()
  while (performance.now() - began < PATIENCE_MS) {
    const answer = await askOverUdp(port, wireQuery(domain, { id: Math.trunc(began) & 0xffff }))
    if (answer !== null && ((answer[3] ?? 0) & 0x0f) === NXDOMAIN) return performance.now() - began
    await sleep(LOOK_MS)
  }
  throw new Error(`${domain} is not blocked a minute after it was published`)
}

/** Each in its turn, the next when its time has come and the one before is seen. */
async function evenly(
  count: number,
  seconds: number,
  change: (i: number) => Promise<number>,
): Promise<readonly number[]> {
  const began = performance.now()
  const took: number[] = []
  for (let i = 0; i < count; i++) {
    await sleep(Math.max(0, began + ((i + 0.5) / count) * seconds * 1000 - performance.now()))
    took.push(await change(i))
  }
  return took.toSorted((a, b) => a - b)
}
