import type { Clock } from '#core/clock.ts'
import type { Log } from '#core/log.ts'
import type { Seal } from '#core/seal.ts'
import { writeAudit } from '../audit.ts'
import type { Database } from '../connection.ts'
import type { Job } from '../jobs.ts'
import { publishSeals } from './publish.ts'
import type { PublishOutcome } from './publish.ts'
import { tendClosedDays } from './closed-days.ts'
import { sealClosedDays } from './seal-day.ts'
import { getOrCreateSealingKey } from './sealing-key.ts'
import { jobPart } from '../job-lines.ts'

const EVERY_MS = 10 * 60_000
const DAY_MS = 86_400_000

/**
 * Seals the days that are closed and publishes the seals. A place that does not take them fails no
 * run, for it must not make the whole process unready: they go there at the next. After a day a
 * person is told.
 */
export function sealingJob(options: {
  database: Database
  seal: Seal
  log: Log
  clock: Clock
}): Job {
  const { database, seal, log, clock } = options
  return {
    name: 'sealing',
    everyMs: EVERY_MS,
    async run() {
      const now = clock()
      const outcome = await runSealing(database, seal, now, 'job:sealing')
      for (const { target, reason, sealedAt } of outcome.failures) {
        const late = now - sealedAt.getTime() > DAY_MS
        log[late ? 'error' : 'warn']('sealing.publish-failed', { target, reason })
      }
      return sealingLine(outcome)
    },
  }
}

export interface SealingOutcome extends PublishOutcome {
  readonly sealed: number
}

export async function runSealing(
  database: Database,
  seal: Seal,
  now: number,
  actor: string,
): Promise<SealingOutcome> {
  await getOrCreateSealingKey(database, seal)
  const made = await sealClosedDays(database, seal, now)
  for (const { day, connections, digest } of made) {
    await writeAudit(database.kysely, {
      actor,
      action: 'logs.seal-day',
      subject: day,
      reason: 'the day is closed',
      details: { rows: connections, digest },
    })
  }
  await tendClosedDays(database)
  return { sealed: made.length, ...(await publishSeals(database)) }
}

export function sealingLine({ sealed, published, failures }: SealingOutcome): string {
  return [
    jobPart('daysSealed', { days: sealed, seals: published }),
    ...failures.map(({ day, target }) =>
      jobPart('sealWaits', { targetName: target, dayName: day }),
    ),
  ].join(', ')
}
