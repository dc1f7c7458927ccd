import { reasonOf } from '#core/error.ts'
import { createGate } from '#core/gate.ts'
import { createDirectoryMetrics } from '#core/ldap/directory-metrics.ts'
import { createRateLimit } from '#core/rate-limit.ts'
import { recordAcceptance } from '#db/acceptances.ts'
import { findWaiting } from '#db/waiting-devices.ts'
import { writeAudit } from '#db/audit.ts'
import { loadDirectories } from '#db/directories.ts'
import { createLive } from '#db/live.ts'
import type { Live } from '#db/live.ts'
import type { PartDeps } from '#db/part.ts'
import { rightsInForce } from '#db/role-grants.ts'
import { loadSignInProviders } from '#db/sign-in-providers.ts'
import type { SignInProvider } from '#db/sign-in-providers.ts'
import {
  endProviderSessions,
  endSessions,
  findSession,
  listSessions,
  openSession,
} from '#db/staff-sessions.ts'
import type { AskDatabase } from '../ask-database.ts'
import { LIMITS } from '../limits.ts'
import { createFailedSignIns } from './failed-sign-ins.ts'
import { createLocalAccounts } from './local-accounts.ts'
import { providerOfEnvironment } from './oidc/environment.ts'
import { createOidcProviders } from './oidc/providers.ts'
import { createPortalDirectories } from './portal-directories.ts'
import { SIGN_IN_OUTCOMES } from './staff-services.ts'
import type { StaffServices } from './staff-services.ts'

export interface Staff {
  readonly services: StaffServices
  /** What is held in memory, to be started and stopped with the part. */
  readonly followed: readonly Live<unknown>[]
  close(): void
}

/** Constructs what stands behind the pages for staff. */
export function createStaff(deps: PartDeps, ask: AskDatabase): Staff {
  const { config, database, seal, log, metrics, clock } = deps
  const now = (): Date => new Date(clock())
  const environment = providerOfEnvironment(config.oidc)
  const providers = createLive<readonly SignInProvider[]>({
    database,
    log,
    name: 'identity providers',
    channels: ['house'],
    initial: environment,
    load: async () => [...(await loadSignInProviders(database, seal)), ...environment],
  })
  const directories = createPortalDirectories({
    metrics: createDirectoryMetrics(metrics, 'accueil_portal'),
    log,
    clock,
  })
  const declared = createLive({
    database,
    log,
    name: 'directories of the portal',
    channels: ['house'],
    initial: [],
    load: () => loadDirectories(database, seal),
    onChange: (settings) => {
      directories.declare([...settings, ...(config.directory === null ? [] : [config.directory])])
    },
  })
  const failuresTold = createRateLimit(LIMITS.failuresTold, clock)
  const untold = metrics.counter(
    'accueil_portal_failures_untold_total',
    'Lines about failed sign-ins that did not get into the audit: too many, or the database was away.',
  )
  return {
    followed: [providers, declared],
    close: () => directories.close(),
    services: {
      sessions: {
        open: (wish) => ask(() => openSession(database, wish)),
        find: (token) => ask(() => findSession(database, token, now())),
        list: (person) => ask(() => listSessions(database, person, now())),
        end: (wish) => ask(() => endSessions(database, wish)),
        endOfProvider: (name, ended) => ask(() => endProviderSessions(database, name, ended)),
      },
      rights: (person) => ask(() => rightsInForce(database, person, clock())),
      letIn: (acceptance, entry) =>
        ask(async () => {
          // First: nobody is let in of whom it is not known who did it.
          await writeAudit(database.kysely, entry)
          return recordAcceptance(database, acceptance)
        }),
      waitingAt: (sites) => ask(() => findWaiting(database, seal, sites, now())),
      local: createLocalAccounts({ database, seal, ask, gate: createGate(LIMITS.hashes), clock }),
      directory: (name) => directories.of(name),
      providers: createOidcProviders({
        declared: () => providers.value,
        publicUrl: config.publicUrl,
        ...{ seal, log, clock },
      }),
      failed: createFailedSignIns(clock),
      attempts: createRateLimit(LIMITS.signIns, clock),
      outcomes: metrics.counters(
        'accueil_portal_sign_ins_total',
        'Sign-ins to the pages for staff, by what came of them',
        'outcome',
        SIGN_IN_OUTCOMES,
      ),
      audit(entry) {
        if (failuresTold.take('') > 0) return untold.inc()
        ask(() => writeAudit(database.kysely, entry)).catch((thrown: unknown) => {
          untold.inc()
          log.warn('portal.staff.audit-failed', { reason: reasonOf(thrown) })
        })
      },
    },
  }
}
