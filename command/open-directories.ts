import { createDirectory } from '#core/ldap/directory.ts'
import type { DirectoryMetrics } from '#core/ldap/directory-metrics.ts'
import { loadDirectories } from '#db/directories.ts'
import type { SyncedDirectory } from '#db/directory-findings.ts'
import type { PartDeps } from '#db/part.ts'

/** The directories that are declared now, and that of the environment, for one run of a job. */
export async function openDirectories(
  { config, database, seal, log, clock }: PartDeps,
  metrics: DirectoryMetrics,
): Promise<readonly SyncedDirectory[]> {
  const declared = await loadDirectories(database, seal)
  const all = config.directory === null ? declared : [...declared, config.directory]
  return all.map((settings) => {
    const directory = createDirectory({ settings, metrics, log, clock })
    return {
      name: settings.name,
      realms: settings.realms,
      standing: (name) => directory.standing(name),
      close: () => directory.close(),
    }
  })
}
