import { setTimeout as sleep } from 'node:timers/promises'
import { FOLD_LIMITS } from './fold.ts'
import type { Fold } from './fold.ts'
import type { FoldPace, Pace } from './fold-pace.ts'
import type { JournalSight } from './journal-sight.ts'

export const LOOP_LIMITS = {
  /**
   * Between two transactions: what comes meanwhile goes into one, and the packets of one session
   * become one write. So long a connection may be acknowledged and not found yet, longer in a burst.
   */
  pauseMs: 250,
  /** Another process is at it. */
  busyMs: 1_000,
  backOffMs: 250,
  longestBackOffMs: 5_000,
} as const

export interface FoldLoop {
  start(): void
  /** Somebody waits until what is in the journal up to this number is in the log. */
  want(last: bigint): void
  /** Ends after the transaction in work. What is in the journal stays for the next. */
  stop(): Promise<void>
}

export interface FoldLoopDeps {
  readonly fold: Fold
  readonly look: () => Promise<JournalSight>
  readonly pace: FoldPace
  /** Told when it changes. */
  readonly onPace: (pace: Pace) => void
  readonly onFolded: (events: number, pace: Pace) => void
  /** It is tried again, with a growing pause. */
  readonly onFailure: (thrown: unknown) => void
  /** After failures. */
  readonly onRecovery: () => void
}

export function createFoldLoop(
  deps: FoldLoopDeps,
  limits: { readonly [K in keyof typeof LOOP_LIMITS]: number } = LOOP_LIMITS,
): FoldLoop {
  let isStopping = false
  let resting = new AbortController()
  let running: Promise<void> | null = null
  let pace: Pace = 'empty'

  async function run(): Promise<void> {
    let pause: number = limits.backOffMs
    let hasFailed = false
    while (!isStopping) {
      try {
        const ms = await turn()
        if (hasFailed) deps.onRecovery()
        hasFailed = false
        pause = limits.backOffMs
        await rest(ms)
      } catch (thrown) {
        hasFailed = true
        deps.onFailure(thrown)
        await rest(pause)
        pause = Math.min(pause * 2, limits.longestBackOffMs)
      }
    }
  }

  /** Gives the time until the next. */
  async function turn(): Promise<number> {
    const before = pace
    pace = deps.pace.next(await deps.look())
    if (pace !== before) deps.onPace(pace)
    if (pace === 'empty' || pace === 'burst') return limits.pauseMs
    const folded = await deps.fold.step()
    if (folded === 'busy') return limits.busyMs
    if (folded > 0) deps.onFolded(folded, pace)
    deps.pace.folded(folded)
    // A full step leaves more behind: the pace says at once whether that may wait.
    return folded >= FOLD_LIMITS.events ? 0 : limits.pauseMs
  }

  async function rest(ms: number): Promise<void> {
    if (isStopping || ms === 0) return
    resting = new AbortController()
    await sleep(ms, undefined, { signal: resting.signal }).catch(() => {})
  }

  return {
    start() {
      running ??= run()
    },
    want(last) {
      deps.pace.want(last)
      resting.abort()
    },
    async stop() {
      isStopping = true
      resting.abort()
      await running
    },
  }
}
