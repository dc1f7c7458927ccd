import type { Clock } from '#core/clock.ts'
import type { DirectoryMetrics } from '#core/ldap/directory-metrics.ts'
import type { DirectorySettings } from '#core/ldap/directory-settings.ts'
import { createHeldDirectories } from '#core/ldap/held-directories.ts'
import type { LoginName } from '#core/ldap/login-name.ts'
import type { Log } from '#core/log.ts'
import type { StaffDirectory } from './staff-services.ts'

/** The directories that are declared now, by the realm of a name. */
export interface PortalDirectories {
  declare(settings: readonly DirectorySettings[]): void
  of(name: LoginName): StaffDirectory | null
  close(): void
}

export function createPortalDirectories(deps: {
  readonly metrics: DirectoryMetrics
  readonly log: Log
  readonly clock: Clock
}): PortalDirectories {
  const directories = createHeldDirectories(deps)
  return {
    declare: (settings) => void directories.declare(settings),
    of({ realm }) {
      // The first that has a realm keeps it: what is declared stands before the environment.
      const found = directories.held.find(({ settings }) => settings.realms.includes(realm))
      if (found === undefined) return null
      const { settings, directory } = found
      return { name: settings.name, login: (name, password) => directory.login(name, password) }
    },
    close: () => directories.close(),
  }
}
