import type { Socket } from 'node:net'
import { LIMITS } from './limits.ts'
import type { DnsMetrics } from './metrics.ts'

export interface ConnectionLimits {
  readonly connections: number
  readonly perClient: number
  /** Questions of one connection that wait for their answers. */
  readonly unanswered: number
  /** Bytes that a client may leave unread. */
  readonly unread: number
  readonly idleMs: number
}

export const CONNECTION_LIMITS: ConnectionLimits = {
  connections: LIMITS.tcpConnections,
  perClient: LIMITS.tcpConnectionsPerClient,
  unanswered: LIMITS.tcpUnanswered,
  unread: LIMITS.tcpUnread,
  idleMs: LIMITS.tcpIdle,
}

/** A client's connection, from before its first byte: TLS and HTTP are put over it later. */
export interface Connection {
  readonly source: string
  /** Questions that were not answered yet. */
  owed: number
  /** A whole message or an answer went over it. Bytes that trickle in do not keep a place. */
  used(): void
  onClose(then: () => void): void
  close(): void
}

/** Who may be connected: so many in all, so many of one address, and nobody for nothing. */
export class Connections {
  readonly #limits: ConnectionLimits
  readonly #drops: DnsMetrics['drops']
  /** Longest unused first. */
  readonly #open = new Map<string, Connection>()
  readonly #perClient = new Map<string, number>()

  constructor(limits: ConnectionLimits, drops: DnsMetrics['drops']) {
    this.#limits = limits
    this.#drops = drops
  }

  get size(): number {
    return this.#open.size
  }

  /** Null where there is no room: the socket is reset then. Before anything is read from it. */
  admit(socket: Socket): Connection | null {
    // A reset is no error of ours, but without a listener it would throw.
    socket.on('error', () => {})
    const source = socket.remoteAddress
    if (source === undefined) {
      socket.destroy()
      return null
    }
    const others = this.#perClient.get(source) ?? 0
    if (others >= this.#limits.perClient) {
      this.#drops['tcp-connections-per-client'].inc()
      socket.resetAndDestroy()
      return null
    }
    if (this.#open.size >= this.#limits.connections && !this.#makeRoom()) {
      this.#drops['tcp-connections'].inc()
      socket.resetAndDestroy()
      return null
    }
    this.#perClient.set(source, others + 1)
    return this.#add(socket, source, keyOf(socket))
  }

  /** The connection under a socket of TLS or of HTTP/2. */
  find(socket: Pick<Socket, 'remoteAddress' | 'remotePort'>): Connection | undefined {
    return this.#open.get(keyOf(socket))
  }

  closeAll(): void {
    for (const connection of this.#open.values()) connection.close()
  }

  #add(socket: Socket, source: string, key: string): Connection {
    const idle = setTimeout(() => {
      // Still waiting for us: the upstream's time limit is the shorter one.
      if (connection.owed > 0) return void idle.refresh()
      this.#drops['tcp-idle'].inc()
      connection.close()
    }, this.#limits.idleMs)
    const connection: Connection = {
      source,
      owed: 0,
      used: () => {
        idle.refresh()
        if (this.#open.delete(key)) this.#open.set(key, connection)
      },
      onClose: (then) => void socket.once('close', then),
      close: () => void socket.destroy(),
    }
    this.#open.set(key, connection)
    socket.once('close', () => {
      clearTimeout(idle)
      this.#open.delete(key)
      const left = (this.#perClient.get(source) ?? 1) - 1
      if (left === 0) this.#perClient.delete(source)
      else this.#perClient.set(source, left)
    })
    return connection
  }

  /** RFC 7766 section 6.2.3: under load who has been idle longest goes, not who comes. */
  #makeRoom(): boolean {
    for (const [key, connection] of this.#open) {
      if (connection.owed > 0) continue
      this.#drops['tcp-idle'].inc()
      this.#open.delete(key)
      connection.close()
      return true
    }
    return false
  }
}

function keyOf({
  remoteAddress,
  remotePort,
}: Pick<Socket, 'remoteAddress' | 'remotePort'>): string {
  return `${remoteAddress} ${remotePort}`
}
