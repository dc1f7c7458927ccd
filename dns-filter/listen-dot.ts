import { createServer } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { ListenAddress } from '#core/listen.ts'
import { CONNECTION_LIMITS, Connections } from './connections.ts'
import type { ConnectionLimits } from './connections.ts'
import { LIMITS } from './limits.ts'
import { openTcpPort } from './listener.ts'
import type { Listener } from './listener.ts'
import type { DnsMetrics } from './metrics.ts'
import { serveStream } from './serve-stream.ts'
import type { DnsServer } from './server.ts'
import type { TlsCertificate } from './tls-certificate.ts'
import { serverNameOf } from './via.ts'

/** DNS over TLS, RFC 7858. */
export async function listenDot(
  server: DnsServer,
  address: ListenAddress,
  certificate: TlsCertificate,
  metrics: DnsMetrics,
  limits: ConnectionLimits = CONNECTION_LIMITS,
): Promise<Listener> {
  const connections = new Connections(limits, metrics.drops)
  const tls = createTlsServer({
    ...certificate.options(),
    ALPNProtocols: ['dot'],
    handshakeTimeout: LIMITS.tlsHandshake,
    allowHalfOpen: true,
  })
  const forget = certificate.onChange((options) => tls.setSecureContext(options))
  tls.on('secureConnection', (socket) => {
    const connection = connections.find(socket)
    if (connection === undefined) return void socket.destroy()
    const via = { transport: 'dot', serverName: serverNameOf(socket), token: null } as const
    serveStream({ socket, connection, via, server, metrics, limits })
  })
  tls.on('tlsClientError', (_error, socket) => {
    metrics.drops['tls-handshake'].inc()
    socket.destroy()
  })
  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    if (connections.admit(socket) !== null) tls.emit('connection', socket)
  })
  listener.once('close', forget)
  return openTcpPort({
    listener,
    address,
    connections,
    what: 'DNS over TLS',
    variable: 'ACCUEIL_DNS_DOT_LISTEN',
    onError: () => metrics.drops['tcp-connections'].inc(),
  })
}
