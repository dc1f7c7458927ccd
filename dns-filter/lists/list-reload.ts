import { reasonOf } from '#core/error.ts'
import type { Log } from '#core/log.ts'
import type { ListHead } from '#db/lists.ts'
import type { ListCompiler } from './compiler.ts'
import type { ListIndex } from './list-index.ts'

/** Keeps the compiled lists in step with the house, one compilation at a time. */
export interface ListReload {
  /** Compiles if these differ from what is compiled; the newest wish wins. */
  want(heads: readonly ListHead[]): void
  /** Resolves when nothing is left to compile. */
  settled(): Promise<void>
  /** Why names pass that should not; null when each list blocks, if only as it was before. */
  failure(): string | null
  /** Lists that are wanted and not in what serves: the next compilation brings them. */
  readonly pending: number
  stop(): void
}

/** After a failure, which may be the database's; until then the old lists stay. Each time twice as long. */
const RETRY_MS = 5_000
const LONGEST_RETRY_MS = 300_000

export function createListReload(options: {
  readonly compiler: ListCompiler
  readonly onCompiled: (lists: ListIndex) => void
  readonly log: Log
  readonly retryMs?: number
}): ListReload {
  const { compiler, onCompiled, log } = options
  let wanted: readonly ListHead[] | null = null
  let compiled: string | null = null
  let failure: string | null = 'the lists have not been compiled yet'
  /** The newest wish, also while it is compiled. */
  let newest: readonly ListHead[] = []
  /** Of what serves. With none of them nothing is blocked. */
  let serving: ReadonlySet<string> = new Set()
  let running: Promise<void> | null = null
  let retry: NodeJS.Timeout | undefined
  let isStopped = false
  const firstRetryMs = options.retryMs ?? RETRY_MS
  let retryMs = firstRetryMs

  async function run(): Promise<void> {
    while (wanted !== null && !isStopped) {
      const heads = wanted
      wanted = null
      const fingerprint = JSON.stringify(heads)
      if (fingerprint === compiled) continue
      try {
        const started = performance.now()
        const { lists, reports, failures } = await compiler.compile(heads)
        if (isStopped) return
        onCompiled(lists)
        serving = new Set(heads.map(({ name }) => name))
        compiled = failures.length === 0 ? fingerprint : null
        if (failures.length === 0) retryMs = firstRetryMs
        const missing = failures.find((failed) => failed.isMissing)
        failure = missing ? `list "${missing.list}" could not be read: ${missing.reason}` : null
        for (const { list, report } of reports) {
          const { lines, names, unusable, faults } = report
          log.info('dns.list.read', { list, lines, names, unusable, faults })
        }
        const ms = Math.round(performance.now() - started)
        log.info('dns.lists.compiled', { names: lists.names, bytes: lists.bytes, ms })
        for (const { list, reason } of failures) log.warn('dns.lists.failed', { list, reason })
      } catch (thrown) {
        compiled = null
        log.warn('dns.lists.failed', { reason: reasonOf(thrown) })
        if (serving.size === 0) await serveLastGood(heads, reasonOf(thrown))
      }
      if (compiled === null && wanted === null) {
        retry = setTimeout(() => want(heads), retryMs)
        retryMs = Math.min(retryMs * 2, LONGEST_RETRY_MS)
        return
      }
    }
  }

  /** At a start: what blocked before is better than nothing. */
  async function serveLastGood(heads: readonly ListHead[], reason: string): Promise<void> {
    failure = `the lists could not be compiled: ${reason}`
    const lists = await compiler.lastGood(heads).catch(() => null)
    if (lists === null || lists.names === 0 || isStopped) return
    onCompiled(lists)
    serving = new Set(lists.lists.map(({ name }) => name))
    failure = null
    log.info('dns.lists.last-good', { names: lists.names, bytes: lists.bytes })
  }

  function want(heads: readonly ListHead[]): void {
    clearTimeout(retry)
    if (isStopped) return
    wanted = heads
    newest = heads
    running ??= run().finally(() => {
      running = null
      if (wanted !== null) want(wanted)
    })
  }

  return {
    want,
    async settled() {
      await running
    },
    failure() {
      if (failure !== null) return failure
      const [first] = newest
      // Beside a blob that blocks, a new list is not worth that every node goes away at once for it.
      if (first === undefined || serving.size > 0) return null
      return newest.length === 1
        ? `list "${first.name}", the first there is, is being compiled`
        : `the first ${newest.length} lists are being compiled`
    },
    get pending() {
      return newest.filter(({ name }) => !serving.has(name)).length
    },
    stop() {
      isStopped = true
      clearTimeout(retry)
    },
  }
}
