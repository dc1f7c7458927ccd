import type { Clock } from '#core/clock.ts'
import type { Log } from '#core/log.ts'
import { createDirectory } from './directory.ts'
import type { Directory } from './directory.ts'
import type { DirectoryMetrics } from './directory-metrics.ts'
import type { DirectorySettings } from './directory-settings.ts'

export interface HeldDirectory {
  readonly settings: DirectorySettings
  readonly directory: Directory
}

/** The directories that are declared now. */
export interface HeldDirectories {
  /** One whose settings did not change is the same as before, and keeps its connections. */
  declare(settings: readonly DirectorySettings[]): readonly HeldDirectory[]
  readonly held: readonly HeldDirectory[]
  close(): void
}

export function createHeldDirectories(deps: {
  readonly metrics: DirectoryMetrics
  readonly log: Log
  readonly clock: Clock
}): HeldDirectories {
  let held: readonly HeldDirectory[] = []
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
      return held
    },
    get held() {
      return held
    },
    close() {
      for (const { directory } of held) directory.close()
    },
  }
}
