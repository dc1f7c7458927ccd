import { once } from 'node:events'
import { createServer } from 'node:net'
import type { Socket } from 'node:net'
import { listenError } from '#core/listen.ts'
import type { ListenAddress } from '#core/listen.ts'
import { LIMITS } from './limits.ts'
import type { Listener } from './listen-udp.ts'
import type { DnsMetrics } from './metrics.ts'
import type { DnsServer } from './server.ts'
import { frame, TcpFrames } from './message/tcp-frames.ts'
import { OVER_TCP } from './via.ts'

export interface TcpLimits {
  readonly connections: number
  readonly perClient: number
  readonly unanswered: number
  readonly unread: number
  readonly idleMs: number
}

const DEFAULTS: TcpLimits = {
  connections: LIMITS.tcpConnections,
  perClient: LIMITS.tcpConnectionsPerClient,
  unanswered: LIMITS.tcpUnanswered,
  unread: LIMITS.tcpUnread,
  idleMs: LIMITS.tcpIdle,
}

export async function listenTcp(
  server: DnsServer,
  address: ListenAddress,
  metrics: DnsMetrics,
  limits: TcpLimits = DEFAULTS,
): Promise<Listener> {
  const sockets = new Set<Socket>()
  const perClient = new Map<string, number>()

  const listener = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => {
    const source = socket.remoteAddress
    const others = source === undefined ? 0 : (perClient.get(source) ?? 0)
    // Before anything is read. A reset is no error of ours, but without a listener it would throw.
    socket.on('error', () => {})
    if (source === undefined) return socket.destroy()
    if (sockets.size >= limits.connections) return turnAway('tcp-connections')
    if (others >= limits.perClient) return turnAway('tcp-connections-per-client')
    sockets.add(socket)
    perClient.set(source, others + 1)
    socket.once('close', () => {
      sockets.delete(socket)
      const left = (perClient.get(source) ?? 1) - 1
      if (left === 0) perClient.delete(source)
      else perClient.set(source, left)
    })
    serve(socket, source)

    function turnAway(reason: 'tcp-connections' | 'tcp-connections-per-client'): void {
      metrics.drops[reason].inc()
      socket.resetAndDestroy()
    }
  })

  function serve(socket: Socket, source: string): void {
    const frames = new TcpFrames()
    let unanswered = 0
    let isHalfClosed = false

    // Only a whole message or an answer winds it up: bytes that trickle in do not keep a place.
    const idle = setTimeout(() => {
      // Still waiting for us: the upstream's time limit is the shorter one.
      if (unanswered > 0) return void idle.refresh()
      metrics.drops['tcp-idle'].inc()
      socket.destroy()
    }, limits.idleMs)
    socket.once('close', () => clearTimeout(idle))

    function drain(): void {
      while (unanswered < limits.unanswered && !socket.destroyed) {
        if (frames.announced > LIMITS.tcpQuery) return giveUp('tcp-too-long')
        const message = frames.next()
        if (message === null) break
        if (message.length === 0) return giveUp('tcp-empty')
        idle.refresh()
        unanswered++
        server.handle(message, source, OVER_TCP, respond)
      }
      // What it sends beyond stays in its own send buffer.
      if (unanswered >= limits.unanswered) socket.pause()
      else if (socket.isPaused()) socket.resume()
      if (isHalfClosed && unanswered === 0) socket.end()
    }

    function respond(answer: Uint8Array | null): void {
      unanswered--
      if (socket.destroyed) return
      // On a connection, what is not even a query tells that the other side speaks something else.
      if (answer === null) return void socket.destroy()
      idle.refresh()
      socket.write(frame(answer))
      if (socket.writableLength > limits.unread) return giveUp('tcp-slow-reader')
      if (socket.isPaused() || isHalfClosed) setImmediate(drain)
    }

    function giveUp(reason: 'tcp-empty' | 'tcp-slow-reader' | 'tcp-too-long'): void {
      metrics.drops[reason].inc()
      socket.destroy()
    }

    socket.on('data', (chunk) => {
      frames.push(chunk)
      drain()
    })
    // RFC 7766 section 6.2.4: who has closed their half still waits for the answers.
    socket.on('end', () => {
      isHalfClosed = true
      drain()
    })
  }

  try {
    listener.listen({ port: address.port, host: address.host })
    await once(listener, 'listening')
  } catch (thrown) {
    throw listenError(thrown, address, 'DNS over TCP', 'ACCUEIL_DNS_LISTEN')
  }
  // Out of descriptors: this connection is lost, the next may succeed.
  listener.on('error', () => metrics.drops['tcp-connections'].inc())

  const bound = listener.address()
  let isOpen = true
  return {
    port: bound !== null && typeof bound === 'object' ? bound.port : address.port,
    async close() {
      if (!isOpen) return
      isOpen = false
      listener.close()
      for (const socket of sockets) socket.destroy()
      await once(listener, 'close')
    },
  }
}
