import { startEmbedded } from '#db/embedded.ts'
import { openDatabase } from '#db/connection.ts'
import { journalDepth } from '#db/journal.ts'
import { eventually } from '../support/peers/process.ts'
import type { Product } from '../support/peers/product.ts'
import { cpuSeconds } from './cpu.ts'
import { measureLoad, oursUnderTest } from './radius.ts'
import type { RadiusUnderTest } from './radius.ts'
import type { Row } from './row.ts'

/** What no server here reaches; making them takes a few seconds, outside the measured time. */
const PACKETS = 600_000

/** What is promised at so many outstanding: answers a second beside the peer, and our p99 in its p50. */
const PROMISED: Readonly<Record<number, { goalPerSecond: number; shareOfTheirP50: number }>> = {
  200: { goalPerSecond: 10, shareOfTheirP50: 0.5 },
  20: { goalPerSecond: 4, shareOfTheirP50: 1 },
}

/**
 * Accounting that is acknowledged when it is in Postgres, fsync on, beside FreeRADIUS with rlm_sql on the
 * same binaries. Ours is acknowledged from the journal, and a load as short as this is a burst to which the log
 * gives way: what bringing it into the log costs afterwards is measured too, and counted in the work per
 * CPU-second, and the row says how long it took.
 */
export async function accountingRow(
  product: Product,
  peer: RadiusUnderTest,
  outstanding: number,
): Promise<Row> {
  const load = { kind: 'accounting', outstanding, packets: PACKETS } as const
  const ours = oursUnderTest(product)
  const before = cpuSeconds(ours.pids)
  const acknowledged = await measureLoad(ours, load)
  const { events, seconds } = await whole(product)
  const all = cpuSeconds(ours.pids) - before
  return {
    work: `accounting, ${outstanding} outstanding`,
    peer: 'FreeRADIUS, rlm_sql',
    ...PROMISED[outstanding],
    // Of all that was sent, warming up included: the part that was counted cannot be told from the rest.
    ours: { ...acknowledged, cpuSeconds: (all * acknowledged.answers) / acknowledged.sent },
    theirs: await measureLoad(peer, load),
    notes: `CPU of the server and of its Postgres (the same binaries, fsync on). Ours is acknowledged from the journal, and the log gives way while the burst lasts: at its end ${events} of ${acknowledged.sent} events were not in the log, ${seconds.toFixed(1)} s later all were. Ours counts until then.`,
  }
}

/** Waits until the log has all; gives how much it had not, and how long that took. */
async function whole(product: Product): Promise<{ events: number; seconds: number }> {
  const ended = performance.now()
  const { url } = await startEmbedded({ dataDir: product.dataDir })
  const database = openDatabase(url, { applicationName: 'bench', max: 1 })
  const { events } = await journalDepth(database)
  const isEmpty = async (): Promise<boolean> => (await journalDepth(database)).events === 0
  await eventually('the journal is in the log', isEmpty, 120_000)
  await database.close()
  return { events, seconds: (performance.now() - ended) / 1000 }
}
