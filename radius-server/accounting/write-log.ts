import type { Clock } from '#core/clock.ts'
import { reasonOf } from '#core/error.ts'
import type { Log } from '#core/log.ts'
import { createLogLimit } from '#core/log-limit.ts'
import type { RadiusMetrics } from '../metrics.ts'
import type { WriterDeps } from './accounting-writer.ts'

type Told = Pick<
  WriterDeps,
  'onBatch' | 'onFailure' | 'onFilling' | 'onKept' | 'onRefused' | 'onReplayed' | 'onDrained'
>

/** What operators hear of the writer. A database that is away comes back; a full disk needs a person. */
export function createWriteLog(log: Log, metrics: RadiusMetrics, clock: Clock): Told {
  const mayLog = {
    failed: createLogLimit(clock),
    full: createLogLimit(clock),
  }
  let replayed = 0
  return {
    onBatch(records) {
      metrics.recorded.inc(records)
      metrics.recordBatches.inc()
    },
    onFailure(events, thrown) {
      const heldBack = mayLog.failed()
      if (heldBack === null) return
      log.warn('radius.accounting.failed', { events, reason: reasonOf(thrown), heldBack })
    },
    onFilling(thrown) {
      replayed = 0
      log.warn('radius.spool.filling', { reason: reasonOf(thrown) })
    },
    onKept() {
      metrics.spoolAppends.inc()
    },
    onRefused(reason) {
      metrics.spoolRefused.inc()
      const heldBack = mayLog.full()
      if (heldBack === null) return
      log.error('radius.spool.full', { reason, heldBack })
    },
    onReplayed(events) {
      metrics.spoolReplayed.inc(events)
      replayed += events
    },
    onDrained() {
      log.info('radius.spool.drained', { replayed })
    },
  }
}
