import { setTimeout as sleep } from 'node:timers/promises'
import type { Fold } from './fold.ts'

export const LOOP_LIMITS = {
  /**
   * Between two transactions: what comes meanwhile goes into one, and the packets of one session
   * become one write. So long a connection may be acknowledged and not found yet.
   */
  pauseMs: 250,
  /** Another process is at it. */
  busyMs: 1_000,
  backOffMs: 250,
  longestBackOffMs: 5_000,
} as const

export interface FoldLoop {
  start(): void
  /** Ends after the transaction in work. What is in the journal stays for the next. */
  stop(): Promise<void>
}

export interface FoldLoopDeps {
  readonly fold: Fold
  readonly onFolded: (events: number) => void
  /** It is tried again, with a growing pause. */
  readonly onFailure: (thrown: unknown) => void
  /** After failures. */
  readonly onRecovery: () => void
}

export function createFoldLoop(
  deps: FoldLoopDeps,
  limits: { readonly [K in keyof typeof LOOP_LIMITS]: number } = LOOP_LIMITS,
): FoldLoop {
  const stopping = new AbortController()
  let running: Promise<void> | null = null

  async function run(): Promise<void> {
    let pause: number = limits.backOffMs
    let hasFailed = false
    while (!stopping.signal.aborted) {
      try {
        const folded = await deps.fold.step()
        if (hasFailed) deps.onRecovery()
        hasFailed = false
        pause = limits.backOffMs
        if (folded === 'busy') await rest(limits.busyMs)
        else {
          if (folded > 0) deps.onFolded(folded)
          await rest(limits.pauseMs)
        }
      } catch (thrown) {
        hasFailed = true
        deps.onFailure(thrown)
        await rest(pause)
        pause = Math.min(pause * 2, limits.longestBackOffMs)
      }
    }
  }

  async function rest(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: stopping.signal }).catch(() => {})
  }

  return {
    start() {
      running ??= run()
    },
    async stop() {
      stopping.abort()
      await running
    },
  }
}
