import type { Server, ServerResponse } from 'node:http'
import { listenError } from '#core/listen.ts'
import type { ListenAddress } from '#core/listen.ts'
import type { Metrics } from '#core/metrics.ts'
import type { Problem } from '#core/role.ts'

/** By an import, Node would load its fetch and WebSocket with it: 10 MiB for a server that asks nobody. */
const { createServer } = process.getBuiltinModule('node:http')

/** What `/healthz` says, of a process that lives. */
export const ALIVE = { up: 'accueil\n', starting: 'accueil is starting\n' } as const

/** What operators and orchestrators ask, on an address that guests do not reach, in every process. */
export function createOperatorServer(options: {
  address: ListenAddress
  metrics: Pick<Metrics, 'text'>
  health: () => readonly Problem[]
  /** False until each role has its ports: who looks for free ones must not take theirs meanwhile. */
  isUp: () => boolean
}): { start(): Promise<void>; stop(): Promise<void> } {
  const { address, metrics, health, isUp } = options
  const server: Server = createServer((request, response) => {
    const [path, query = ''] = request.url?.split('?', 2) ?? []
    if (path === '/metrics') {
      metrics.text().then(
        (text) => send(response, 200, 'text/plain; version=0.0.4; charset=utf-8', text),
        () => send(response, 500, 'text/plain', 'the metrics cannot be read'),
      )
    } else if (path === '/healthz') {
      send(response, 200, 'text/plain', isUp() ? ALIVE.up : ALIVE.starting)
    } else if (path === '/readyz') {
      // As Kubernetes has it for its own: what is named does not count. A database that is away is no
      // reason to lead phones and gateways away from whoever still answers from memory.
      const excluded = new URLSearchParams(query).getAll('exclude')
      const problems = health().filter(({ role }) => !excluded.includes(role))
      const status = problems.length === 0 ? 200 : 503
      const body = JSON.stringify({ ready: problems.length === 0, problems })
      send(response, status, 'application/json', body)
    } else send(response, 404, 'text/plain', 'see /metrics, /readyz, /healthz\n')
  })
  server.requestTimeout = 10_000
  server.maxConnections = 64
  return {
    start() {
      const opened = Promise.withResolvers<void>()
      server.once('error', (thrown) =>
        opened.reject(listenError(thrown, address, 'metrics', 'ACCUEIL_METRICS_LISTEN')),
      )
      server.listen(address.port, address.host, opened.resolve)
      return opened.promise
    },
    stop() {
      const closed = Promise.withResolvers<void>()
      server.close(() => closed.resolve())
      server.closeAllConnections()
      return closed.promise
    },
  }
}

function send(response: ServerResponse, status: number, type: string, body: string): void {
  response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body)
}
