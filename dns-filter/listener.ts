import { once } from 'node:events'
import type { Server } from 'node:net'
import { listenError } from '#core/listen.ts'
import type { ListenAddress } from '#core/listen.ts'
import type { Connections } from './connections.ts'

export interface Listener {
  /** The bound port, which differs from the wanted one when that was 0. */
  readonly port: number
  /** Open connections; 0 where there are none. */
  readonly connections: number
  close(): Promise<void>
}

/** Opens a TCP port; its server admits each socket to `connections` itself. */
export async function openTcpPort(about: {
  readonly listener: Server
  readonly address: ListenAddress
  readonly connections: Connections
  /** For the sentence of a failed start. */
  readonly what: string
  readonly variable: string
  /** Out of descriptors: this connection is lost, the next may succeed. */
  readonly onError: () => void
}): Promise<Listener> {
  const { listener, address, connections } = about
  try {
    listener.listen({ port: address.port, host: address.host, backlog: BACKLOG })
    await once(listener, 'listening')
  } catch (thrown) {
    throw listenError(thrown, address, about.what, about.variable)
  }
  listener.on('error', about.onError)
  const bound = listener.address()
  let isOpen = true
  return {
    port: bound !== null && typeof bound === 'object' ? bound.port : address.port,
    get connections() {
      return connections.size
    },
    async close() {
      if (!isOpen) return
      isOpen = false
      const closed = once(listener, 'close')
      listener.close()
      connections.closeAll()
      await closed
    },
  }
}

/** After an outage every device of a place comes back within a second. */
const BACKLOG = 1024
