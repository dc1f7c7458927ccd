import { AppError } from '#core/error.ts'
import type { Clock } from '#core/clock.ts'
import { raiseBrokenChain } from './alerts.ts'
import { checkAuditChain } from './audit-chain-check.ts'
import type { Database } from './connection.ts'
import type { Job } from './jobs.ts'
import { verifyChain } from './sealing/verify-chain.ts'
import { jobPart } from './job-lines.ts'

const EVERY_MS = 24 * 3_600_000

/**
 * Once a day, whether the audit and the seals of the log still follow one another. The rows of the log
 * themselves are for `logs verify`, which reads a year of them.
 */
export function chainCheckJob(database: Database, clock: Clock): Job {
  return {
    name: 'chain-check',
    everyMs: EVERY_MS,
    async run() {
      const now = clock()
      const { lines, broken } = await checkAuditChain(database, now)
      const audit = broken === null ? null : `line ${broken.n} (${broken.what})`
      const seals = await verifyChain(database, { now, pinnedKey: null })
      const [log = null] = seals.problems
      if (audit !== null) await raiseBrokenChain(database.sql, 'audit', audit)
      if (log !== null) await raiseBrokenChain(database.sql, 'log', log)
      const said = [audit, log].filter((one) => one !== null)
      // The job fails too: who has no channel sees it all the same.
      if (said.length > 0) throw new AppError('chain', `a chain is broken: ${said.join('; ')}`)
      return jobPart('chainsWhole', { lines, seals: seals.seals })
    },
  }
}
