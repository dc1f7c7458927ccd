import type { Clock } from '#core/clock.ts'
import type { Log } from '#core/log.ts'
import type { Problem } from '#core/role.ts'
import type { Seal } from '#core/seal.ts'
import type { Acceptance } from '#db/acceptances.ts'
import type { LoginAnswer, LoginQuestion } from './api/logins.ts'
import type { Counters } from './counters.ts'
import type { House } from './house.ts'
import type { RateLimit } from '#core/rate-limit.ts'

/** What the handlers need of the world. */
export interface Services {
  readonly publicUrl: URL
  readonly clock: Clock
  readonly seal: Seal
  readonly log: Log
  readonly counters: Counters
  readonly house: () => House
  readonly health: () => readonly Problem[]
  readonly requests: RateLimit
  readonly acceptances: RateLimit
  readonly database: PortalDatabase
}

/** What the portal asks of the database; each rejects when the answer takes too long. */
export interface PortalDatabase {
  record(acceptance: Acceptance): Promise<{ readonly code: string; readonly grantUntil: Date }>
  findGrant(site: string, ip: string): Promise<{ readonly until: Date } | null>
  answers(): Promise<boolean>
  findLogins(question: LoginQuestion): Promise<LoginAnswer>
}
