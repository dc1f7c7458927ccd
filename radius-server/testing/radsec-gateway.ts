import { once } from 'node:events'
import { connect } from 'node:tls'
import type { ConnectionOptions, TLSSocket } from 'node:tls'
import type { TestCertificate } from '../../test/support/gateway-certificate.ts'

export interface RadsecGateway extends AsyncDisposable {
  readonly socket: TLSSocket
  send(bytes: Uint8Array): void
  /** The next whole packet; rejects if the connection ends first. */
  next(): Promise<Buffer>
  /** Resolves when the other end has closed. */
  readonly closed: Promise<unknown>
}

/** The other end of RadSec: a gateway that speaks first, and cuts packets by hand. */
export async function connectGateway(
  port: number,
  options: ConnectionOptions & { readonly certificate?: TestCertificate },
): Promise<RadsecGateway> {
  const { certificate, ...tls } = options
  const socket = connect({
    host: '127.0.0.1',
    port,
    servername: 'wifi.example.org',
    ...(certificate && { cert: certificate.pem, key: certificate.keyPem }),
    ...tls,
  })
  let held = Buffer.alloc(0)
  let end: Error | null = null
  const waiting: { resolve: (packet: Buffer) => void; reject: (reason: Error) => void }[] = []
  function deliver(): void {
    while (waiting.length > 0 && held.length >= 4 && held.length >= held.readUInt16BE(2)) {
      const length = held.readUInt16BE(2)
      waiting.shift()?.resolve(held.subarray(0, length))
      held = held.subarray(length)
    }
    if (end !== null) for (const { reject } of waiting.splice(0)) reject(end)
  }
  socket.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk])
    deliver()
  })
  const closed = new Promise<void>((resolve) => {
    socket.on('close', () => {
      end ??= new Error('the connection has ended')
      deliver()
      resolve()
    })
  })
  socket.on('error', (error) => (end = error))
  await once(socket, 'secureConnect')
  return {
    socket,
    closed,
    send: (bytes) => void socket.write(bytes),
    next: () =>
      new Promise((resolve, reject) => {
        waiting.push({ resolve, reject })
        deliver()
      }),
    async [Symbol.asyncDispose]() {
      socket.destroy()
      await closed
    },
  }
}
