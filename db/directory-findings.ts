import { parseLoginName } from '#core/ldap/login-name.ts'
import type { LoginName } from '#core/ldap/login-name.ts'
import type { DirectoryRefusal, DirectoryVerdict } from '#core/ldap/verdict.ts'
import type { Database } from './connection.ts'
import type { OffReason } from './off-reasons.ts'

/** A directory as this asks it. */
export interface SyncedDirectory {
  readonly name: string
  /** Lower case; empty for names without one. */
  readonly realms: readonly string[]
  standing(name: LoginName): Promise<DirectoryVerdict>
  close(): void
}

export const FINDING_LIMITS = {
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

/** What a directory says of an account. */
export interface Finding {
  readonly account: string
  readonly issuer: string
  /** Null: they may come in. */
  readonly off: OffReason | null
  readonly groups: readonly string[]
}

/** Asks about each of these; whom it does not answer about is not among the findings. */
export async function askAbout(
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
  await Promise.all(Array.from({ length: FINDING_LIMITS.atOnce }, work))
  return findings
}

/** How many it says are gone, where that looks like a directory that lost its people; else null. */
export function goneTooMany(findings: readonly Finding[], asked: number): number | null {
  const gone = findings.filter(({ off }) => off === 'directory-gone').length
  const most = Math.max(asked * FINDING_LIMITS.goneShare, FINDING_LIMITS.goneAnyway)
  return gone > most ? gone : null
}

/** Writes what differs; what follows from it is done by the database. */
export async function writeFindings(
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
