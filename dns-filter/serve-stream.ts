import type { Socket } from 'node:net'
import type { Connection, ConnectionLimits } from './connections.ts'
import { LIMITS } from './limits.ts'
import { frame, TcpFrames } from './message/tcp-frames.ts'
import type { DnsMetrics } from './metrics.ts'
import type { DnsServer } from './server.ts'
import type { Via } from './via.ts'

/** Messages with their length over a connection (RFC 7766), which DoT has inside TLS (RFC 7858). */
export function serveStream(about: {
  readonly socket: Socket
  readonly connection: Connection
  readonly via: Via
  readonly server: DnsServer
  readonly metrics: DnsMetrics
  readonly limits: ConnectionLimits
}): void {
  const { socket, connection, via, server, metrics, limits } = about
  const frames = new TcpFrames()
  let isHalfClosed = false

  function drain(): void {
    while (connection.owed < limits.unanswered && !socket.destroyed) {
      if (frames.announced > LIMITS.tcpQuery) return giveUp('tcp-too-long')
      const message = frames.next()
      if (message === null) break
      if (message.length === 0) return giveUp('tcp-empty')
      connection.used()
      connection.owed++
      server.handle(message, connection.source, via, respond)
    }
    // What it sends beyond stays in its own send buffer.
    if (connection.owed >= limits.unanswered) socket.pause()
    else if (socket.isPaused()) socket.resume()
    if (isHalfClosed && connection.owed === 0) socket.end()
  }

  function respond(answer: Uint8Array | null): void {
    connection.owed--
    if (socket.destroyed) return
    // On a connection, what is not even a query tells that the other side speaks something else.
    if (answer === null) return void socket.destroy()
    connection.used()
    socket.write(frame(answer))
    if (socket.writableLength > limits.unread) return giveUp('tcp-slow-reader')
    if (socket.isPaused() || isHalfClosed) setImmediate(drain)
  }

  function giveUp(reason: 'tcp-empty' | 'tcp-slow-reader' | 'tcp-too-long'): void {
    metrics.drops[reason].inc()
    socket.destroy()
  }

  socket.on('error', () => {})
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
