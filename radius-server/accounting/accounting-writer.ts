import type { Spool } from '#core/spool.ts'
import { encodeEvent } from '#db/event-line.ts'
import type { Journal } from '#db/journal.ts'
import type { AccountingEvent } from '#db/log-event.ts'
import { REPLAY_LIMITS, createReplay } from './accounting-replay.ts'

export interface WriterLimits {
  /** What waits to be written; more than this is dropped, and the gateway sends it again. */
  readonly waiting: number
  /** Events in one append. */
  readonly batch: number
  /** One is at the disk while the next is gathered. */
  readonly inFlight: number
  /**
   * So many must wait for an append beside the one in work: fewer gain nothing by a commit of their own,
   * which costs as much CPU as that of many.
   */
  readonly worthwhile: number
  readonly replay: { readonly [K in keyof typeof REPLAY_LIMITS]: number }
}

export const WRITER_LIMITS: WriterLimits = {
  waiting: 10_000,
  batch: 500,
  inFlight: 2,
  worthwhile: 32,
  replay: REPLAY_LIMITS,
}

/** Gateways send again after three seconds or so: before that the spool must have answered. */
export const JOURNAL_DEADLINE_MS = 2_000

export type WriteResult =
  /** On disk: in the journal or in the spool. */
  | 'recorded'
  /** The database is away and the spool takes no more. */
  | 'failed'
  | 'full'

export interface AccountingWriter {
  /** Calls back when it is known whether the event is on disk; nothing else may be acknowledged. */
  write(event: AccountingEvent, settle: (result: WriteResult) => void): void
  /** Looks into the spool: to begin with what was left there, and after something was adopted. */
  wake(): void
  /** To be called when nothing more is written: what is in the spool stays for the next start. */
  stop(): Promise<void>
  readonly waiting: number
  /** When the spool refused last and nothing was kept since, its reason. */
  problem(): string | null
}

export interface WriterDeps {
  readonly journal: Pick<Journal, 'append'>
  readonly spool: Pick<Spool, 'append' | 'next' | 'done' | 'isEmpty' | 'lines'>
  readonly onBatch: (events: number) => void
  /** Told of each append that the database did not do, with what it said. */
  readonly onFailure: (events: number, thrown: unknown) => void
  /** The first event goes through the spool; what was written at the time comes with a reason. */
  readonly onFilling: (thrown: unknown) => void
  readonly onKept: () => void
  readonly onRefused: (reason: string) => void
  readonly onReplayed: (events: number) => void
  /** The spool is empty again. */
  readonly onDrained: () => void
}

interface Queued {
  readonly line: string
  readonly settle: (result: WriteResult) => void
}

/**
 * Group commit: while one append is written the next one gathers, so a thousand gateways share a disk
 * flush instead of having one each.
 *
 * When an append fails or is late, all that is in work and all that waits goes to the spool, and what
 * comes after it goes behind it, so that the order holds, until replay has reached the end. An append
 * that was given up may still be committed: what the journal has twice the log has once.
 */
export function createAccountingWriter(
  deps: WriterDeps,
  limits: WriterLimits = WRITER_LIMITS,
): AccountingWriter {
  const { journal, spool } = deps
  let queue: Queued[] = []
  /**
   * What is being written directly, in the order in which it was begun. Not a Set: one that is always added
   * to and taken from makes its table anew, each points to the next, and once the first is old the collector
   * takes all that waits for alive, and moves it twice.
   */
  let inWork: readonly (readonly Queued[])[] = []
  let isSpooling = false
  /** Replay is at the last batch: what comes now waits in the queue for its end. */
  let isClosing = false
  let keeping = 0
  let isPumping = false
  let refusal: string | null = null

  const replay = createReplay(
    {
      spool,
      store: (lines) => journal.append(lines),
      onLastBatch: () => {
        isClosing = true
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
    while (!isSpooling && mayBegin()) {
      const batch = queue.splice(0, limits.batch)
      inWork = inWork.concat([batch])
      void writeDirectly(batch)
    }
  }

  function mayBegin(): boolean {
    if (inWork.length === 0) return queue.length > 0
    return inWork.length < limits.inFlight && queue.length >= limits.worthwhile
  }

  // One turn later: what came in the same turn of the loop goes into the same append.
  function pumpSoon(): void {
    if (isPumping) return
    isPumping = true
    setImmediate(pump)
  }

  async function writeDirectly(batch: readonly Queued[]): Promise<void> {
    try {
      await journal.append(batch.map(({ line }) => line))
      refusal = null
      if (inWork.includes(batch)) {
        inWork = inWork.filter((other) => other !== batch)
        for (const { settle } of batch) settle('recorded')
      }
      deps.onBatch(batch.length)
    } catch (thrown) {
      deps.onFailure(batch.length, thrown)
      // Unless another one has taken it along already.
      if (inWork.includes(batch)) divert(thrown)
    }
    pump()
  }

  function divert(thrown: unknown): void {
    if (!isSpooling) deps.onFilling(thrown)
    isSpooling = true
    const begun = inWork
    inWork = []
    for (const batch of begun) for (const queued of batch) keep(queued)
    keepQueue()
  }

  function keepQueue(): void {
    isClosing = false
    const waiting = queue
    queue = []
    for (const queued of waiting) keep(queued)
  }

  function keep({ line, settle }: Queued): void {
    keeping += 1
    void spool.append(line).then((kept) => {
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
    isClosing = false
    if (isSpooling && refusal === null) deps.onDrained()
    isSpooling = false
    pump()
  }

  return {
    write(event, settle) {
      if (queue.length + keeping >= limits.waiting) return settle('full')
      const queued = { line: encodeEvent(event), settle }
      if (isSpooling && !isClosing) return keep(queued)
      queue.push(queued)
      pumpSoon()
    },
    wake() {
      if (spool.isEmpty) return
      isSpooling = true
      replay.wake()
    },
    async stop() {
      await replay.stop()
      keepQueue()
    },
    get waiting() {
      return queue.length + keeping
    },
    problem: () => refusal,
  }
}
