import { dnsLoad } from '../support/peers/dnsperf.ts'
import { freePort } from '../support/peers/free-ports.ts'
import type { RunFolder } from '../support/peers/run-folder.ts'
import { startUnbound } from '../support/peers/unbound.ts'
import { GUEST, mixedQueries, namesOf, openFilteringHouse, UPSTREAM } from './filtering.ts'
import { publishingProblems, publishUnderLoad } from './publish-under-load.ts'
import type { Publishing } from './publish-under-load.ts'

const NAMES = 1_000_000
const SECONDS = 120
/** What is promised, in milliseconds. */
const MOST_P99 = 10
const MOST_EDIT = 2_000

export interface PublishingMeasure extends Publishing {
  readonly missed: readonly string[]
}

/** Ten lists and 200 rules are published in two minutes at half of what the filter can answer. */
export async function measurePublishing(folder: RunFolder): Promise<PublishingMeasure> {
  const names = namesOf(NAMES)
  const queries = folder.write('publishing-queries.txt', mixedQueries(names))
  const upstream = await freePort()
  await using _ = await startUnbound(folder, upstream, UPSTREAM)
  await using product = await openFilteringHouse(folder, names, upstream)
  const target = { port: product.ports.dns, queries, from: GUEST }
  await dnsLoad({ ...target, seconds: 3 })
  const { perSecond } = await dnsLoad({ ...target, seconds: 5 })
  const done = await publishUnderLoad({
    ...{ product, queries, from: GUEST, seconds: SECONDS },
    ...{ perSecond: Math.round(perSecond / 2), blobs: 10, edits: 200 },
  })
  const { latency, edits } = done
  return {
    ...done,
    missed: [
      ...publishingProblems(done),
      ...(latency.p99 > MOST_P99
        ? [`publishing: p99 is ${latency.p99.toFixed(1)} ms, which is above ${MOST_P99} ms`]
        : []),
      ...((edits.at(-1) ?? 0) > MOST_EDIT
        ? [`publishing: an edit was seen after ${Math.round(edits.at(-1) ?? 0)} ms`]
        : []),
    ],
  }
}

export function printPublishing({ load, latency, edits, blobs }: Publishing): void {
  const middle = (sorted: readonly number[]): number => sorted[sorted.length >> 1] ?? Number.NaN
  console.table([
    {
      work: `${blobs.length} blobs and ${edits.length} edits under load`,
      'answers/s': Math.round(load.perSecond).toLocaleString('en'),
      lost: load.lost,
      SERVFAIL: load.failedNames,
      'p50 ms': latency.p50.toFixed(2),
      'p99 ms': latency.p99.toFixed(2),
      'edit seen, ms': `${middle(edits).toFixed(0)}, at most ${edits.at(-1)?.toFixed(0)}`,
      'blob seen, ms': `${middle(blobs).toFixed(0)}, at most ${blobs.at(-1)?.toFixed(0)}`,
    },
  ])
}
