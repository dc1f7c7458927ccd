import { within } from '#core/lifecycle.ts'
import type { Spool } from '#core/spool.ts'
import { createAccountingQueue } from './accounting-queue.ts'
import type { Batch, Queued } from './accounting-queue.ts'
import type { AccountingEvent } from './accounting-record.ts'
import { REPLAY_LIMITS, createReplay } from './accounting-replay.ts'
import { encodeEvent } from './event-line.ts'
import { createEventStore } from './event-store.ts'
import type { EventStoreDeps } from './event-store.ts'

export interface WriterLimits {
  /** What waits to be written; more than this is dropped, and the gateway sends it again. */
  readonly waiting: number
  /** Records in one transaction. */
  readonly batch: number
  /** One is at the disk while the next is prepared. */
  readonly inFlight: number
  /** Gateways send again after three seconds or so: before that the spool must have answered. */
  readonly deadlineMs: number
  /** Writes that were given up and did not come back; each holds a connection of the pool. */
  readonly stuck: number
  readonly replay: { readonly [K in keyof typeof REPLAY_LIMITS]: number }
}

const WRITER_LIMITS: WriterLimits = {
  waiting: 10_000,
  batch: 500,
  inFlight: 2,
  deadlineMs: 2_000,
  stuck: 4,
  replay: REPLAY_LIMITS,
}

export type WriteResult =
  /** On disk: in the log, in quarantine or in the spool. */
  | 'recorded'
  /** The database is away and the spool takes no more. */
  | 'failed'
  | 'full'

export interface AccountingWriter {
  /** Resolves when it is known whether the event is on disk; nothing else may be acknowledged. */
  write(event: AccountingEvent): Promise<WriteResult>
  /** Looks into the spool: to begin with what was left there, and after something was adopted. */
  wake(): void
  /** To be called when nothing more is written: what is in the spool stays for the next start. */
  stop(): Promise<void>
  readonly waiting: number
  /** When the spool refused last and nothing was kept since, its reason. */
  problem(): string | null
}

export interface WriterDeps extends EventStoreDeps {
  readonly spool: Pick<Spool, 'append' | 'next' | 'done' | 'isEmpty' | 'lines'>
  /** Told of each write that the database did not do, with what it said. */
  readonly onFailure: (events: number, thrown: unknown) => void
  /** The first event goes through the spool; what was written at the time comes with a reason. */
  readonly onFilling: (thrown: unknown) => void
  readonly onKept: () => void
  readonly onRefused: (reason: string) => void
  readonly onReplayed: (events: number) => void
  /** The spool is empty again. */
  readonly onDrained: () => void
}

/**
 * Group commit: while one transaction is written the next one gathers, so a thousand gateways share a
 * disk flush instead of having one each.
 *
 * When a transaction fails or is late, all that is in work and all that waits goes to the spool, and
 * what comes after it goes behind it, so that the order holds, until replay has reached the end. A
 * transaction that was given up may still be committed later: writing is idempotent.
 */
export function createAccountingWriter(
  deps: WriterDeps,
  limits: WriterLimits = WRITER_LIMITS,
): AccountingWriter {
  const { spool } = deps
  const store = createEventStore(deps)
  const queue = createAccountingQueue()
  /** What is being written directly, in the order in which it was begun. */
  const inWork = new Set<Batch>()
  let isSpooling = false
  /** Replay is at the last batch: what comes now waits in the queue for its end. */
  let isClosing: NodeJS.Timeout | null = null
  let keeping = 0
  let unsettled = 0
  let isPumping = false
  let refusal: string | null = null

  const replay = createReplay(
    {
      spool,
      store: (events) => settled(store(events, AbortSignal.timeout(limits.replay.deadlineMs))),
      setAside: (content) =>
        deps.quarantine({ gateway: '', content, reason: 'a line of an unknown version' }),
      isStuck: () => unsettled >= limits.stuck,
      onLastBatch: () => {
        isClosing ??= setTimeout(keepQueue, limits.deadlineMs)
      },
      onReplayed: (events) => {
        refusal = null
        deps.onReplayed(events)
      },
      onFailure: (events, thrown) => {
        deps.onFailure(events, thrown)
        keepQueue()
      },
      onEnd,
    },
    limits.replay,
  )

  function pump(): void {
    isPumping = false
    while (!isSpooling && inWork.size < limits.inFlight) {
      if (unsettled >= limits.stuck) return divert(new Error('earlier writes have not come back'))
      const batch = queue.take(limits.batch)
      if (batch === null) break
      inWork.add(batch)
      void writeDirectly(batch)
    }
  }

  // One turn later: what came in the same turn of the loop goes into the same transaction.
  function pumpSoon(): void {
    if (isPumping) return
    isPumping = true
    setImmediate(pump)
  }

  async function writeDirectly(batch: Batch): Promise<void> {
    const signal = AbortSignal.timeout(limits.deadlineMs)
    try {
      const events = batch.queued.map(({ event }) => event)
      const written = settled(store(events, signal)).then(() => {
        refusal = null
        for (const { settle } of batch.queued) settle('recorded')
      })
      await within(limits.deadlineMs, written)
    } catch (thrown) {
      deps.onFailure(batch.queued.length, thrown)
      // Unless another one has taken it along already.
      if (inWork.has(batch)) divert(thrown)
    }
    if (inWork.delete(batch)) queue.done(batch)
    pump()
  }

  async function settled(writing: Promise<void>): Promise<void> {
    unsettled += 1
    try {
      await writing
    } finally {
      unsettled -= 1
    }
  }

  function divert(thrown: unknown): void {
    if (!isSpooling) deps.onFilling(thrown)
    isSpooling = true
    const begun = [...inWork]
    inWork.clear()
    for (const batch of begun) {
      queue.done(batch)
      for (const queued of batch.queued) keep(queued)
    }
    keepQueue()
  }

  function keepQueue(): void {
    if (isClosing !== null) clearTimeout(isClosing)
    isClosing = null
    for (const queued of queue.drain()) keep(queued)
  }

  function keep({ event, settle }: Queued): void {
    keeping += 1
    void spool.append(encodeEvent(event)).then((kept) => {
      keeping -= 1
      refusal = kept.ok ? null : kept.reason
      if (kept.ok) deps.onKept()
      else deps.onRefused(kept.reason)
      settle(kept.ok ? 'recorded' : 'failed')
      replay.wake()
    })
  }

  function onEnd(): void {
    if (!spool.isEmpty) {
      // One is on its way to the disk, and wakes the replay when it is there; or it was just there.
      if (spool.lines > 0) setImmediate(() => replay.wake())
      return
    }
    if (isClosing !== null) clearTimeout(isClosing)
    isClosing = null
    if (isSpooling && refusal === null) deps.onDrained()
    isSpooling = false
    pump()
  }

  function wake(): void {
    if (spool.isEmpty) return
    isSpooling = true
    replay.wake()
  }

  return {
    write(event) {
      if (queue.size + keeping >= limits.waiting) return Promise.resolve('full')
      return new Promise((settle) => {
        const queued = { event, settle }
        if (isSpooling && isClosing === null) return keep(queued)
        queue.add(queued)
        pumpSoon()
      })
    },
    wake,
    async stop() {
      await replay.stop()
      keepQueue()
    },
    get waiting() {
      return queue.size + keeping
    },
    problem: () => refusal,
  }
}
