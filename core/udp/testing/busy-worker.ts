import { parentPort } from 'node:worker_threads'
import { sourceAddress } from '#core/udp/source-address.ts'
import { chooseUdpLayer } from '#core/udp/udp-layer.ts'
import { udpCounters } from './udp-layers.ts'

/** Two sockets that send to each other without end, until the thread or the process is ended. */
const TOLD_AFTER = 200
const address = sourceAddress('127.0.0.1')
if (address === null) throw new Error('127.0.0.1 is an address')
const layer = chooseUdpLayer('native')
let came = 0

async function openEcho() {
  const socket = await layer.open({
    host: '127.0.0.1',
    port: 0,
    receiveBufferBytes: 1 << 20,
    counters: udpCounters(),
    receive: (batch) => {
      for (const datagram of batch) {
        came += 1
        if (came === TOLD_AFTER) told()
        socket.send(datagram.bytes, datagram)
      }
    },
  })
  return socket
}

function told(): void {
  if (parentPort !== null) return parentPort.postMessage(`${TOLD_AFTER} came`)
  process.stdout.write('out\n', () => process.exit(0))
}

const [one, other] = [await openEcho(), await openEcho()]
const peer = one.peer(address, other.port)
for (let i = 0; i < 20; i += 1) one.send(Buffer.alloc(100, i), peer)
