import { codeOf } from '#core/error.ts'
import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Config } from '#core/config.ts'
import { formatListenAddress, listenError } from '#core/listen.ts'
import type { ListenAddress } from '#core/listen.ts'
import type { Finding } from './finding.ts'
import { ALIVE } from './operator-server.ts'

/** Loading its lists takes a small box some seconds. */
const START_WAIT_MS = 60_000
const START_POLL_MS = 200
const HEALTH_WAIT_MS = 2_000

/** Whether each address is free, or used by the Accueil of this configuration. */
export async function checkPorts(config: Config): Promise<readonly Finding[]> {
  const running = await answersAsAccueil(config.metrics)
  const ports: readonly (readonly [string, ListenAddress, 'tcp' | 'udp', string])[] = [
    ['portal', config.http, 'tcp', 'ACCUEIL_HTTP_LISTEN'],
    ['metrics', config.metrics, 'tcp', 'ACCUEIL_METRICS_LISTEN'],
    ['RADIUS authentication', config.radius, 'udp', 'ACCUEIL_RADIUS_LISTEN'],
    ['RADIUS accounting', config.radiusAcct, 'udp', 'ACCUEIL_RADIUS_ACCT_LISTEN'],
    ['RadSec', config.radsec, 'tcp', 'ACCUEIL_RADSEC_LISTEN'],
    ['DNS', config.dns, 'udp', 'ACCUEIL_DNS_LISTEN'],
    ['DNS over TCP', config.dns, 'tcp', 'ACCUEIL_DNS_LISTEN'],
    ...(config.dnsTls === null
      ? []
      : ([
          ['DNS over TLS', config.dnsTls.dot, 'tcp', 'ACCUEIL_DNS_DOT_LISTEN'],
          ['DNS over HTTPS', config.dnsTls.doh, 'tcp', 'ACCUEIL_DNS_DOH_LISTEN'],
        ] as const)),
  ]
  const findings = []
  for (const [name, address, protocol, variable] of ports) {
    const what = `port of ${name}, ${formatListenAddress(address)}`
    try {
      await (protocol === 'tcp' ? bindTcp(address) : bindUdp(address))
      findings.push({ what })
    } catch (thrown) {
      const inUse = codeOf(thrown) === 'EADDRINUSE'
      if (running && inUse) findings.push({ what: `${what} (used by the Accueil that runs here)` })
      else findings.push({ what, wrong: listenError(thrown, address, name, variable).message })
    }
  }
  return findings
}

/** Whether an Accueil runs here; one that is starting is waited for, so as not to take its ports from it. */
async function answersAsAccueil({ host, port }: ListenAddress): Promise<boolean> {
  const target = ['0.0.0.0', '::'].includes(host) ? '127.0.0.1' : host
  const url = `http://${formatListenAddress({ host: target, port })}/healthz`
  const until = Date.now() + START_WAIT_MS
  for (;;) {
    const said = await alive(url)
    if (said !== ALIVE.starting || Date.now() > until) return said !== null
    await sleep(START_POLL_MS)
  }
}

async function alive(url: string): Promise<string | null> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(HEALTH_WAIT_MS) })
    const said = await response.text()
    return said.startsWith('accueil') ? said : null
  } catch {
    return null // nobody there: a port in use is then somebody else's
  }
}

function bindTcp({ host, port }: ListenAddress): Promise<void> {
  const bound = Promise.withResolvers<void>()
  const server = createServer().once('error', bound.reject)
  server.listen(port, host, () => server.close(() => bound.resolve()))
  return bound.promise
}

function bindUdp({ host, port }: ListenAddress): Promise<void> {
  const bound = Promise.withResolvers<void>()
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4').once('error', bound.reject)
  socket.bind(port, host, () => socket.close(() => bound.resolve()))
  return bound.promise
}
