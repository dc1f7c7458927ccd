import { within } from '#core/lifecycle.ts'
import type { Spool } from '#core/spool.ts'

export const REPLAY_LIMITS = {
  /** More than a direct batch, so that replay is faster than what arrives meanwhile. */
  batch: 2_000,
  backOffMs: 250,
  longestBackOffMs: 5_000,
  /** How long a stop waits for the batch in work; it is in the spool still, and comes again. */
  stopMs: 3_000,
} as const

export interface ReplayDeps {
  readonly spool: Pick<Spool, 'next' | 'done' | 'lines'>
  readonly store: (lines: readonly string[]) => Promise<void>
  /**
   * The database takes what it is given, and what is being replayed is all there is: who waits a
   * moment need not go through the spool.
   */
  readonly onLastBatch: () => void
  readonly onReplayed: (events: number) => void
  readonly onFailure: (events: number, thrown: unknown) => void
  /** Nothing durable is left. */
  readonly onEnd: () => void
}

/** Brings the spool into the journal in order, with a growing pause while the database is away. */
export interface Replay {
  /** Begins, if it is not at it. */
  wake(): void
  /** Ends after the batch in work, if that does not take long. */
  stop(): Promise<void>
}

export function createReplay(
  deps: ReplayDeps,
  limits: { readonly [K in keyof typeof REPLAY_LIMITS]: number } = REPLAY_LIMITS,
): Replay {
  const stopping = Promise.withResolvers<void>()
  let isStopped = false
  let running: Promise<void> | null = null

  async function run(): Promise<void> {
    let isDatabaseBack = false
    let pause: number = limits.backOffMs
    // Halved when it fails: a batch that is too much for the deadline must not be tried for ever.
    let size: number = limits.batch
    while (!isStopped) {
      let events = 0
      try {
        const batch = await deps.spool.next(size)
        if (batch === null) break
        events = batch.lines.length
        if (isDatabaseBack && events === deps.spool.lines) deps.onLastBatch()
        if (events > 0) await deps.store(batch.lines)
        await deps.spool.done(batch)
        deps.onReplayed(events)
        isDatabaseBack = true
        pause = limits.backOffMs
        size = limits.batch
      } catch (thrown) {
        isDatabaseBack = false
        deps.onFailure(events, thrown)
        await rest(pause)
        size = Math.max(1, size >> 1)
        pause = Math.min(pause * 2, limits.longestBackOffMs)
      }
    }
    running = null
    if (!isStopped) deps.onEnd()
  }

  async function rest(ms: number): Promise<void> {
    const timer = Promise.withResolvers<void>()
    const handle = setTimeout(timer.resolve, ms)
    await Promise.race([timer.promise, stopping.promise])
    clearTimeout(handle)
  }

  return {
    wake() {
      if (!isStopped) running ??= run()
    },
    async stop() {
      isStopped = true
      stopping.resolve()
      if (running !== null) await within(limits.stopMs, running).catch(() => {})
    },
  }
}
