import { reasonOf } from '#core/error.ts'
import type { AccountingRecord, GatewayRestart } from '#db/accounting-record.ts'
import { isDatabaseTrouble } from '#db/database-trouble.ts'
import type { Quarantined } from '#db/quarantine.ts'
import type { AccountingEvent } from './accounting-record.ts'
import { encodeEvent } from './event-line.ts'

export interface EventStoreDeps {
  readonly record: (records: readonly AccountingRecord[]) => Promise<void>
  readonly restart: (restart: GatewayRestart) => Promise<unknown>
  readonly quarantine: (what: Quarantined) => Promise<void>
  readonly ping: () => Promise<boolean>
  readonly onBatch?: (records: number) => void
  /** Told of each event that the database refused and that is in quarantine now. */
  readonly onQuarantine: (gateway: string, thrown: unknown) => void
}

/**
 * Writes events in their order. Resolves when each is committed, in the log or, where the database
 * takes everything but this one, in quarantine. Rejects when the database is away; a part may be
 * written then, and to write it again is harmless. `signal` ends it between two statements.
 */
export type EventStore = (events: readonly AccountingEvent[], signal: AbortSignal) => Promise<void>

export function createEventStore(deps: EventStoreDeps): EventStore {
  // Halves what fails until the one is found that the database does not take: for one in 500 that is
  // 18 writes.
  async function write(events: readonly AccountingEvent[], signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const [first] = events
    if (first === undefined) return
    try {
      if (first.kind === 'restart') await deps.restart(first.restart)
      else await deps.record(events.flatMap((event) => recordsOf(event)))
    } catch (thrown) {
      if (isDatabaseTrouble(thrown) || !(await deps.ping())) throw thrown
      if (events.length === 1) {
        await setAside(first, thrown)
        return
      }
      const middle = events.length >> 1
      await write(events.slice(0, middle), signal)
      await write(events.slice(middle), signal)
      return
    }
    deps.onBatch?.(events.length)
  }

  // If this fails too, it is not the event that is at fault.
  async function setAside(event: AccountingEvent, thrown: unknown): Promise<void> {
    const { gateway } = event.kind === 'record' ? event.record : event.restart
    const reason = reasonOf(thrown)
    await deps.quarantine({ gateway, content: encodeEvent(event), reason })
    deps.onQuarantine(gateway, thrown)
  }

  return async (events, signal) => {
    for (const run of runsOf(events)) await write(run, signal)
  }
}

/** Records that follow each other make one transaction; a restart stands alone, in its place. */
function runsOf(events: readonly AccountingEvent[]): readonly (readonly AccountingEvent[])[] {
  const runs: AccountingEvent[][] = []
  for (const event of events) {
    const last = runs.at(-1)
    if (event.kind === 'record' && last?.[0]?.kind === 'record') last.push(event)
    else runs.push([event])
  }
  return runs
}

function recordsOf(event: AccountingEvent): readonly AccountingRecord[] {
  return event.kind === 'record' ? [event.record] : []
}
