import { reasonOf } from '#core/error.ts'
import { within } from '#core/lifecycle.ts'
import type { Log } from '#core/log.ts'
import type { Metrics } from '#core/metrics.ts'
import type { Database } from '#db/connection.ts'

export interface DatabaseWatch {
  start(): void
  stop(): void
  problem(): string | null
}

const LOOK_MS = 2_000
const ANSWER_MS = 5_000

/** Knows whether the database answers; starts the embedded one again when it has gone. */
export function createDatabaseWatch(options: {
  database: Database
  log: Log
  metrics: Metrics
  /** Null where the database is not ours to start. */
  revive: (() => Promise<void>) | null
}): DatabaseWatch {
  const { database, log, metrics, revive } = options
  const revivals = metrics.counter(
    'accueil_db_revivals_total',
    'Times that the embedded Postgres was started again.',
  )
  let lost = false
  let looking = false
  let timer: NodeJS.Timeout | undefined
  metrics.gauge('accueil_db_up', '1 while the database answers.', () => (lost ? 0 : 1))

  async function look(): Promise<void> {
    const answers = await within(ANSWER_MS, database.ping()).catch(() => false)
    if (answers === !lost) return void (lost && (await tryRevive()))
    lost = !answers
    if (!lost) return log.info('database.recovered')
    log.error('database.lost')
    await tryRevive()
  }

  async function tryRevive(): Promise<void> {
    if (revive === null) return
    try {
      await revive()
      revivals.inc()
    } catch (thrown) {
      log.warn('postgres.ended', { reason: reasonOf(thrown) })
    }
  }

  return {
    start() {
      timer = setInterval(() => {
        if (looking) return
        looking = true
        void look().finally(() => {
          looking = false
        })
      }, LOOK_MS)
    },
    stop() {
      clearInterval(timer)
    },
    problem: () => (lost ? 'the database does not answer' : null),
  }
}
