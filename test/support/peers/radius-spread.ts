import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'

/**
 * Stands between a gateway and the server and sends each packet from another port, as some controllers
 * and balancers do: of several processes on one port, each gets some of every conversation.
 */
export interface RadiusSpread extends AsyncDisposable {
  readonly port: number
  /** How many packets went to the server. */
  readonly sent: number
}

/** With two processes behind, all of them fall to one by chance once in 2^31 times. */
const PORTS = 32

export async function startSpread(serverPort: number): Promise<RadiusSpread> {
  const inside = await open()
  const outside = await Promise.all(Array.from({ length: PORTS }, open))
  let sent = 0
  let turn = 0
  let last = Buffer.alloc(0)
  let gateway = 0
  inside.on('message', (packet, { port }) => {
    gateway = port
    // A copy is one only from the port of the first.
    if (!packet.equals(last)) turn += 1
    last = packet
    outside[turn % PORTS]?.send(packet, serverPort, '127.0.0.1')
    sent += 1
  })
  for (const socket of outside) {
    socket.on('message', (packet) => inside.send(packet, gateway, '127.0.0.1'))
  }
  return {
    port: inside.address().port,
    get sent() {
      return sent
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(
        [inside, ...outside].map((socket) => new Promise<void>((done) => socket.close(done))),
      )
    },
  }
}

function open(): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = createSocket('udp4')
    socket.once('error', reject)
    socket.bind(0, '127.0.0.1', () => resolve(socket))
  })
}
