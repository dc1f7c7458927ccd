import type { Clock } from '#core/clock.ts'
import type { EventName } from '#core/events.ts'
import type { Fields, Log } from '#core/log.ts'
import { createMetrics } from '#core/metrics.ts'
import type { Metrics } from '#core/metrics.ts'
import { createDirectory } from '#core/ldap/directory.ts'
import type { Directory } from '#core/ldap/directory.ts'
import { createDirectoryMetrics } from '#core/ldap/directory-metrics.ts'
import type { DirectorySettings } from '#core/ldap/directory-settings.ts'
import { parseLoginName } from '#core/ldap/login-name.ts'
import type { DirectoryVerdict } from '#core/ldap/verdict.ts'

export interface TestDirectory extends Disposable {
  readonly directory: Directory
  readonly metrics: Metrics
  readonly events: readonly (readonly [EventName, Fields])[]
  login(name: string, password: string): Promise<DirectoryVerdict>
}

/** A directory of the scripted servers, with the settings of its `onePerson`. */
export function testDirectory(
  urls: readonly string[],
  more: Partial<DirectorySettings> = {},
  clock: Clock = Date.now,
): TestDirectory {
  const metrics = createMetrics()
  const events: (readonly [EventName, Fields])[] = []
  const note = (event: EventName, fields: Fields = {}): void => void events.push([event, fields])
  const log: Log = { debug: note, info: note, warn: note, error: note }
  const directory = createDirectory({
    settings: { ...TEST_SETTINGS, urls, ...more },
    metrics: createDirectoryMetrics(metrics, 'test'),
    log,
    clock,
  })
  return {
    directory,
    metrics,
    events,
    login: (name, password) => directory.login(parseLoginName(name), Buffer.from(password)),
    [Symbol.dispose]: () => directory.close(),
  }
}

export const TEST_SETTINGS: DirectorySettings = {
  name: 'test',
  urls: [],
  startTls: false,
  caPem: null,
  baseDn: 'dc=test',
  bindDn: 'cn=service',
  bindPassword: 'service',
  kind: 'openldap',
  realms: ['test', ''],
  userFilter: null,
  groups: { baseDn: 'ou=groups,dc=test', from: 'members', nested: true },
  lastGoodMs: 8 * 3_600_000,
  ntHashAttribute: null,
}
