import postgres from 'postgres'
import { within } from '#core/lifecycle.ts'
import { recordAcceptance, recordAcceptances } from './acceptances.ts'
import type { Acceptance, Accepted } from './acceptances.ts'
import type { Database } from './connection.ts'

/** In one transaction; more wait for the next. */
const BATCH = 64

interface Waiting {
  readonly acceptance: Acceptance
  readonly written: PromiseWithResolvers<Accepted>
}

/**
 * Writes acceptances, those together that came while the ones before were written: alone there is no wait,
 * and in a rush one commit is for many. After `deadlineMs` the next are written whatever becomes of the
 * last. How many wait is bounded by who asks.
 */
export function createAcceptanceBatch(
  database: Pick<Database, 'sql'>,
  deadlineMs: number,
): (acceptance: Acceptance) => Promise<Accepted> {
  let waiting: Waiting[] = []
  let isWriting = false

  async function writeAll(): Promise<void> {
    while (waiting.length > 0) {
      const { batch, rest } = firstOfEach(waiting)
      waiting = rest
      try {
        await within(deadlineMs, write(database, batch))
      } catch {
        // It is late: whoever waits for it is told so by their own deadline.
      }
    }
    isWriting = false
  }

  return (acceptance) => {
    const written = Promise.withResolvers<Accepted>()
    waiting.push({ acceptance, written })
    if (!isWriting) {
      isWriting = true
      void writeAll()
    }
    return written.promise
  }
}

/** Of each device one: a second tap is of the next transaction, as it finds what the first opened. */
function firstOfEach(waiting: readonly Waiting[]): { batch: Waiting[]; rest: Waiting[] } {
  const batch = new Map<string, Waiting>()
  const rest: Waiting[] = []
  for (const one of waiting) {
    const { mac } = one.acceptance
    if (batch.size < BATCH && !batch.has(mac)) batch.set(mac, one)
    else rest.push(one)
  }
  return { batch: [...batch.values()], rest }
}

/** Settles each of them; never rejects. */
async function write(database: Pick<Database, 'sql'>, batch: readonly Waiting[]): Promise<void> {
  try {
    const accepted = await recordAcceptances(
      database,
      batch.map(({ acceptance }) => acceptance),
    )
    for (const [i, one] of accepted.entries()) batch[i]?.written.resolve(one)
  } catch (thrown) {
    if (batch.length === 1 || !(thrown instanceof postgres.PostgresError)) {
      for (const { written } of batch) written.reject(thrown)
      return
    }
    // What one of them holds is refused, and that is no reason to refuse the others.
    for (const { acceptance, written } of batch)
      await recordAcceptance(database, acceptance).then(written.resolve, written.reject)
  }
}
