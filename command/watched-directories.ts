import type { DirectoryMetrics } from '#core/ldap/directory-metrics.ts'
import { createHeldDirectories } from '#core/ldap/held-directories.ts'
import { loadDirectories } from '#db/directories.ts'
import { createDirectoryWatch } from '#db/directory-watch.ts'
import type { DirectoryWatch, WatchedDirectory } from '#db/directory-watch.ts'
import type { PartDeps } from '#db/part.ts'

/** The watch over the directories that are declared now, and that of the environment. */
export function watchDirectories(
  { config, database, seal, log, metrics, clock }: PartDeps,
  directoryMetrics: DirectoryMetrics,
): DirectoryWatch {
  const open = createHeldDirectories({ metrics: directoryMetrics, log, clock })
  const watch = createDirectoryWatch({
    database,
    log,
    clock,
    changed: metrics.counter(
      'accueil_jobs_directory_changed_total',
      'Entries of directories that were written, people and groups.',
    ),
    async directories() {
      const declared = await loadDirectories(database, seal)
      const all = config.directory === null ? declared : [...declared, config.directory]
      return open.declare(all).map(({ settings, directory }): WatchedDirectory => ({
        name: settings.name,
        realms: settings.realms,
        standing: (name) => directory.standing(name),
        changes: (since) => directory.changes(since),
        close: () => directory.close(),
      }))
    },
  })
  return {
    start: () => watch.start(),
    async stop() {
      await watch.stop()
      open.close()
    },
  }
}
