import { parseLoginName } from '#core/ldap/login-name.ts'
import type { Clock } from '#core/clock.ts'
import { AppError } from '#core/error.ts'
import type { Database } from './connection.ts'
import { askAbout, goneTooMany, writeFindings } from './directory-findings.ts'
import type { SyncedDirectory } from './directory-findings.ts'
import type { Job } from './jobs.ts'
import { jobPart } from './job-lines.ts'

const SYNC_LIMITS = {
  everyMs: 60_000,
  /** Accounts of one run; the others are asked about in the next. */
  accounts: 20_000,
} as const

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
          const findings = await askAbout(directory, own)
          const gone = goneTooMany(findings, own.length)
          if (gone !== null) {
            problems.push(
              `the directory ${directory.name} does not know ${gone} of ${own.length} accounts any more: nobody was switched off; see whether base_dn and the rights of its service account are right`,
            )
            continue
          }
          done.asked += findings.length
          const written = await writeFindings(database, findings, new Date(clock()))
          done.off += written.off
          done.back += written.back
        }
        if (problems.length > 0) throw new AppError('directory-sync', problems.join('; '))
        return jobPart('directorySync', { accounts: done.asked, off: done.off, back: done.back })
      } finally {
        for (const directory of directories) directory.close()
      }
    },
  }
}

/** The one that answers for the realm of the account. */
export function answers<D extends SyncedDirectory>(
  directories: readonly D[],
  account: string,
): D | undefined {
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
