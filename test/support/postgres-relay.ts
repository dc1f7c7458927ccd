import { once } from 'node:events'
import { connect, createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { freePort } from './peers/free-ports.ts'

/** A way to a Postgres that is shut until it is opened, as when the server is started later. */
export interface Relay extends AsyncDisposable {
  readonly url: string
  open(): Promise<void>
  /** As when the line is cut: what is open ends, and nobody gets through. */
  cut(): void
}

export async function startRelay(postgresUrl: string, at = '127.0.0.1'): Promise<Relay> {
  const port = await freePort()
  const there = new URL(postgresUrl)
  const url = new URL(postgresUrl)
  const folder = there.searchParams.get('host')
  url.searchParams.delete('host')
  url.hostname = at
  url.port = `${port}`
  const goal =
    folder === null
      ? { host: there.hostname, port: Number(there.port) }
      : { path: `${folder}/.s.PGSQL.${there.port === '' ? '5432' : there.port}` }
  const sockets = new Set<Socket>()
  let server: Server | null = null
  function cut(): void {
    for (const socket of sockets) socket.destroy()
    sockets.clear()
    server?.close()
  }
  return {
    url: url.href,
    async open() {
      server = createServer((near) => {
        const far = connect(goal)
        for (const [socket, other] of [
          [near, far],
          [far, near],
        ] as const) {
          sockets.add(socket)
          socket.on('error', () => other.destroy())
          socket.on('close', () => other.destroy())
          socket.pipe(other)
        }
      })
      server.listen(port, at)
      await once(server, 'listening')
    },
    cut,
    async [Symbol.asyncDispose]() {
      cut()
    },
  }
}
