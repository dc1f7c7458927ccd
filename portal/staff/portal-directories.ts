import type { Clock } from '#core/clock.ts'
import { createDirectory } from '#core/ldap/directory.ts'
import type { Directory } from '#core/ldap/directory.ts'
import type { DirectoryMetrics } from '#core/ldap/directory-metrics.ts'
import type { DirectorySettings } from '#core/ldap/directory-settings.ts'
import type { LoginName } from '#core/ldap/login-name.ts'
import type { Log } from '#core/log.ts'
import type { StaffDirectory } from './staff-services.ts'

/** The directories that are declared now, by the realm of a name. */
export interface PortalDirectories {
  /** One whose settings did not change keeps its connections. */
  declare(settings: readonly DirectorySettings[]): void
  of(name: LoginName): StaffDirectory | null
  close(): void
}

interface Held {
  readonly settings: DirectorySettings
  readonly directory: Directory
}

export function createPortalDirectories(deps: {
  readonly metrics: DirectoryMetrics
  readonly log: Log
  readonly clock: Clock
}): PortalDirectories {
  let held: readonly Held[] = []
  return {
    declare(settings) {
      const before = new Map(held.map((one) => [JSON.stringify(one.settings), one]))
      held = settings.map((one) => {
        const text = JSON.stringify(one)
        const same = before.get(text)
        before.delete(text)
        return same ?? { settings: one, directory: createDirectory({ settings: one, ...deps }) }
      })
      for (const gone of before.values()) gone.directory.close()
    },
    of({ realm }) {
      // The first that has a realm keeps it: what is declared stands before the environment.
      const found = held.find(({ settings }) => settings.realms.includes(realm))
      if (found === undefined) return null
      const { settings, directory } = found
      return { name: settings.name, login: (name, password) => directory.login(name, password) }
    },
    close() {
      for (const { directory } of held) directory.close()
    },
  }
}
