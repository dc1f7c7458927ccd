import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { CODE } from './radius-packet.ts'

/**
 * Stands between a gateway and the server, on a port of its own. Once an Access-Accept has gone
 * through, it keeps what the gateway sends until it is released: so something can be changed between
 * two logins of a peer that would not wait for it.
 */
export interface RadiusRelay extends AsyncDisposable {
  readonly port: number
  /** Resolves when the first Access-Accept has gone through. */
  readonly accepted: Promise<void>
  release(): void
}

export async function startRelay(serverPort: number): Promise<RadiusRelay> {
  const [inside, outside] = await Promise.all([open(), open()])
  const accepted = Promise.withResolvers<void>()
  const held: Buffer[] = []
  let isHolding = false
  let gateway = 0

  const forward = (packet: Buffer): void => outside.send(packet, serverPort, '127.0.0.1')
  inside.on('message', (packet, { port }) => {
    gateway = port
    if (isHolding) held.push(packet)
    else forward(packet)
  })
  outside.on('message', (packet) => {
    inside.send(packet, gateway, '127.0.0.1')
    if (packet[0] !== CODE.accessAccept || isReleased) return
    isHolding = true
    accepted.resolve()
  })
  let isReleased = false
  return {
    port: inside.address().port,
    accepted: accepted.promise,
    release() {
      isReleased = true
      isHolding = false
      for (const packet of held.splice(0)) forward(packet)
    },
    [Symbol.asyncDispose]: async () => {
      await Promise.all(
        [inside, outside].map((socket) => new Promise<void>((done) => socket.close(done))),
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
