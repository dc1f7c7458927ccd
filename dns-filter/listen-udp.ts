import { listenError } from '#core/listen.ts'
import type { ListenAddress } from '#core/listen.ts'
import type { UdpLayer } from '#core/udp/udp-layer.ts'
import type { Datagram, UdpSocket } from '#core/udp/udp-socket.ts'
import type { Listener } from './listener.ts'
import type { DnsMetrics } from './metrics.ts'
import type { DnsServer } from './server.ts'
import { OVER_UDP } from './via.ts'

/** What waits in the kernel while the loop does something else; more than most systems grant. */
const RECEIVE_BUFFER = 4 * 1024 * 1024

export async function listenUdp(
  layer: UdpLayer,
  server: DnsServer,
  address: ListenAddress,
  metrics: DnsMetrics,
): Promise<Listener> {
  let open: UdpSocket | null = null

  // One for all: a closure for each datagram would be a seventh of what is made for it.
  function respond(answer: Uint8Array | null, to: unknown): void {
    if (answer !== null) open?.send(answer, to as Datagram)
  }

  function receive(batch: readonly Datagram[]): void {
    for (const datagram of batch) {
      // Nobody asks from port 0, and nothing can be sent there.
      if (datagram.port === 0) {
        metrics.drops['source-port'].inc()
        continue
      }
      server.handle(datagram.bytes, datagram.address.text, OVER_UDP, respond, datagram)
    }
  }

  try {
    open = await layer.open({
      ...address,
      receiveBufferBytes: RECEIVE_BUFFER,
      counters: metrics.udp,
      receive,
    })
  } catch (thrown) {
    throw listenError(thrown, address, 'DNS over UDP', 'ACCUEIL_DNS_LISTEN')
  }

  return {
    port: open.port,
    connections: 0,
    async close() {
      const socket = open
      open = null
      await socket?.close()
    },
  }
}
