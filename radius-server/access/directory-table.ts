import { setTimeout as sleepFor } from 'node:timers/promises'
import type { Clock } from '#core/clock.ts'
import { createDirectory } from '#core/ldap/directory.ts'
import type { Directory } from '#core/ldap/directory.ts'
import { createDirectoryMetrics } from '#core/ldap/directory-metrics.ts'
import type { DirectorySettings } from '#core/ldap/directory-settings.ts'
import type { Log } from '#core/log.ts'
import type { Metrics } from '#core/metrics.ts'
import { hashPassword, verifyPassword } from '#core/password.ts'
import type { Gate } from '#core/gate.ts'
import { MEMORY_USES, createRememberedDirectory } from './remembered-directory.ts'
import type { RememberedDirectory } from './remembered-directory.ts'
import type { StaffDirectories } from './staff-login.ts'
import type { VerifiedPasswords } from './verified-passwords.ts'

/** The directories that are declared now, by realm. */
export interface DirectoryTable extends StaffDirectories {
  /** One whose settings did not change keeps its connections and its memory. */
  declare(settings: readonly DirectorySettings[]): void
  close(): void
}

export interface DirectoryTableDeps {
  readonly verified: VerifiedPasswords
  readonly gate: Gate
  readonly log: Log
  readonly metrics: Metrics
  readonly clock: Clock
}

interface Held {
  readonly settings: DirectorySettings
  readonly directory: Directory
  readonly remembered: RememberedDirectory
}

const BREAKER_VALUE = { closed: 0, 'half-open': 1, open: 2 } as const

export function createDirectoryTable(deps: DirectoryTableDeps): DirectoryTable {
  const { log, metrics, clock } = deps
  const directoryMetrics = createDirectoryMetrics(metrics, 'accueil_radius')
  const uses = metrics.counters(
    'accueil_radius_directory_memory_total',
    'Logins for which no directory was asked or waited for, by what its memory was used for.',
    'use',
    MEMORY_USES,
  )
  let held: readonly Held[] = []
  let byRealm = new Map<string, RememberedDirectory>()

  function open(settings: DirectorySettings): Held {
    const directory = createDirectory({ settings, metrics: directoryMetrics, log, clock })
    const remembered = createRememberedDirectory(directory, settings, {
      verified: deps.verified,
      gate: deps.gate,
      hash: hashPassword,
      verify: verifyPassword,
      uses,
      clock,
      sleep: (ms) => sleepFor(ms, null, { ref: false }),
    })
    return { settings, directory, remembered }
  }

  const perDirectory = (name: string, help: string, read: (held: Held) => number): void => {
    metrics.gauges(`accueil_radius_directory_${name}`, help, 'directory', () =>
      held.map((one) => [one.settings.name, read(one)]),
    )
  }
  perDirectory('connections', 'Open connections to its servers.', ({ directory }) =>
    directory.servers.reduce((sum, { connections }) => sum + connections, 0),
  )
  perDirectory(
    'logins_under_way',
    'Questions that wait for it.',
    ({ directory }) => directory.loginsUnderWay,
  )
  perDirectory(
    'people',
    'Who could come in while it is away.',
    ({ remembered }) => remembered.people,
  )
  perDirectory(
    'people_evicted',
    'People and wrong passwords that made room.',
    ({ remembered }) => remembered.evicted,
  )
  metrics.gauges(
    'accueil_radius_directory_server_state',
    '0 asked, 1 tried with one question, 2 left alone because it did not answer.',
    'server',
    () =>
      held.flatMap(({ settings, directory }) =>
        directory.servers.map(({ url, state }): [string, number] => [
          `${settings.name} ${url}`,
          BREAKER_VALUE[state],
        ]),
      ),
  )

  return {
    forRealm: (realm) => byRealm.get(realm) ?? null,
    haveNtHashes: () => held.some(({ settings }) => settings.ntHashAttribute !== null),
    declare(settings) {
      const before = new Map(held.map((one) => [JSON.stringify(one.settings), one]))
      held = settings.map((one) => {
        const text = JSON.stringify(one)
        const same = before.get(text)
        before.delete(text)
        return same ?? open(one)
      })
      for (const gone of before.values()) gone.directory.close()
      byRealm = new Map(
        // The first that has a realm keeps it: what is declared stands before the environment.
        held
          .toReversed()
          .flatMap(({ settings: { realms }, remembered }) =>
            realms.map((realm): [string, RememberedDirectory] => [realm, remembered]),
          ),
      )
    },
    close() {
      for (const { directory } of held) directory.close()
    },
  }
}
