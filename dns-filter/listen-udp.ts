import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { isIPv6 } from 'node:net'
import { listenError } from '#core/listen.ts'
import type { ListenAddress } from '#core/listen.ts'
import type { DnsMetrics } from './metrics.ts'
import type { DnsServer } from './server.ts'

export interface Listener {
  /** The bound port, which differs from the wanted one when that was 0. */
  readonly port: number
  close(): Promise<void>
}

/** What waits in the kernel while the loop does something else; more than most systems grant. */
const RECEIVE_BUFFER = 4 * 1024 * 1024

export async function listenUdp(
  server: DnsServer,
  address: ListenAddress,
  metrics: DnsMetrics,
): Promise<Listener> {
  const isV6 = isIPv6(address.host)
  const socket = createSocket({
    type: isV6 ? 'udp6' : 'udp4',
    // Without this each answer would go through dns.lookup, for an address (nodejs/node#35130).
    lookup: (host, _options, callback) => callback(null, host, isV6 ? 6 : 4),
  })
  let isOpen = true
  try {
    // Heard before it is asked for: with a look-up that answers at once, so does bind.
    const listening = once(socket, 'listening')
    socket.bind(address.port, address.host)
    await listening
  } catch (thrown) {
    socket.close()
    throw listenError(thrown, address, 'DNS over UDP', 'ACCUEIL_DNS_LISTEN')
  }
  // An unreachable client's ICMP comes back as an error of this socket; the next query is unharmed.
  socket.on('error', () => metrics.drops['send-failed'].inc())
  try {
    socket.setRecvBufferSize(RECEIVE_BUFFER)
  } catch {
    // The system's own size serves too, with less room for a burst.
  }

  socket.on('message', (bytes, from) => {
    // Nobody asks from port 0, and nothing can be sent there.
    if (from.port === 0) {
      metrics.drops['source-port'].inc()
      return
    }
    server.handle(bytes, from.address, 'udp', (answer) => {
      if (answer !== null && isOpen) socket.send(answer, from.port, from.address)
    })
  })

  return {
    port: socket.address().port,
    async close() {
      if (!isOpen) return
      isOpen = false
      socket.close()
      await once(socket, 'close')
    },
  }
}
