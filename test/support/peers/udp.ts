import { createSocket } from 'node:dgram'
import { setTimeout as sleep } from 'node:timers/promises'

/** Sends these datagrams from one port, in order, and returns what came back in `waitMs`; `from` is a loopback address. */
export async function exchange(
  port: number,
  datagrams: readonly Buffer[],
  waitMs = 700,
  from = '127.0.0.1',
): Promise<readonly Buffer[]> {
  const replies: Buffer[] = []
  const socket = createSocket('udp4')
  socket.on('message', (reply) => replies.push(reply))
  socket.on('error', () => undefined)
  try {
    await new Promise<void>((resolve) => socket.bind(0, from, resolve))
    for (const datagram of datagrams) {
      const before = replies.length
      socket.send(datagram, port, '127.0.0.1')
      for (let waited = 0; waited < waitMs && replies.length === before; waited += 10) {
        await sleep(10)
      }
    }
    return replies
  } finally {
    socket.close()
  }
}
