import { createServer } from 'node:net'
import type { ListenAddress } from '#core/listen.ts'
import { CONNECTION_LIMITS, Connections } from './connections.ts'
import type { ConnectionLimits } from './connections.ts'
import { openTcpPort } from './listener.ts'
import type { Listener } from './listener.ts'
import type { DnsMetrics } from './metrics.ts'
import { serveStream } from './serve-stream.ts'
import type { DnsServer } from './server.ts'
import { OVER_TCP } from './via.ts'

export function listenTcp(
  server: DnsServer,
  address: ListenAddress,
  metrics: DnsMetrics,
  limits: ConnectionLimits = CONNECTION_LIMITS,
): Promise<Listener> {
  const connections = new Connections(limits, metrics.drops)
  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const connection = connections.admit(socket)
    if (connection === null) return
    serveStream({ socket, connection, via: OVER_TCP, server, metrics, limits })
  })
  return openTcpPort({
    listener,
    address,
    connections,
    what: 'DNS over TCP',
    variable: 'ACCUEIL_DNS_LISTEN',
    onError: () => metrics.drops['tcp-connections'].inc(),
  })
}
