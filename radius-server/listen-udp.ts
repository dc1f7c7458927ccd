import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { listenError } from '#core/listen.ts'
import type { ListenAddress } from '#core/listen.ts'
import type { Counter } from '#core/metrics.ts'
import type { Service } from './request.ts'
import type { RadiusServer } from './server.ts'

const UDP_LIMITS = {
  /** Requests of one port that may wait for the database or a password hash at once. */
  inWork: 16_384,
  /** Holds a storm of 10,000 packets while the loop is busy; the kernel may grant less. */
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
  readonly server: RadiusServer
  readonly service: Service
  readonly address: ListenAddress
  /** The variable that an operator changes when the address cannot be had. */
  readonly variable: string
  readonly tooManyInWork: Counter
  readonly sendFailures: Counter
}

export function createUdpListener(deps: UdpDeps, limit: number = UDP_LIMITS.inWork): UdpListener {
  const { server, service, address } = deps
  let socket: Socket | null = null
  let inWork = 0
  /** Replies given to the system and not yet gone: closing the socket would lose them. */
  let beingSent = 0
  let whenIdle: (() => void) | null = null

  function send(reply: Uint8Array | null, port: number, host: string): void {
    if (reply === null || socket === null) return
    beingSent += 1
    socket.send(reply, port, host, (error) => {
      if (error !== null) deps.sendFailures.inc()
      beingSent -= 1
      noteIdle()
    })
  }

  function noteIdle(): void {
    if (inWork === 0 && beingSent === 0) whenIdle?.()
  }

  async function sendLater(
    answer: Promise<Uint8Array | null>,
    port: number,
    host: string,
  ): Promise<void> {
    inWork += 1
    send(await answer, port, host)
    inWork -= 1
    noteIdle()
  }

  function receive(datagram: Uint8Array, source: { address: string; port: number }): void {
    if (inWork >= limit) {
      deps.tooManyInWork.inc()
      return
    }
    const answer = server.handle(service, datagram, source)
    if (answer instanceof Promise) void sendLater(answer, source.port, source.address)
    else send(answer, source.port, source.address)
  }

  return {
    async start() {
      const opened = createSocket({
        type: address.host.includes(':') ? 'udp6' : 'udp4',
        recvBufferSize: UDP_LIMITS.receiveBufferBytes,
      })
      await new Promise<void>((resolve, reject) => {
        const refuse = (thrown: Error): void => {
          opened.close()
          reject(listenError(thrown, address, `RADIUS ${service}`, deps.variable))
        }
        opened.once('error', refuse)
        opened.bind(address.port, address.host, () => {
          opened.off('error', refuse)
          resolve()
        })
      })
      // An ICMP error about a reply concerns one gateway, not the socket.
      opened.on('error', () => deps.sendFailures.inc())
      opened.on('message', receive)
      socket = opened
    },
    async stop() {
      const open = socket
      if (open === null) return
      open.removeAllListeners('message')
      if (inWork + beingSent > 0) await new Promise<void>((resolve) => (whenIdle = resolve))
      socket = null
      await new Promise<void>((resolve) => open.close(() => resolve()))
    },
    get inWork() {
      return inWork
    },
    get isOpen() {
      return socket !== null
    },
  }
}
