import type { Clock } from '#core/clock.ts'
import { reasonOf } from '#core/error.ts'
import type { Log } from '#core/log.ts'
import type { Mac } from '#core/mac.ts'
import type { Database } from './connection.ts'

/** Until when each device is let in to the guest networks; in memory, followed, kept through an outage. */
export interface GrantTable {
  start(): Promise<void>
  stop(): Promise<void>
  /** Milliseconds since the epoch, from memory; null where there is no grant now. */
  until(mac: Mac): number | null
  /** The same, asked of the database: for what was granted a moment ago. */
  find(mac: Mac): Promise<number | null>
  readonly size: number
}

interface GrantRow {
  readonly mac: Mac
  readonly until: Date
  readonly changed: Date
}

const POLL_MS = 15_000
// A transaction may commit a row some time after it set changed_at.
const OVERLAP_MS = 60_000
const SWEEP_MS = 600_000

export function createGrantTable(options: {
  database: Database
  log: Log
  clock: Clock
}): GrantTable {
  const { database, log, clock } = options
  const untilByMac = new Map<string, number>()
  let seen = new Date(0)
  let timers: readonly NodeJS.Timeout[] = []
  let unlisten: (() => Promise<void>) | null = null

  function take(rows: readonly GrantRow[]): void {
    for (const row of rows) {
      untilByMac.set(row.mac, row.until.getTime())
      if (row.changed > seen) seen = row.changed
    }
  }

  async function loadChanges(): Promise<void> {
    const since = new Date(seen.getTime() - OVERLAP_MS)
    take(
      await database.sql<GrantRow[]>`
        select mac::text as mac, until, changed_at as changed from guest.access
        where changed_at >= ${since} and until > now()`,
    )
  }

  // After a lost connection a deletion may have gone by unseen: begin again.
  async function loadAll(): Promise<void> {
    const rows = await database.sql<GrantRow[]>`
      select mac::text as mac, until, changed_at as changed from guest.access
      where until > now()`
    untilByMac.clear()
    take(rows)
  }

  async function loadOne(mac: string): Promise<number | null> {
    const rows = await database.sql<GrantRow[]>`
      select mac::text as mac, until, changed_at as changed from guest.access
      where mac = ${mac}::macaddr`
    take(rows)
    if (rows.length === 0) untilByMac.delete(mac)
    return current(mac)
  }

  function current(mac: string): number | null {
    const until = untilByMac.get(mac)
    return until === undefined || until <= clock() ? null : until
  }

  function follow(work: Promise<unknown>): void {
    work.catch((thrown: unknown) => {
      log.warn('live.reload-failed', { what: 'grants', reason: reasonOf(thrown) })
    })
  }

  function sweep(): void {
    const now = clock()
    for (const [mac, until] of untilByMac) if (until <= now) untilByMac.delete(mac)
  }

  return {
    async start() {
      const listening = await database.sql.listen(
        'grant',
        (mac) => follow(loadOne(mac)),
        () => follow(loadAll()),
      )
      unlisten = listening.unlisten
      await loadAll()
      timers = [setInterval(() => follow(loadChanges()), POLL_MS), setInterval(sweep, SWEEP_MS)]
    },
    async stop() {
      for (const timer of timers) clearInterval(timer)
      await unlisten?.().catch(() => {})
    },
    until: current,
    find: (mac) => loadOne(mac),
    get size() {
      return untilByMac.size
    },
  }
}
