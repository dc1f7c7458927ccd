import { parseLoginName } from '#core/ldap/login-name.ts'
import type { LoginName } from '#core/ldap/login-name.ts'
import type { DirectoryRefusal, DirectoryVerdict } from '#core/ldap/verdict.ts'
import type { Clock } from '#core/clock.ts'
import { AppError } from '#core/error.ts'
import type { Database } from './connection.ts'
import type { Job } from './jobs.ts'
import type { OffReason } from './off-reasons.ts'

/** A directory as this asks it. */
export interface SyncedDirectory {
  readonly name: string
  /** Lower case; empty for names without one. */
  readonly realms: readonly string[]
  standing(name: LoginName): Promise<DirectoryVerdict>
  close(): void
}

export const SYNC_LIMITS = {
  everyMs: 60_000,
  /** Accounts of one run; the others are asked about in the next. */
  accounts: 20_000,
  /** Questions at once to one directory, of the 32 that it takes. */
  atOnce: 8,
  /** Of which share it may say that they are gone; more looks like a directory that lost its people. */
  goneShare: 0.2,
  goneAnyway: 10,
} as const

const ACTOR = 'job:directory-sync'

/** Refusals that say that somebody has left; a lock or an hour of the day passes. */
const LEFT: Readonly<Partial<Record<DirectoryRefusal, OffReason>>> = {
  'unknown-account': 'directory-gone',
  'account-disabled': 'directory-disabled',
  'account-expired': 'directory-expired',
}

interface Finding {
  readonly account: string
  readonly issuer: string
  /** Null: they may come in. */
  readonly off: OffReason | null
  readonly groups: readonly string[]
}

/**
 * Asks directories about everybody who is connected now or who ever signed in by one, so that whoever is
 * disabled or leaves a group is out though their device never asks again.
 */
export function directorySyncJob(deps: {
  readonly database: Database
  readonly clock: Clock
  /** Opened for one run. */
  readonly open: () => Promise<readonly SyncedDirectory[]>
}): Job {
  const { database, clock, open } = deps
  return {
    name: 'directory-sync',
    everyMs: SYNC_LIMITS.everyMs,
    async run() {
      const directories = await open()
      try {
        const accounts = directories.length === 0 ? [] : await accountsToAsk(database)
        const problems: string[] = []
        const done = { asked: 0, off: 0, back: 0 }
        for (const directory of directories) {
          const own = accounts.filter((account) => answers(directories, account) === directory)
          const findings = await ask(directory, own)
          const gone = findings.filter(({ off }) => off === 'directory-gone').length
          const most = Math.max(own.length * SYNC_LIMITS.goneShare, SYNC_LIMITS.goneAnyway)
          if (gone > most) {
            problems.push(
              `the directory ${directory.name} does not know ${gone} of ${own.length} accounts any more: nobody was switched off; see whether base_dn and the rights of its service account are right`,
            )
            continue
          }
          done.asked += findings.length
          const written = await write(database, findings, new Date(clock()))
          done.off += written.off
          done.back += written.back
        }
        if (problems.length > 0) throw new AppError('directory-sync', problems.join('; '))
        return `asked about ${done.asked} accounts: ${done.off} switched off, ${done.back} on again`
      } finally {
        for (const directory of directories) directory.close()
      }
    },
  }
}

function answers(
  directories: readonly SyncedDirectory[],
  account: string,
): SyncedDirectory | undefined {
  const { realm } = parseLoginName(account)
  return directories.find(({ realms }) => realms.includes(realm))
}

/** Accounts of the house are nobody's but its own. */
async function accountsToAsk({ sql }: Database): Promise<readonly string[]> {
  const rows = await sql<{ account: string }[]>`
    select account from staff.others_than_accounts(array(
      select distinct lower(account) from log.session
      where stopped_at is null and network = 'staff' and account is not null
      union
      select account from staff.person where issuer like 'ldap:%'
    )) account
    order by account limit ${SYNC_LIMITS.accounts}`
  return rows.map(({ account }) => account)
}

async function ask(
  directory: SyncedDirectory,
  accounts: readonly string[],
): Promise<readonly Finding[]> {
  const waiting = accounts.values()
  const findings: Finding[] = []
  const issuer = `ldap:${directory.name}`
  async function work(): Promise<void> {
    for (const account of waiting) {
      const verdict = await directory.standing(parseLoginName(account))
      if (verdict.ok) findings.push({ account, issuer, off: null, groups: verdict.user.groups })
      else {
        const off = LEFT[verdict.reason]
        // It did not say, or it passes: nothing is known that was not before.
        if (off !== undefined) findings.push({ account, issuer, off, groups: [] })
      }
    }
  }
  await Promise.all(Array.from({ length: SYNC_LIMITS.atOnce }, work))
  return findings
}

/** Writes what differs; what follows from it is done by the database. */
async function write(
  { sql }: Database,
  findings: readonly Finding[],
  at: Date,
): Promise<{ readonly off: number; readonly back: number }> {
  const count = { off: 0, back: 0 }
  for (const { account, issuer, off, groups } of findings) {
    const state = off === null ? 'active' : 'disabled'
    const [row] = await sql<{ turned: boolean }[]>`
      with before as (
        select state from staff.person where issuer = ${issuer} and subject = ${account}
      )
      insert into staff.person as p
        (issuer, subject, account, name, groups, state, state_reason, state_since, state_by, changed_at)
      values (${issuer}, ${account}, ${account}, ${account}, ${[...groups]}::text[], ${state}, ${off}, ${at},
              ${ACTOR}, ${at})
      on conflict (issuer, subject) do update set
        groups = case when excluded.state = 'active' then excluded.groups else p.groups end,
        state = excluded.state,
        state_reason = excluded.state_reason,
        state_since = case when p.state = excluded.state then p.state_since else excluded.state_since end,
        state_by = excluded.state_by,
        changed_at = excluded.changed_at
      where p.state <> excluded.state
        or excluded.state = 'active' and not (p.groups @> excluded.groups and p.groups <@ excluded.groups)
      returning coalesce((select b.state from before b), 'active') <> p.state as turned`
    if (row?.turned !== true) continue
    if (off === null) count.back += 1
    else count.off += 1
  }
  return count
}
