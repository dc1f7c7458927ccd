import { createDirectoryMetrics } from '#core/ldap/directory-metrics.ts'
import { auditChainJob } from '#db/audit-chain.ts'
import { chainCheckJob } from '#db/chain-check-job.ts'
import { directorySyncJob } from '#db/directory-sync.ts'
import { disconnectsJob } from '#db/disconnects.ts'
import { endedDevicesJob } from '#db/device-status.ts'
import { createFoldThread } from '#db/fold-thread.ts'
import { createJobRunner } from '#db/jobs.ts'
import { filterWindowsJob } from '#db/filter-windows.ts'
import { hourCountsJob } from '#db/hour-counts.ts'
import { openDatabase } from '#db/connection.ts'
import { siteImportJob } from '#db/inventory/site-import-job.ts'
import { inventoryJob } from '#db/inventory/sync.ts'
import { openingsJob } from '#db/openings.ts'
import { staleSessionsJob } from '#db/stale-sessions.ts'
import { quarantineJob } from '#db/quarantine.ts'
import { retentionJob } from '#db/retention.ts'
import { sealingJob } from '#db/sealing/job.ts'
import { loadListKeys } from '#db/list-keys.ts'
import { listsJob } from '../dns-filter/fetch/lists-job.ts'
import { staffJob } from '#db/staff-job.ts'
import { REMINDER_OUTCOMES, deviceRemindersJob } from '../portal/enrolment/reminders-job.ts'
import { alertsJob } from '../portal/alerts/alerts-job.ts'
import { measureAlerts } from './alert-metrics.ts'
import { openDirectories } from './open-directories.ts'
import { measureJobs } from './job-metrics.ts'
import { watchDirectories } from './watched-directories.ts'
import type { Role } from '#core/role.ts'
import type { PartDeps } from '#db/part.ts'

/** What is done once in the whole fleet, by whoever of those that could comes first. */
export function createJobsRole(deps: PartDeps, url: string): Role {
  const { config, database, seal, log, metrics, clock } = deps
  const directoryMetrics = createDirectoryMetrics(metrics, 'accueil_jobs')
  const fold = createFoldThread({ work: { url }, log, metrics, clock })
  const runner = createJobRunner({
    database,
    log,
    clock,
    spans: deps.spans,
    jobs: [
      staleSessionsJob(database, clock),
      // Sealed before it is dropped: the digest of a day outlives it.
      sealingJob({ database, seal, log, clock }),
      retentionJob(database, clock),
      // After retention: where it has cut, the chain is signed at once.
      auditChainJob(database, seal),
      quarantineJob(database, clock),
      disconnectsJob(database),
      openingsJob(database),
      filterWindowsJob(database),
      hourCountsJob(database),
      listsJob(url, () => loadListKeys(database, seal)),
      endedDevicesJob(database),
      directorySyncJob({ database, clock, open: () => openDirectories(deps, directoryMetrics) }),
      staffJob(database, clock),
      deviceRemindersJob({
        ...{ database, seal, clock, publicUrl: config.publicUrl },
        outcomes: metrics.counters(
          'accueil_device_reminders_total',
          'Mails to owners of devices whose time is nearly over: sent, refused for good, and tries that failed.',
          'outcome',
          REMINDER_OUTCOMES,
        ),
      }),
      inventoryJob({
        ...{ database, seal, clock },
        open: () =>
          openDatabase(url, { applicationName: 'accueil inventory', max: 1, role: 'inventory' }),
      }),
      siteImportJob({
        ...{ database, seal, clock },
        open: () =>
          openDatabase(url, { applicationName: 'accueil import', max: 1, role: 'inventory' }),
      }),
      chainCheckJob(database, clock),
      // Last: of what the others found out, too.
      alertsJob({
        ...{ database, seal, clock, publicUrl: config.publicUrl },
        ...measureAlerts(metrics, clock),
      }),
    ],
  })
  measureJobs(metrics, runner)
  const watch = watchDirectories(deps, directoryMetrics)
  return {
    name: 'jobs',
    async start() {
      fold.start()
      watch.start()
      await runner.start()
    },
    async stop() {
      await watch.stop()
      await runner.stop()
      await fold.stop()
    },
    ready: () => runner.problem() ?? fold.problem(),
  }
}
