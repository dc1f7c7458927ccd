import { systemClock } from '#core/clock.ts'
import { silentLog } from '#core/log.ts'
import { createMetrics } from '#core/metrics.ts'
import { chooseUdpLayer } from '#core/udp/udp-layer.ts'
import { loadProxying } from '#db/proxying.ts'
import type { HomeServer } from '#db/proxying.ts'
import { HOME_TIMES, createHomeServer } from '../radius-server/proxy/home-server.ts'
import { createProxyMetrics } from '../radius-server/proxy/proxy-metrics.ts'
import type { House } from './house.ts'

/** What was found of one; null is well. */
export interface HomeServerFinding {
  readonly what: string
  readonly wrong?: string
  readonly note?: string
}

/** Asks each home server by Status-Server, from this machine and with what is declared. */
export async function checkHomeServers({
  database,
  seal,
  config,
}: House): Promise<readonly HomeServerFinding[]> {
  const { servers } = await loadProxying(database, seal)
  const deps = {
    layer: chooseUdpLayer(config.udpLayer),
    metrics: createProxyMetrics(createMetrics()),
    log: silentLog,
    clock: systemClock,
    times: HOME_TIMES,
  }
  const look = async (settings: HomeServer): Promise<HomeServerFinding> => {
    const what = `home server ${settings.name}`
    if (!settings.statusServer) return { what, note: 'not asked: it answers no Status-Server' }
    const server = createHomeServer(settings, deps)
    const reason = await server.probe()
    await server.close()
    if (reason === null) return { what }
    return { what, wrong: `${settings.address}: ${reason}; ${WAYS_OUT[settings.transport.kind]}` }
  }
  return Promise.all(servers.map(look))
}

const WAYS_OUT = {
  udp: 'does it know this machine by its address, and is the secret the same on both sides?',
  radsec: 'are radsec.name, ca, certificate and key as it expects them?',
} as const
