import { connect, createServer } from 'node:net'
import type { AddressInfo, Socket } from 'node:net'

export interface SlowTcp extends AsyncDisposable {
  readonly port: number
}

/** Stands before a port of this machine and holds back each answer for `ms`. */
export async function startSlowTcp(port: number, ms: number): Promise<SlowTcp> {
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const peer = connect(port, '127.0.0.1')
    for (const socket of [client, peer]) {
      sockets.add(socket)
      socket.setNoDelay()
      socket.on('error', () => socket.destroy())
    }
    client.pipe(peer)
    peer.on('data', (chunk) => setTimeout(() => client.write(chunk), ms))
    peer.on('close', () => setTimeout(() => client.destroy(), ms))
    client.on('close', () => peer.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
