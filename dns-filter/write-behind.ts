import { reasonOf } from '#core/error.ts'
import type { Log } from '#core/log.ts'

/** Writes what has gathered in memory now and then, off the path of a query. */
export interface WriteBehind {
  start(): void
  /** Writes what is left. */
  stop(): Promise<void>
}

export function createWriteBehind<T>(options: {
  readonly log: Log
  /** Names it in log lines. */
  readonly what: string
  readonly everyMs: number
  readonly take: () => readonly T[]
  readonly write: (taken: readonly T[]) => Promise<void>
  /** What could not be written. */
  readonly giveBack: (taken: readonly T[]) => void
}): WriteBehind {
  const { log, what, everyMs, take, write, giveBack } = options
  let timer: NodeJS.Timeout | undefined
  let writing: Promise<void> | null = null

  async function writeNow(): Promise<void> {
    const taken = take()
    if (taken.length === 0) return
    try {
      await write(taken)
    } catch (thrown) {
      giveBack(taken)
      log.warn('dns.write-failed', { what, reason: reasonOf(thrown) })
    }
  }

  /** One at a time: a slow database must not be asked twice. */
  function turn(): Promise<void> {
    writing ??= writeNow().finally(() => {
      writing = null
    })
    return writing
  }

  return {
    start() {
      timer = setInterval(() => void turn(), everyMs)
      timer.unref()
    },
    async stop() {
      clearInterval(timer)
      await writing
      await turn()
    },
  }
}
