import { listenError } from '#core/listen.ts'
import type { ListenAddress } from '#core/listen.ts'
import type { Counter } from '#core/metrics.ts'
import type { UdpLayer } from '#core/udp/udp-layer.ts'
import type { Datagram, UdpCounters, UdpSocket } from '#core/udp/udp-socket.ts'
import type { Service } from './request.ts'
import type { RadiusServer } from './server.ts'

export const LISTEN_LIMITS = {
  /** Requests of one port that may wait for the database or a password hash at once. */
  inWork: 16_384,
  /** Holds a storm of 10,000 packets while the loop is busy. */
  receiveBufferBytes: 4 * 1024 * 1024,
} as const

export interface UdpListener {
  start(): Promise<void>
  /** Takes no more packets, sends the answers of those in work, then closes. */
  stop(): Promise<void>
  readonly inWork: number
  readonly isOpen: boolean
}

export interface UdpDeps {
  readonly layer: UdpLayer
  readonly server: Pick<RadiusServer, 'handle'>
  readonly service: Service
  readonly address: ListenAddress
  /** The variable that an operator changes when the address cannot be had. */
  readonly variable: string
  readonly tooManyInWork: Counter
  readonly counters: UdpCounters
}

export function createUdpListener(
  deps: UdpDeps,
  limit: number = LISTEN_LIMITS.inWork,
): UdpListener {
  const { server, service, address } = deps
  let socket: UdpSocket | null = null
  let inWork = 0
  let whenIdle: (() => void) | null = null

  function send(reply: Uint8Array | null, to: Datagram): void {
    if (reply !== null) socket?.send(reply, to)
  }

  function sendLater(answer: Promise<Uint8Array | null>, to: Datagram): void {
    inWork += 1
    void answer.then((reply) => {
      send(reply, to)
      inWork -= 1
      if (inWork === 0) whenIdle?.()
    })
  }

  function receive(batch: readonly Datagram[]): void {
    for (const datagram of batch) {
      if (inWork >= limit) {
        deps.tooManyInWork.inc()
        continue
      }
      const answer = server.handle(service, datagram.bytes, datagram)
      if (answer instanceof Promise) sendLater(answer, datagram)
      else send(answer, datagram)
    }
  }

  return {
    async start() {
      try {
        socket = await deps.layer.open({
          ...address,
          // Several processes of one machine share the port, and packets go to the owner of their State.
          reusePort: true,
          receiveBufferBytes: LISTEN_LIMITS.receiveBufferBytes,
          counters: deps.counters,
          receive,
        })
      } catch (thrown) {
        throw listenError(thrown, address, `RADIUS ${service}`, deps.variable)
      }
    },
    async stop() {
      const open = socket
      if (open === null) return
      open.stopReceiving()
      if (inWork > 0) await new Promise<void>((resolve) => (whenIdle = resolve))
      socket = null
      await open.close()
    },
    get inWork() {
      return inWork
    },
    get isOpen() {
      return socket !== null
    },
  }
}
