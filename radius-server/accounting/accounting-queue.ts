import type { AccountingRecord, GatewayRestart } from '#db/accounting-record.ts'
import type { AccountingEvent } from './accounting-record.ts'

export interface Queued {
  readonly event: AccountingEvent
  /** The first call counts. */
  readonly settle: (result: 'recorded' | 'failed') => void
}

/** What may be written now: some records in one transaction, or one restart alone. */
export type Batch =
  | {
      readonly kind: 'records'
      readonly queued: readonly Queued[]
      readonly records: readonly AccountingRecord[]
    }
  | {
      readonly kind: 'restart'
      readonly queued: readonly Queued[]
      readonly restart: GatewayRestart
    }

/**
 * Decides what may be written beside what is being written. Two transactions never hold the same
 * session, or they would wait for each other and write in the wrong order; a gateway's restart ends
 * every session before it and none after it, so it waits for the ones and holds up the others.
 */
export interface AccountingQueue {
  add(queued: Queued): void
  /** Null if nothing may go now. */
  take(limit: number): Batch | null
  done(batch: Batch): void
  /** Empties it; oldest first. */
  drain(): readonly Queued[]
  readonly size: number
}

export function createAccountingQueue(): AccountingQueue {
  let waiting: Queued[] = []
  const sessionsBeingWritten = new Set<string>()
  /** How many writes each gateway has a part in. */
  const gatewaysBeingWritten = new Map<string, number>()
  const gatewaysRestarting = new Set<string>()

  function mark(batch: Batch): void {
    if (batch.kind === 'restart') {
      gatewaysRestarting.add(batch.restart.gateway)
      return
    }
    for (const record of batch.records) sessionsBeingWritten.add(sessionOf(record))
    for (const gateway of gatewaysOf(batch.records)) {
      gatewaysBeingWritten.set(gateway, (gatewaysBeingWritten.get(gateway) ?? 0) + 1)
    }
  }

  return {
    add(queued) {
      waiting.push(queued)
    },
    take(limit) {
      const queued: Queued[] = []
      const records: AccountingRecord[] = []
      const left: Queued[] = []
      const gatewaysPassed = new Set<string>()
      const gatewaysHeld = new Set<string>()
      let restart: GatewayRestart | null = null
      let at = 0
      for (; at < waiting.length && records.length < limit && restart === null; at += 1) {
        const next = waiting[at]
        if (next === undefined) break
        const gateway = gatewayOf(next.event)
        const isHeld = gatewaysHeld.has(gateway) || gatewaysRestarting.has(gateway)
        if (next.event.kind === 'restart') {
          const isFirst = !gatewaysPassed.has(gateway) && !gatewaysBeingWritten.has(gateway)
          if (isHeld || !isFirst || records.length > 0) {
            gatewaysHeld.add(gateway)
            left.push(next)
          } else {
            restart = next.event.restart
            queued.push(next)
          }
        } else if (isHeld || sessionsBeingWritten.has(sessionOf(next.event.record))) {
          gatewaysPassed.add(gateway)
          left.push(next)
        } else {
          gatewaysPassed.add(gateway)
          queued.push(next)
          records.push(next.event.record)
        }
      }
      if (queued.length === 0) return null
      waiting = left.length === 0 ? waiting.slice(at) : [...left, ...waiting.slice(at)]
      const batch: Batch =
        restart === null
          ? { kind: 'records', queued, records }
          : { kind: 'restart', queued, restart }
      mark(batch)
      return batch
    },
    done(batch) {
      if (batch.kind === 'restart') {
        gatewaysRestarting.delete(batch.restart.gateway)
        return
      }
      for (const record of batch.records) sessionsBeingWritten.delete(sessionOf(record))
      for (const gateway of gatewaysOf(batch.records)) {
        const others = (gatewaysBeingWritten.get(gateway) ?? 1) - 1
        if (others === 0) gatewaysBeingWritten.delete(gateway)
        else gatewaysBeingWritten.set(gateway, others)
      }
    },
    drain() {
      const drained = waiting
      waiting = []
      return drained
    },
    get size() {
      return waiting.length
    },
  }
}

function gatewayOf(event: AccountingEvent): string {
  return event.kind === 'record' ? event.record.gateway : event.restart.gateway
}

function gatewaysOf(records: readonly AccountingRecord[]): ReadonlySet<string> {
  return new Set(records.map((record) => record.gateway))
}

function sessionOf(record: AccountingRecord): string {
  return `${record.gateway}\0${record.acctSessionId}`
}
