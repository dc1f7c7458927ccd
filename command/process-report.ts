import { randomUUID } from 'node:crypto'
import { hostname } from 'node:os'
import type { Clock } from '#core/clock.ts'
import { within } from '#core/lifecycle.ts'
import type { Problem } from '#core/role.ts'
import type { Database } from '#db/connection.ts'
import { endProcess, noteProcess } from '#db/processes.ts'

const EVERY_MS = 30_000
const ANSWER_MS = 5_000

/** Tells the database, and so the page of health, how this process is; what fails is told the next time. */
export function createProcessReport(options: {
  readonly database: Database
  readonly roles: readonly string[]
  readonly version: string
  readonly clock: Clock
  readonly health: () => readonly Problem[]
  /** In the Prometheus text format. */
  readonly metrics: () => Promise<string>
}): { start(): Promise<void>; stop(): Promise<void> } {
  const { database, roles, version, clock, health, metrics } = options
  const id = randomUUID()
  const startedAt = new Date(clock())
  let timer: NodeJS.Timeout | undefined

  async function tell(): Promise<void> {
    const spooled = spooledIn(await metrics())
    const note = { id, host: hostname(), roles, version, startedAt, problems: health(), spooled }
    await within(ANSWER_MS, noteProcess(database, note))
  }

  return {
    async start() {
      await tell().catch(() => {})
      timer = setInterval(() => void tell().catch(() => {}), EVERY_MS)
      timer.unref()
    },
    async stop() {
      clearInterval(timer)
      await within(ANSWER_MS, endProcess(database, id)).catch(() => {})
    },
  }
}

/** Of all processes that the text is of. */
export function spooledIn(text: string): number {
  const samples = text.matchAll(/^accueil_radius_spool_records(?:\{[^}]*\})? (\d+(?:\.\d+)?)$/gm)
  return Math.round(Array.from(samples, ([, value]) => Number(value)).reduce((a, b) => a + b, 0))
}
