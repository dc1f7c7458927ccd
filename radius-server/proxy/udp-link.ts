import { randomInt } from 'node:crypto'
import type { SourceAddress } from '#core/udp/source-address.ts'
import type { UdpLayer } from '#core/udp/udp-layer.ts'
import type { Datagram, Peer, UdpSocket } from '#core/udp/udp-socket.ts'
import type { SharedSecret } from '../shared-secret.ts'
import { LINK_LIMITS } from './link.ts'
import type { Link, SentRequest } from './link.ts'
import type { OutgoingRequest } from './outgoing.ts'
import { IDENTIFIERS, Outstanding } from './outstanding.ts'
import type { ProxyMetrics } from './proxy-metrics.ts'

interface Held {
  readonly socket: UdpSocket
  readonly to: Peer
  readonly outstanding: Outstanding
}

/** Sockets of its own for each server: another one's replies never take its Identifiers. */
export function createUdpLink(deps: {
  readonly layer: UdpLayer
  readonly address: SourceAddress
  readonly port: number
  readonly secret: SharedSecret
  readonly isSignatureNeeded: boolean
  readonly metrics: ProxyMetrics
}): Link {
  const { address, port, secret, metrics } = deps
  const held: Held[] = []
  let opening: Promise<void> | null = null
  let isClosed = false

  function receive(outstanding: Outstanding, batch: readonly Datagram[]): void {
    for (const datagram of batch) {
      const isTheirs = datagram.port === port && datagram.address.equals(address)
      const fault = isTheirs ? outstanding.receive(datagram.bytes) : 'not-awaited'
      if (fault !== null) metrics.replyFaults[fault].inc()
    }
  }

  async function openSocket(): Promise<void> {
    const outstanding = new Outstanding(secret, deps.isSignatureNeeded, randomInt(IDENTIFIERS))
    const socket = await deps.layer.open({
      host: address.bytes.length === 4 ? '0.0.0.0' : '::',
      port: 0,
      receiveBufferBytes: LINK_LIMITS.receiveBufferBytes,
      counters: metrics.udp,
      receive: (batch) => receive(outstanding, batch),
    })
    if (isClosed) return socket.close()
    held.push({ socket, to: socket.peer(address, port), outstanding })
  }

  /** In one turn: whoever waited for the same socket must not count on the same place in it. */
  function sendNow(request: OutgoingRequest): SentRequest | null {
    for (const { socket, to, outstanding } of held) {
      const open = outstanding.open(request)
      if (open === null) continue
      const sendAgain = (): void => socket.send(open.bytes, to)
      sendAgain()
      return { reply: open.reply, giveUp: open.giveUp, sendAgain }
    }
    return null
  }

  return {
    isLossy: true,
    async send(request) {
      while (!isClosed) {
        const sent = sendNow(request)
        if (sent !== null) return sent
        if (held.length >= LINK_LIMITS.sockets) return 'full'
        opening ??= openSocket().finally(() => (opening = null))
        try {
          await opening
        } catch {
          return 'unreachable'
        }
      }
      return 'unreachable'
    },
    get outstanding() {
      return held.reduce((sum, { outstanding }) => sum + outstanding.size, 0)
    },
    giveUpAll() {
      for (const { outstanding } of held) outstanding.end()
    },
    async close() {
      isClosed = true
      for (const { outstanding } of held) outstanding.end()
      await Promise.all(held.map(({ socket }) => socket.close()))
    },
  }
}
