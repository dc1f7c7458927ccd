import { readConfig } from '#core/config.ts'
import type { Clock } from '#core/clock.ts'
import { createLog, silentLog } from '#core/log.ts'
import { createMetrics } from '#core/metrics.ts'
import type { Metrics } from '#core/metrics.ts'
import { chooseUdpLayer } from '#core/udp/udp-layer.ts'
import type { Database } from '#db/connection.ts'
import { createPortal } from '../../portal/main.ts'
import { testSeal } from './house.ts'
import { freePort } from './peers/free-ports.ts'

export interface StaffPortal extends AsyncDisposable {
  /** `http://127.0.0.1:…` */
  readonly url: string
  readonly metrics: Metrics
}

/** Where a portal will be, for what must know it before it starts. */
export async function portalAddress(): Promise<string> {
  return `http://127.0.0.1:${await freePort()}`
}

/** The composed portal on a real database and a real port; `environment` as `.env` has it. */
export async function startStaffPortal(
  database: Database,
  url: string,
  environment: Readonly<Record<string, string>> = {},
  clock: Clock = Date.now,
): Promise<StaffPortal> {
  const read = readConfig({
    ACCUEIL_PUBLIC_URL: url,
    ACCUEIL_HTTP_LISTEN: new URL(url).host,
    ...environment,
  })
  if (!read.ok) throw new Error(read.problems.join('\n'))
  const metrics = createMetrics()
  const portal = createPortal({
    config: read.config,
    ...{ database, seal: testSeal, metrics, clock },
    log: process.env['SHOW_LOG'] === undefined ? silentLog : createLog({ fd: 2, level: 'info' }),
    udp: chooseUdpLayer('dgram'),
    health: () => [],
  })
  await portal.start()
  return { url, metrics, [Symbol.asyncDispose]: () => portal.stop() }
}
