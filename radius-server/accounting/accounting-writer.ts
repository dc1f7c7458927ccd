import type { AccountingRecord, GatewayRestart } from '#db/accounting-record.ts'
import { createAccountingQueue } from './accounting-queue.ts'
import type { Batch, Queued } from './accounting-queue.ts'
import type { AccountingEvent } from './accounting-record.ts'

const WRITER_LIMITS = {
  /** What waits to be written; more than this is dropped, and the gateway sends it again. */
  waiting: 10_000,
  /** Records in one transaction. */
  batch: 500,
  /** One is at the disk while the next is prepared. */
  inFlight: 2,
} as const

export type WriteResult =
  /** On disk. */
  | 'recorded'
  /** The database takes everything but this one. */
  | 'refused'
  /** The database is away. */
  | 'failed'
  | 'full'

export interface AccountingWriter {
  /** Resolves when it is known whether the event is on disk; nothing else may be acknowledged. */
  write(event: AccountingEvent): Promise<WriteResult>
  readonly waiting: number
}

export interface WriterDeps {
  readonly record: (records: readonly AccountingRecord[]) => Promise<void>
  readonly restart: (restart: GatewayRestart) => Promise<unknown>
  readonly ping: () => Promise<boolean>
  /** Told of each failed write, with what the database said. */
  readonly onFailure: (result: 'refused' | 'failed', events: number, thrown: unknown) => void
  readonly onBatch?: (records: number) => void
}

/**
 * Group commit: while one transaction is written the next one gathers, so a thousand gateways share a
 * disk flush instead of having one each.
 */
export function createAccountingWriter(
  deps: WriterDeps,
  limits: { waiting: number; batch: number; inFlight: number } = WRITER_LIMITS,
): AccountingWriter {
  const queue = createAccountingQueue()
  let inFlight = 0
  let isPumping = false

  function pump(): void {
    isPumping = false
    while (inFlight < limits.inFlight) {
      const batch = queue.take(limits.batch)
      if (batch === null) break
      inFlight += 1
      void settle(batch)
    }
  }

  // One turn later: what came in the same turn of the loop goes into the same transaction.
  function pumpSoon(): void {
    if (isPumping) return
    isPumping = true
    setImmediate(pump)
  }

  async function settle(batch: Batch): Promise<void> {
    await (batch.kind === 'restart' ? writeRestart(batch) : writeRecords(batch.queued))
    queue.done(batch)
    inFlight -= 1
    pump()
  }

  async function writeRestart(batch: Extract<Batch, { kind: 'restart' }>): Promise<void> {
    try {
      await deps.restart(batch.restart)
      settleAll(batch.queued, 'recorded')
    } catch (thrown) {
      await settleFailed(batch.queued, thrown)
    }
  }

  // Halves a batch that fails until the record is found that the database does not take: for one in
  // 500 that is 18 writes, and the other 499 gateways get their answer.
  async function writeRecords(queued: readonly Queued[]): Promise<void> {
    try {
      await deps.record(
        queued.flatMap(({ event }) => (event.kind === 'record' ? event.record : [])),
      )
      deps.onBatch?.(queued.length)
      settleAll(queued, 'recorded')
    } catch (thrown) {
      if (queued.length === 1 || !(await deps.ping())) {
        await settleFailed(queued, thrown)
        return
      }
      const middle = queued.length >> 1
      await writeRecords(queued.slice(0, middle))
      await writeRecords(queued.slice(middle))
    }
  }

  async function settleFailed(queued: readonly Queued[], thrown: unknown): Promise<void> {
    const result = (await deps.ping()) ? 'refused' : 'failed'
    deps.onFailure(result, queued.length, thrown)
    settleAll(queued, result)
  }

  return {
    write(event) {
      if (queue.size >= limits.waiting) return Promise.resolve('full')
      return new Promise((settleWrite) => {
        queue.add({ event, settle: settleWrite })
        pumpSoon()
      })
    },
    get waiting() {
      return queue.size
    },
  }
}

function settleAll(queued: readonly Queued[], result: 'recorded' | 'refused' | 'failed'): void {
  for (const { settle } of queued) settle(result)
}
