import type { Clock } from '#core/clock.ts'
import { reasonOf } from '#core/error.ts'
import type { DirectoryChange, DirectoryChanges } from '#core/ldap/changes.ts'
import type { LdapOutcome } from '#core/ldap/fault.ts'
import type { Log } from '#core/log.ts'
import type { Counter } from '#core/metrics.ts'
import type { Database } from './connection.ts'
import { askAbout, goneTooMany, writeFindings } from './directory-findings.ts'
import type { SyncedDirectory } from './directory-findings.ts'
import { answers } from './directory-sync.ts'

/** A directory that says what was written in it lately. */
export interface WatchedDirectory extends SyncedDirectory {
  changes(since: number): Promise<LdapOutcome<DirectoryChanges>>
}

export interface DirectoryWatch {
  start(): void
  stop(): Promise<void>
}

const WATCH_LIMITS = {
  everyMs: 2_000,
  /** Of its time a directory gives no more than this share to us. */
  share: 0.1,
  /** How far back the first look goes, and how wrong the directory's clock may be. */
  firstMs: 600_000,
  /** Accounts of one look; the others are asked about by the job. */
  accounts: 1_000,
} as const

/** What is known of one directory from the look before. */
interface Watched {
  since: number | null
  /** Versions of the last second that was seen: a look begins with that second again. */
  seen: ReadonlySet<string>
}

/**
 * Looks every two seconds at what was written in the directories, and asks about whoever that may concern:
 * people themselves, and of a group those who are known to be in it. Who leaves is out within seconds; what
 * this misses, an entry that was deleted above all, is found by the job `directory-sync` within a minute.
 * Each process of the role looks for itself: what two write is written once.
 */
export function createDirectoryWatch(deps: {
  readonly database: Database
  readonly log: Log
  readonly clock: Clock
  /** Those that are declared now. */
  readonly directories: () => Promise<readonly WatchedDirectory[]>
  /** Of entries that were written. */
  readonly changed: Counter
}): DirectoryWatch & { look(): Promise<void> } {
  const { database, log, clock, directories, changed } = deps
  const watched = new Map<string, Watched>()
  let timer: NodeJS.Timeout | undefined
  let working: Promise<void> = Promise.resolve()
  let isStopping = false
  let isFailing = false

  async function lookAt(
    directory: WatchedDirectory,
    all: readonly WatchedDirectory[],
  ): Promise<void> {
    const before = watched.get(directory.name) ?? { since: null, seen: new Set() }
    const found = await directory.changes(before.since ?? clock() - WATCH_LIMITS.firstMs)
    // Its servers' troubles are told by who asks them, and the job asks about everybody.
    if (!found.ok) return
    const { changes } = found.value
    const fresh = changes.filter(({ version }) => !before.seen.has(version))
    const concerned = await accountsOf(database, directory.name, fresh)
    const own = concerned.filter((account) => answers(all, account) === directory)
    const findings = await askAbout(directory, own)
    changed.inc(fresh.length)
    if (goneTooMany(findings, own.length) === null) {
      await writeFindings(database, findings, new Date(clock()))
    }
    // Only now: what the database did not take is looked at again.
    const since = changes.reduce<number | null>(
      (latest, { at }) => Math.max(latest ?? at, at),
      null,
    )
    if (since === null) return
    const seen = new Set(changes.filter(({ at }) => at === since).map(({ version }) => version))
    watched.set(directory.name, { since, seen })
  }

  async function look(): Promise<void> {
    try {
      const all = await directories()
      for (const name of watched.keys()) {
        if (!all.some((directory) => directory.name === name)) watched.delete(name)
      }
      await Promise.all(all.map((directory) => lookAt(directory, all)))
      isFailing = false
    } catch (thrown) {
      // Once, and not every two seconds.
      if (!isFailing) log.warn('directory.watch.failed', { reason: reasonOf(thrown) })
      isFailing = true
    }
  }

  async function lookAndWait(): Promise<void> {
    const began = performance.now()
    working = look()
    await working
    if (isStopping) return
    const pauseMs = Math.max(
      WATCH_LIMITS.everyMs,
      (performance.now() - began) * (1 / WATCH_LIMITS.share - 1),
    )
    timer = setTimeout(() => void lookAndWait(), pauseMs)
  }

  return {
    look,
    start: () => void lookAndWait(),
    async stop() {
      isStopping = true
      clearTimeout(timer)
      await working
    },
  }
}

/** Whom of those we know what was written may concern. */
async function accountsOf(
  { sql }: Database,
  directory: string,
  changes: readonly DirectoryChange[],
): Promise<readonly string[]> {
  if (changes.length === 0) return []
  const names = (kind: DirectoryChange['kind']): string[] =>
    changes.filter((change) => change.kind === kind).map(({ name }) => name)
  const people = names('person')
  const rows = await sql<{ account: string }[]>`
    select account from staff.others_than_accounts(array(
      select lower(account) from log.session
      where stopped_at is null and network = 'staff' and lower(account) = any(${people}::text[])
      union
      select account from staff.person
      where issuer = ${`ldap:${directory}`}
        and (account = any(${people}::text[]) or groups && ${names('group')}::text[])
    )) account
    order by account limit ${WATCH_LIMITS.accounts}`
  return rows.map(({ account }) => account)
}
