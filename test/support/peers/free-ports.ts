import { randomInt } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'

/**
 * Below those that the kernel gives to whoever connects (ip_local_port_range): one of these would be
 * somebody's in the moment between the look and the listening.
 */
const [FIRST, END] = [10_000, 32_000]
/** Test files, and lanes of the interop suite, that run at the same moment have a port of each so many: the looks of one are not seen by the other. */
const WORKERS = 8
const WORKER = Number(process.env['VITEST_POOL_ID'] ?? process.env['INTEROP_LANE'] ?? 0) % WORKERS

/** A port of 127.0.0.1 that nobody uses now, free for TCP and for UDP. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < 50; tries++) {
    const port = randomInt(FIRST / WORKERS, END / WORKERS) * WORKERS + WORKER
    if (!given.has(port) && (await isFreeForTcp(port)) && (await isFreeForUdp(port))) {
      given.add(port)
      return port
    }
  }
  throw new Error('no free port found')
}

const given = new Set<number>()

function isFreeForTcp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen(port, '0.0.0.0', () => server.close(() => resolve(true)))
  })
}

function isFreeForUdp(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createSocket('udp4')
    socket.once('error', () => resolve(false))
    socket.bind(port, '0.0.0.0', () => socket.close(() => resolve(true)))
  })
}
