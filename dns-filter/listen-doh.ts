import { createSecureServer } from 'node:http2'
import type { Http2ServerRequest, Http2ServerResponse } from 'node:http2'
import { createServer } from 'node:net'
import type { ListenAddress } from '#core/listen.ts'
import { CONNECTION_LIMITS, Connections } from './connections.ts'
import type { Connection, ConnectionLimits } from './connections.ts'
import { DNS_MESSAGE, readDohRequest } from './doh-request.ts'
import { LIMITS } from './limits.ts'
import { openTcpPort } from './listener.ts'
import type { Listener } from './listener.ts'
import { freshness } from './message/freshness.ts'
import type { DnsMetrics } from './metrics.ts'
import type { DnsServer } from './server.ts'
import type { TlsCertificate } from './tls-certificate.ts'
import { serverNameOf } from './via.ts'

/** DNS over HTTPS, RFC 8484: HTTP/2, and HTTP/1.1 for who knows no other. */
export async function listenDoh(
  server: DnsServer,
  address: ListenAddress,
  certificate: TlsCertificate,
  metrics: DnsMetrics,
  limits: ConnectionLimits = CONNECTION_LIMITS,
): Promise<Listener> {
  const connections = new Connections(limits, metrics.drops)
  const unread = new WeakMap<Connection, number>()
  const https = createSecureServer(
    {
      ...certificate.options(),
      allowHTTP1: true,
      handshakeTimeout: LIMITS.tlsHandshake,
      unknownProtocolTimeout: LIMITS.tlsHandshake,
      maxSessionMemory: LIMITS.dohSessionMegabytes,
      maxHeaderListPairs: LIMITS.dohHeaders,
      maxOutstandingPings: 4,
      settings: {
        enablePush: false,
        maxConcurrentStreams: limits.unanswered,
        maxHeaderListSize: LIMITS.dohHeaderBytes,
      },
    },
    answer,
  )
  const forget = certificate.onChange((options) => https.setSecureContext(options))
  https.on('tlsClientError', (_error, socket) => {
    metrics.drops['tls-handshake'].inc()
    socket.destroy()
  })
  https.on('sessionError', () => metrics.drops['http-session'].inc())

  function answer(request: Http2ServerRequest, response: Http2ServerResponse): void {
    request.on('error', () => {})
    response.on('error', () => {})
    const connection = connections.find(request.socket)
    if (connection === undefined) return
    const read = readDohRequest(request.method, request.url, request.headers)
    if (read.kind === 'refused') return refuse(response, read.status)
    if (read.kind === 'message') {
      return handle(connection, request, response, read.message, read.token)
    }
    const chunks: Buffer[] = []
    let length = 0
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      // Read to its end, for a response before that would be lost with the connection; not kept.
      if (length <= LIMITS.tcpQuery) chunks.push(chunk)
      else chunks.length = 0
    })
    request.on('end', () => {
      if (length > LIMITS.tcpQuery) return refuse(response, 413)
      handle(connection, request, response, Buffer.concat(chunks), read.token)
    })
  }

  function handle(
    connection: Connection,
    request: Http2ServerRequest,
    response: Http2ServerResponse,
    message: Uint8Array,
    token: string | null,
  ): void {
    const via = { transport: 'doh', serverName: serverNameOf(request.socket), token } as const
    connection.used()
    connection.owed++
    server.handle(message, connection.source, via, (bytes) => {
      connection.owed--
      // Nothing to be said to what is no query; of HTTP, an answer is owed all the same.
      if (bytes === null) return refuse(response, 400)
      if (response.destroyed || response.writableEnded) return
      connection.used()
      const waiting = (unread.get(connection) ?? 0) + bytes.length
      if (waiting > limits.unread) {
        metrics.drops['tcp-slow-reader'].inc()
        return connection.close()
      }
      unread.set(connection, waiting)
      response.once('close', () => {
        unread.set(connection, (unread.get(connection) ?? bytes.length) - bytes.length)
      })
      response.writeHead(200, {
        'content-type': DNS_MESSAGE,
        'content-length': bytes.length,
        // Another network of the same place may get another answer: not for a cache they share.
        'cache-control': `private, max-age=${freshness(bytes)}`,
      })
      response.end(bytes)
    })
  }

  function refuse(response: Http2ServerResponse, status: number): void {
    metrics.drops['http-request'].inc()
    if (response.destroyed || response.writableEnded) return
    response.writeHead(status, {
      'content-length': 0,
      ...(status === 405 ? { allow: 'GET, POST' } : {}),
      ...(status === 415 ? { accept: DNS_MESSAGE } : {}),
    })
    response.end()
  }

  const listener = createServer({ noDelay: true }, (socket) => {
    if (connections.admit(socket) !== null) https.emit('connection', socket)
  })
  listener.once('close', forget)
  return openTcpPort({
    listener,
    address,
    connections,
    what: 'DNS over HTTPS',
    variable: 'ACCUEIL_DNS_DOH_LISTEN',
    onError: () => metrics.drops['tcp-connections'].inc(),
  })
}
