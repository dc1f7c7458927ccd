import { AppError, reasonOf } from '#core/error.ts'
import { within } from '#core/lifecycle.ts'
import type { Log } from '#core/log.ts'
import type { Database } from './connection.ts'
import type { Snapshot } from './snapshot.ts'

/** A value of the database held in memory: fresh while it answers, as it was while it does not. */
export interface Live<T> {
  readonly value: T
  readonly loaded: boolean
  /**
   * Loads once and follows. Where the database does not answer at once at this first time it begins with the
   * snapshot and goes on trying; where there is none it waits, and rejects.
   */
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
  /** Another when `load` would give something else; without it each look is a load. */
  readonly mark?: () => Promise<string>
  readonly onChange?: (value: T) => void
  /** Loads at least this often, in case a notification was lost. */
  readonly pollMs?: number
  /** How often it looks whether the database is there, after it began without. */
  readonly retryMs?: number
  /** What it begins with where there is no database. */
  readonly snapshot?: Snapshot<T>
  /** How long it waits for the database at the start, where there is a snapshot. */
  readonly patienceMs?: number
}

const POLL_MS = 30_000
const RETRY_MS = 5_000
const PING_MS = 10_000
/** Whoever asks a resolver that has just been started gives it some seconds. */
const PATIENCE_MS = 1_000

export function createLive<T>(options: LiveOptions<T>): Live<T> {
  const { database, log, name, channels, load, onChange } = options
  let value = options.initial
  /** Of `value`; null: to be loaded, whatever is there. */
  let mark: string | null = null
  let loaded = false
  let running: Promise<void> | null = null
  let next: Promise<void> | null = null
  let unlisten: readonly (() => Promise<void>)[] = []
  let timer: NodeJS.Timeout | undefined
  let stopped = false

  function use(fresh: T): void {
    value = fresh
    loaded = true
    onChange?.(fresh)
  }

  async function loadNow(): Promise<void> {
    // Before the rows: what changes between the two is loaded once more, and never missed.
    const now = (await options.mark?.()) ?? null
    if (stopped || (now !== null && now === mark)) return
    const fresh = await load()
    if (stopped) return
    use(fresh)
    mark = now
    options.snapshot?.write(fresh).catch((thrown: unknown) => {
      mark = null
      log.warn('live.snapshot-failed', { what: name, reason: reasonOf(thrown) })
    })
  }

  // However many ask while a load runs, one more load afterwards serves them all.
  function refresh(): Promise<void> {
    if (running !== null) {
      next ??= running.then(again, again)
      return next
    }
    running = loadNow().finally(() => {
      running = null
    })
    return running
  }

  // From its beginning it serves nobody who asks later: it may have read what they mean already.
  function again(): Promise<void> {
    next = null
    return refresh()
  }

  function follow(): void {
    refresh().catch((thrown: unknown) => {
      if (!stopped) log.warn('live.reload-failed', { what: name, reason: reasonOf(thrown) })
    })
  }

  async function connect(): Promise<void> {
    // The library would remember a LISTEN that failed with its first connection, and never ask again.
    if (options.snapshot !== undefined && !(await within(PING_MS, database.ping()))) {
      throw new Error('the database does not answer')
    }
    const listening = channels.map((channel) =>
      // Called again after each reconnection: what was notified meanwhile is not lost.
      database.sql.listen(channel, follow, () => {
        if (loaded) follow()
      }),
    )
    unlisten = (await Promise.all(listening)).map((meta) => meta.unlisten)
    await refresh()
    if (!stopped) timer = setInterval(follow, options.pollMs ?? POLL_MS)
  }

  function connectLater(): void {
    if (stopped) return
    timer = setTimeout(() => void connect().catch(connectLater), options.retryMs ?? RETRY_MS)
  }

  return {
    get value() {
      return value
    },
    get loaded() {
      return loaded
    },
    async start() {
      const kept = options.snapshot?.read() ?? null
      const connecting = connect()
      try {
        const isKept = kept !== null && kept.ok
        await (isKept ? within(options.patienceMs ?? PATIENCE_MS, connecting) : connecting)
      } catch (thrown) {
        const reason = reasonOf(thrown)
        if (kept === null || !kept.ok) {
          const beside = kept === null ? '' : `; ${kept.reason}`
          throw new AppError('live', `${name} could not be loaded: ${reason}${beside}`, {
            cause: thrown,
          })
        }
        if (!loaded) {
          log.warn('live.snapshot-used', { what: name, reason })
          use(kept.value)
        }
        connecting.catch(connectLater)
      }
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
