import type { Clock } from '#core/clock.ts'
import { reasonOf } from '#core/error.ts'
import type { Log } from '#core/log.ts'
import type { Mac } from '#core/mac.ts'
import type { Database } from './connection.ts'
import { createLive } from './live.ts'
import { effectiveTerms, loadTermsVersions } from './terms.ts'
import type { TermsVersion } from './terms.ts'

/** Who was let in for what: it may have ended, or the terms may be others by now. */
export interface HeldGrant {
  /** Milliseconds since the epoch. */
  readonly until: number
  readonly termsVersion: string
}

/**
 * Until when each device is let in to the guest networks, by acceptances of the terms in force; in
 * memory, followed, kept through an outage.
 */
export interface GrantTable {
  start(): Promise<void>
  stop(): Promise<void>
  /** Milliseconds since the epoch, from memory; null where there is no grant now. */
  until(mac: Mac): number | null
  /** The last one that this device had, as long as it can be renewed; only with `keepEnded`. */
  last(mac: Mac): HeldGrant | null
  /** As `until`, asked of the database: for what was granted a moment ago. */
  find(mac: Mac): Promise<number | null>
  readonly size: number
}

interface GrantRow {
  readonly mac: Mac
  readonly until: Date
  readonly termsVersion: string
  readonly changed: Date
}

/** For so long after its end a grant is remembered, so that it can be renewed in one tap. */
export const RENEWABLE_MS = 14 * 86_400_000

const POLL_MS = 15_000
// A transaction may commit a row some time after it set changed_at.
const OVERLAP_MS = 60_000
const SWEEP_MS = 600_000
/** Above it all are loaded: one look at the table costs less than so many in it. */
const TOLD_MOST = 5_000

export function createGrantTable(options: {
  database: Database
  log: Log
  clock: Clock
  /** Those that have ended too, as long as they can be renewed. */
  keepEnded?: boolean
}): GrantTable {
  const { database, log, clock } = options
  const keptMs = options.keepEnded === true ? RENEWABLE_MS : 0
  const grantByMac = new Map<string, HeldGrant>()
  const versions = createLive<readonly TermsVersion[]>({
    database,
    log,
    name: 'versions of the terms',
    channels: ['house'],
    initial: [],
    load: () => loadTermsVersions(database),
  })
  const told = new Set<string>()
  let isLooking = false
  let seen = new Date(0)
  let timers: readonly NodeJS.Timeout[] = []
  let unlisten: (() => Promise<void>) | null = null

  function take(rows: readonly GrantRow[]): void {
    for (const { mac, until, termsVersion, changed } of rows) {
      grantByMac.set(mac, { until: until.getTime(), termsVersion })
      if (changed > seen) seen = changed
    }
  }

  async function loadChanges(): Promise<void> {
    const since = new Date(seen.getTime() - OVERLAP_MS)
    take(
      await database.sql<GrantRow[]>`
        select mac::text as mac, until, terms_version as "termsVersion", changed_at as changed
        from guest.access
        where changed_at >= ${since} and until > now() - ${keptMs} * interval '1 ms'`,
    )
  }

  // After a lost connection a deletion may have gone by unseen: begin again.
  async function loadAll(): Promise<void> {
    const rows = await database.sql<GrantRow[]>`
      select mac::text as mac, until, terms_version as "termsVersion", changed_at as changed
      from guest.access
      where until > now() - ${keptMs} * interval '1 ms'`
    grantByMac.clear()
    take(rows)
  }

  async function loadSome(macs: readonly string[]): Promise<void> {
    const rows = await database.sql<GrantRow[]>`
      select mac::text as mac, until, terms_version as "termsVersion", changed_at as changed
      from guest.access
      where mac = any(${macs}::text[]::macaddr[])`
    const found = new Set<string>(rows.map(({ mac }) => mac))
    for (const mac of macs) if (!found.has(mac)) grantByMac.delete(mac)
    take(rows)
  }

  /** Told of one at a time and asked about together: in a rush they are hundreds a second. */
  function tell(mac: string): void {
    told.add(mac)
    if (isLooking) return
    isLooking = true
    setImmediate(() => follow(loadTold()))
  }

  async function loadTold(): Promise<void> {
    try {
      while (told.size > 0) {
        const macs = [...told]
        told.clear()
        if (macs.length > TOLD_MOST) await loadAll()
        else await loadSome(macs)
      }
    } finally {
      isLooking = false
    }
  }

  function current(mac: string): number | null {
    const grant = grantByMac.get(mac)
    const now = clock()
    if (grant === undefined || grant.until <= now) return null
    // Who accepted another version is asked again. Where none is declared, nothing contradicts the grant.
    const inForce = effectiveTerms(versions.value, now)?.version ?? grant.termsVersion
    return inForce === grant.termsVersion ? grant.until : null
  }

  function follow(work: Promise<unknown>): void {
    work.catch((thrown: unknown) => {
      log.warn('live.reload-failed', { what: 'grants', reason: reasonOf(thrown) })
    })
  }

  function sweep(): void {
    const before = clock() - keptMs
    for (const [mac, { until }] of grantByMac) if (until <= before) grantByMac.delete(mac)
  }

  return {
    async start() {
      await versions.start()
      const listening = await database.sql.listen('grant', tell, () => follow(loadAll()))
      unlisten = listening.unlisten
      await loadAll()
      timers = [setInterval(() => follow(loadChanges()), POLL_MS), setInterval(sweep, SWEEP_MS)]
    },
    async stop() {
      for (const timer of timers) clearInterval(timer)
      await Promise.all([versions.stop(), unlisten?.().catch(() => {})])
    },
    until: current,
    last: (mac) => grantByMac.get(mac) ?? null,
    async find(mac) {
      await loadSome([mac])
      return current(mac)
    },
    get size() {
      return grantByMac.size
    },
  }
}
