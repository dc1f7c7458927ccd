import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { BoundedMap } from '#core/bounded-map.ts'
import { sourceAddress } from './source-address.ts'
import type { SourceAddress } from './source-address.ts'
import { UDP_LIMITS } from './udp-socket.ts'
import type { Datagram, Peer, UdpOptions, UdpSocket } from './udp-socket.ts'

const ADDRESSES = 8192

interface DgramPeer extends Peer {
  /** As node:dgram wants it back: `::ffff:192.0.2.1` on a socket for both families. */
  readonly host: string
}

/**
 * The same by node:dgram, for machines without a compiler: a batch is one datagram, and what the
 * kernel dropped or an answer's own source address (IP_PKTINFO) cannot be had.
 */
export async function openDgramSocket(isV6: boolean, options: UdpOptions): Promise<UdpSocket> {
  const { receive, counters } = options
  const addresses = new BoundedMap<string, SourceAddress>({ limit: ADDRESSES })
  const socket = createSocket({
    type: isV6 ? 'udp6' : 'udp4',
    reusePort: options.reusePort === true,
    // Without this each answer would go through dns.lookup, for an address (nodejs/node#35130).
    lookup: (host, _options, callback) => callback(null, host, isV6 ? 6 : 4),
  })
  let waiting = 0
  let waitingBytes = 0
  let whenIdle: (() => void) | null = null
  let closing: Promise<void> | null = null
  let isClosed = false

  try {
    // Heard before it is asked for: with a look-up that answers at once, so does bind.
    const listening = once(socket, 'listening')
    socket.bind(options.port, options.host)
    await listening
  } catch (thrown) {
    socket.close()
    throw thrown
  }
  // An ICMP error is about one peer; the socket is as good as before.
  socket.on('error', () => counters['receive-failed'].inc())
  try {
    socket.setRecvBufferSize(options.receiveBufferBytes)
  } catch {
    // The system's own size serves too, with less room for a burst.
  }

  function addressOf(host: string): SourceAddress | null {
    const known = addresses.get(host)
    if (known !== undefined) return known
    const made = sourceAddress(host)
    if (made !== null) addresses.set(host, made)
    return made
  }

  socket.on('message', (bytes, { address: host, port }) => {
    counters.received.inc()
    const address = addressOf(host)
    if (address === null) return counters['receive-failed'].inc()
    if (bytes.length > UDP_LIMITS.datagramBytes) return counters['too-long'].inc()
    const datagram: Datagram & DgramPeer = { bytes, address, port, host }
    receive([datagram])
  })

  function finish(): Promise<void> {
    const closed = once(socket, 'close')
    const end = (): void => {
      isClosed = true
      socket.close()
    }
    socket.removeAllListeners('message')
    if (waiting === 0) end()
    else whenIdle = end
    return closed.then(() => {})
  }

  return {
    port: socket.address().port,
    send(bytes, to) {
      const { host, port } = to as DgramPeer
      if (isClosed || port === 0) return counters['send-failed'].inc()
      if (waitingBytes + bytes.length >= UDP_LIMITS.sendQueueBytes) {
        return counters['send-queue-full'].inc()
      }
      waiting += 1
      waitingBytes += bytes.length
      socket.send(bytes, port, host, (error) => {
        counters[error === null ? 'sent' : 'send-failed'].inc()
        waiting -= 1
        waitingBytes -= bytes.length
        if (waiting === 0) whenIdle?.()
      })
    },
    peer(address, port) {
      const host = isV6 && address.bytes.length === 4 ? `::ffff:${address.text}` : address.text
      const peer: DgramPeer = { address, port, host }
      return peer
    },
    stopReceiving() {
      socket.removeAllListeners('message')
    },
    close() {
      closing ??= finish()
      return closing
    },
  }
}
