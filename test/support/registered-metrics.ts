import { createDatabaseWatch } from '../../command/database-watch.ts'
import { createJobsRole } from '../../command/jobs-role.ts'
import { tracingOf } from '../../command/tracing.ts'
import { measureUdp } from '../../command/udp-metrics.ts'
import { createDnsFilter } from '../../dns-filter/main.ts'
import { createPortal } from '../../portal/main.ts'
import { createRadiusServer } from '../../radius-server/main.ts'
import { systemClock } from '#core/clock.ts'
import type { Config } from '#core/config.ts'
import { readConfig } from '#core/config.ts'
import { silentLog } from '#core/log.ts'
import type { Metrics } from '#core/metrics.ts'
import { chooseUdpLayer } from '#core/udp/udp-layer.ts'
import { openDatabase } from '#db/connection.ts'
import type { PartDeps } from '#db/part.ts'
import type { TestDatabase } from './database.ts'
import { selfSigned } from './gateway-certificate.ts'
import { temporaryFolder } from './folder.ts'
import { testSeal } from './house.ts'
import { freePort } from './peers/free-ports.ts'
import { recordedMetrics } from './recorded-metrics.ts'
import type { RecordedMetric } from './recorded-metrics.ts'

const SECTIONS = ['every process', 'radius and dns', 'portal', 'radius', 'dns', 'jobs'] as const
export type Section = (typeof SECTIONS)[number]

/** What each role really makes: the roles are constructed as the program does it, each with metrics of its own. */
export async function registeredMetrics(
  database: TestDatabase,
): Promise<Readonly<Record<Section, readonly RecordedMetric[]>>> {
  const certificate = await selfSigned('dns.example.org')
  using folder = temporaryFolder({ 'dns.pem': certificate.pem, 'dns.key': certificate.keyPem })
  const config = await configOf(folder)
  const udp = chooseUdpLayer(null)
  const depsWith = (metrics: Metrics): PartDeps => ({
    ...{ config, database, seal: testSeal, log: silentLog, metrics, clock: systemClock, udp },
  })
  const makers: Readonly<Record<Section, (metrics: Metrics) => unknown>> = {
    'every process': async (metrics) => {
      createDatabaseWatch({ database, log: silentLog, metrics, revive: null })
      const deps = { metrics, log: silentLog, clock: systemClock }
      await (await tracingOf(config, deps))?.stop()
    },
    'radius and dns': (metrics) => measureUdp(metrics, udp),
    portal: (metrics) =>
      createPortal({ ...depsWith(metrics), database: database.as('portal'), health: () => [] }),
    radius: (metrics) =>
      createRadiusServer({
        ...{ ...depsWith(metrics), database: database.as('radius') },
        connect: (options) => openDatabase(database.url, { ...options, role: 'radius' }),
      }),
    // The certificate is measured once it is read.
    dns: async (metrics) => {
      const role = createDnsFilter({ ...depsWith(metrics), database: database.as('dns') })
      await role.start()
      await role.stop()
    },
    jobs: (metrics) =>
      createJobsRole({ ...depsWith(metrics), database: database.as('jobs') }, database.url),
  }
  const found = SECTIONS.map(async (section) => {
    const { metrics, made } = recordedMetrics()
    await makers[section](metrics)
    return [section, made] as const
  })
  return Object.fromEntries(await Promise.all(found)) as Record<Section, RecordedMetric[]>
}

async function configOf(folder: {
  readonly path: string
  file(name: string): string
}): Promise<Config> {
  const read = readConfig({
    ACCUEIL_DATA_DIR: folder.path,
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318',
    ACCUEIL_PUBLIC_URL: 'https://wifi.example.org',
    ACCUEIL_DNS_LISTEN: `127.0.0.1:${await freePort()}`,
    ACCUEIL_DNS_DOT_LISTEN: `127.0.0.1:${await freePort()}`,
    ACCUEIL_DNS_DOH_LISTEN: `127.0.0.1:${await freePort()}`,
    ACCUEIL_DNS_TLS_CERT: folder.file('dns.pem'),
    ACCUEIL_DNS_TLS_KEY: folder.file('dns.key'),
  })
  if (!read.ok) throw new Error('the test environment is refused')
  return read.config
}
