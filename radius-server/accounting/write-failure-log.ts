import type { Clock } from '#core/clock.ts'
import { reasonOf } from '#core/error.ts'
import type { Log } from '#core/log.ts'
import { createLogLimit } from '../log-limit.ts'
import type { WriterDeps } from './accounting-writer.ts'

/** A refused record is a mistake of ours that someone must look at; a database that is away comes back. */
export function createWriteFailureLog(log: Log, clock: Clock): WriterDeps['onFailure'] {
  const mayLog = { refused: createLogLimit(clock), failed: createLogLimit(clock) }
  return (result, events, thrown) => {
    const heldBack = mayLog[result]()
    if (heldBack === null) return
    const fields = { events, reason: reasonOf(thrown), heldBack }
    if (result === 'refused') log.error('radius.accounting.refused', fields)
    else log.warn('radius.accounting.failed', fields)
  }
}
