import { AppError, reasonOf } from '#core/error.ts'
import type { Log } from '#core/log.ts'
import type { Database } from './connection.ts'

/** A value of the database held in memory: fresh while it answers, as it was while it does not. */
export interface Live<T> {
  readonly value: T
  readonly loaded: boolean
  /** Loads once and follows; rejects if the database is away at this first time. */
  start(): Promise<void>
  stop(): Promise<void>
  /** Loads now; resolves when what was committed before the call is in `value`. */
  refresh(): Promise<void>
}

export interface LiveOptions<T> {
  readonly database: Database
  readonly log: Log
  /** Names the value in log lines. */
  readonly name: string
  /** Channels of NOTIFY after which to load again. */
  readonly channels: readonly string[]
  readonly initial: T
  readonly load: () => Promise<T>
  readonly onChange?: (value: T) => void
  /** Loads at least this often, in case a notification was lost. */
  readonly pollMs?: number
}

const POLL_MS = 30_000

export function createLive<T>(options: LiveOptions<T>): Live<T> {
  const { database, log, name, channels, load, onChange } = options
  let value = options.initial
  let loaded = false
  let running: Promise<void> | null = null
  let next: Promise<void> | null = null
  let unlisten: readonly (() => Promise<void>)[] = []
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  async function loadNow(): Promise<void> {
    const fresh = await load()
    if (stopped) return
    value = fresh
    loaded = true
    onChange?.(fresh)
  }

  // However many ask while a load runs, one more load afterwards serves them all.
  function refresh(): Promise<void> {
    if (running !== null) {
      next ??= running.then(refresh, refresh).finally(() => {
        next = null
      })
      return next
    }
    running = loadNow().finally(() => {
      running = null
    })
    return running
  }

  function follow(): void {
    refresh().catch((thrown: unknown) => {
      if (!stopped) log.warn('live.reload-failed', { what: name, reason: reasonOf(thrown) })
    })
  }

  return {
    get value() {
      return value
    },
    get loaded() {
      return loaded
    },
    async start() {
      try {
        const listening = channels.map((channel) =>
          // Called again after each reconnection: what was notified meanwhile is not lost.
          database.sql.listen(channel, follow, () => {
            if (loaded) follow()
          }),
        )
        unlisten = (await Promise.all(listening)).map((meta) => meta.unlisten)
        await refresh()
      } catch (thrown) {
        throw new AppError('live', `${name} could not be loaded: ${reasonOf(thrown)}`, {
          cause: thrown,
        })
      }
      timer = setInterval(follow, options.pollMs ?? POLL_MS)
    },
    async stop() {
      stopped = true
      clearInterval(timer)
      await Promise.all(unlisten.map((end) => end().catch(() => {})))
      await running?.catch(() => {})
    },
    refresh,
  }
}
