import { reasonOf } from '#core/error.ts'
import type { Log } from '#core/log.ts'
import type { Database } from './connection.ts'
import { OFF_REASONS } from './off-reasons.ts'
import type { OffReason } from './off-reasons.ts'

/** Whether somebody of whom we were told may come in, and with which groups. */
export interface PersonState {
  /** Why they may not, of whoever said so first; null: they may. */
  readonly off: OffReason | null
  /** Of all who tell of this account. */
  readonly groups: readonly string[]
}

/** Everybody of whom an identity provider or a directory told us; in memory, followed, kept through an outage. */
export interface PersonTable {
  start(): Promise<void>
  stop(): Promise<void>
  /** By the account, in lower case; null where nobody told of it. */
  of(account: string): PersonState | null
  readonly size: number
}

interface PersonRow {
  readonly account: string
  /** Of those who say that they are off, since when, oldest first. */
  readonly off: readonly string[] | null
  readonly groups: readonly string[]
  readonly changed: Date
}

const POLL_MS = 15_000
// A transaction may commit a row some time after the time that is in it.
const OVERLAP_MS = 60_000

export function createPersonTable(options: { database: Database; log: Log }): PersonTable {
  const { database, log } = options
  const byAccount = new Map<string, PersonState>()
  let seen = new Date(0)
  let timer: NodeJS.Timeout | undefined
  let unlisten: (() => Promise<void>) | null = null

  function take(rows: readonly PersonRow[]): void {
    for (const row of rows) {
      byAccount.set(row.account, { off: offOf(row.off), groups: row.groups })
      if (row.changed > seen) seen = row.changed
    }
  }

  // An account that two tell of is off when one of them says so.
  async function load(accounts: readonly string[] | null): Promise<void> {
    const rows = await database.sql<PersonRow[]>`
      select account, max(changed_at) as changed,
        array_agg(coalesce(state_reason, '') order by state_since) filter (where state = 'disabled')
          as off,
        coalesce(array_agg(distinct g.one) filter (where g.one is not null), '{}') as groups
      from staff.person
      left join lateral unnest(case state when 'active' then groups end) as g(one) on true
      where ${accounts === null} or account = any(${accounts === null ? [] : [...accounts]}::text[])
      group by account`
    if (accounts === null) byAccount.clear()
    else for (const account of accounts) byAccount.delete(account)
    take(rows)
  }

  async function loadChanges(): Promise<void> {
    const rows = await database.sql<{ account: string }[]>`
      select distinct account from staff.person
      where changed_at >= ${new Date(seen.getTime() - OVERLAP_MS)}`
    if (rows.length > 0) await load(rows.map(({ account }) => account))
  }

  function follow(work: Promise<unknown>): void {
    work.catch((thrown: unknown) => {
      log.warn('live.reload-failed', { what: 'people', reason: reasonOf(thrown) })
    })
  }

  return {
    async start() {
      const listening = await database.sql.listen(
        'person',
        (account) => follow(load([account])),
        // After a lost connection a change may have gone by unseen.
        () => follow(load(null)),
      )
      unlisten = listening.unlisten
      await load(null)
      timer = setInterval(() => follow(loadChanges()), POLL_MS)
    },
    async stop() {
      clearInterval(timer)
      await unlisten?.().catch(() => {})
    },
    of: (account) => byAccount.get(account) ?? null,
    get size() {
      return byAccount.size
    },
  }
}

/** A reason that a later version knows is off all the same. */
function offOf(reasons: readonly string[] | null): OffReason | null {
  if (reasons === null) return null
  const [first] = reasons
  return OFF_REASONS.find((one) => one === first) ?? 'scim-inactive'
}
