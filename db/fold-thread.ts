import { Worker } from 'node:worker_threads'
import type { Clock } from '#core/clock.ts'
import { reasonOf } from '#core/error.ts'
import { within } from '#core/lifecycle.ts'
import type { Log } from '#core/log.ts'
import { createLogLimit } from '#core/log-limit.ts'
import type { Metrics } from '#core/metrics.ts'
import type { Pace } from './fold-pace.ts'
import type { FoldNews, FoldWork } from './fold-worker.ts'

const LIMITS = {
  restartMs: 5_000,
  /** A step's events live until its end: in less they would be moved again and again. */
  youngMb: 64,
  stopMs: 8_000,
} as const

const PRESSED = ['age', 'depth', 'reader'] as const satisfies readonly Pace[]

function isPressed(pace: Pace): pace is (typeof PRESSED)[number] {
  return PRESSED.some((one) => one === pace)
}

/** The thread that brings the journal into the log, as the role `jobs` has it. */
export interface FoldThread {
  start(): void
  stop(): Promise<void>
  /** The sentence that says why the log is behind; null when it is not. */
  problem(): string | null
}

export function createFoldThread(options: {
  work: FoldWork
  log: Log
  metrics: Metrics
  clock: Clock
  restartMs?: number
}): FoldThread {
  const { work, log, metrics, clock, restartMs = LIMITS.restartMs } = options
  const folded = metrics.counter(
    'accueil_log_folded_total',
    'Events brought from the journal into the log by this process.',
  )
  const quarantined = metrics.counter(
    'accueil_log_quarantined_total',
    'Events that the log refused, in log.quarantine.',
  )
  const depth = { events: 0, oldest: null as number | null }
  metrics.gauge(
    'accueil_journal_events',
    'Acknowledged, and not in the log yet.',
    () => depth.events,
  )
  metrics.gauge('accueil_journal_age_seconds', 'Age of the oldest of them.', () =>
    depth.oldest === null ? 0 : Math.max(0, (clock() - depth.oldest) / 1000),
  )
  let pace: Pace = 'empty'
  metrics.gauge(
    'accueil_log_fold_gives_way',
    '1 while a burst is acknowledged first, and brought into the log afterwards.',
    () => (pace === 'burst' ? 1 : 0),
  )
  const pressed = metrics.counters(
    'accueil_log_fold_pressed_total',
    'Times that a part was brought into the log in the midst of a burst, by what did not let it wait.',
    'by',
    PRESSED,
  )
  const mayLog = { failed: createLogLimit(clock), quarantined: createLogLimit(clock) }
  let failure: string | null = null
  /** Why the last thread ended, until the next one has something to say. */
  let ended: string | null = null
  let worker: Worker | null = null
  let restart: NodeJS.Timeout | undefined
  let isStopping = false

  function hear(news: FoldNews): void {
    ended = null
    switch (news.kind) {
      case 'folded':
        folded.inc(news.events)
        if (isPressed(news.pace)) pressed[news.pace].inc()
        return
      case 'pace':
        pace = news.pace
        return
      case 'depth':
        depth.events = news.events
        depth.oldest = news.oldest
        return
      case 'recovered':
        failure = null
        log.info('log.fold.recovered', {})
        return
      case 'failed': {
        failure = news.reason
        const heldBack = mayLog.failed()
        if (heldBack !== null) log.warn('log.fold.failed', { reason: news.reason, heldBack })
        return
      }
      case 'quarantined': {
        quarantined.inc()
        const heldBack = mayLog.quarantined()
        const { gateway, reason } = news
        if (heldBack !== null) log.error('log.fold.quarantined', { gateway, reason, heldBack })
      }
    }
  }

  function start(): void {
    const started = new Worker(new URL('./fold-worker.ts', import.meta.url), {
      workerData: work,
      resourceLimits: { maxYoungGenerationSizeMb: LIMITS.youngMb },
    })
    worker = started
    started.on('message', hear)
    let reason = 'its thread ended'
    started.on('error', (thrown) => {
      reason = reasonOf(thrown)
    })
    started.on('exit', () => {
      worker = null
      pace = 'empty'
      if (isStopping) return
      failure = null
      ended = reason
      log.error('log.fold.ended', { reason })
      restart = setTimeout(start, restartMs)
    })
  }

  return {
    start,
    async stop() {
      isStopping = true
      clearTimeout(restart)
      const running = worker
      if (running === null) return
      const exited = new Promise<void>((resolve) => running.once('exit', () => resolve()))
      running.postMessage('stop')
      try {
        await within(LIMITS.stopMs, exited)
      } catch {
        await running.terminate()
      }
    },
    problem() {
      const reason = failure ?? ended
      return reason === null ? null : `the journal is not brought into the log: ${reason}`
    },
  }
}
