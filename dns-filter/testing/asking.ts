import { createSocket } from 'node:dgram'
import { connect as connectHttp2 } from 'node:http2'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { frame, TcpFrames } from '../message/tcp-frames.ts'

/** Of the question that is sent after another, which has another one. */
const NEXT_ID = 0xbeef

/** A query in wire form, written without the code under test. */
export function wireQuery(
  name: string,
  options: { type?: number; id?: number; flags?: number; edns?: boolean } = {},
): Buffer {
  const { type = 1, id = 0x1234, flags = 0x0100, edns = false } = options
  const labels = name
    .split('.')
    .filter((label) => label !== '')
    .map((label) => Buffer.concat([Buffer.of(label.length), Buffer.from(label, 'latin1')]))
  const head = Buffer.alloc(12)
  head.writeUInt16BE(id, 0)
  head.writeUInt16BE(flags, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(edns ? 1 : 0, 10)
  const opt = edns ? Buffer.from('00002904d0000000000000', 'hex') : Buffer.alloc(0)
  return Buffer.concat([head, ...labels, Buffer.of(0, type >>> 8, type & 0xff, 0, 1), opt])
}

/** The answer to one datagram, or null when none came in time. */
export function askOverUdp(
  port: number,
  query: Uint8Array,
  waitMs = 2_000,
  host = '127.0.0.1',
): Promise<Uint8Array | null> {
  const { promise, resolve } = Promise.withResolvers<Uint8Array | null>()
  const socket = createSocket('udp4')
  const timer = setTimeout(() => resolve(null), waitMs)
  socket.on('message', (bytes) => resolve(bytes))
  socket.on('error', () => resolve(null))
  socket.send(query, port, host)
  return promise.finally(() => {
    clearTimeout(timer)
    socket.close()
  })
}

/**
 * The answer to one datagram, or null when the one to a question sent after it came before: who answers both at once,
 * in their order, has then passed over the first, and nobody waited for a clock to say so.
 */
export function askOverUdpOrPass(port: number, query: Uint8Array): Promise<Uint8Array | null> {
  const next = wireQuery('next.example.net', { id: NEXT_ID })
  const { promise, resolve } = Promise.withResolvers<Uint8Array | null>()
  const socket = createSocket('udp4')
  socket.on('message', (bytes) => {
    resolve(bytes.readUInt16BE(0) === NEXT_ID ? null : bytes)
  })
  socket.on('error', () => resolve(null))
  socket.send(query, port, '127.0.0.1', () => socket.send(next, port, '127.0.0.1'))
  return promise.finally(() => socket.close())
}

/** A client's connection; `next` is null once the other side has closed. */
export interface Connection {
  readonly socket: Socket
  send(query: Uint8Array): void
  next(): Promise<Uint8Array | null>
  end(): void
}

export function openTcp(port: number): Connection {
  return connectionOver(connect({ port, host: '127.0.0.1', noDelay: true }))
}

/** DNS over TLS, with a name in the handshake. */
export function openDot(port: number, ca: string, servername = 'dns.example.org'): Connection {
  const tls = { ca, servername, ALPNProtocols: ['dot'] }
  const socket = connectTls({ port, host: '127.0.0.1', ...tls })
  socket.setNoDelay(true)
  return connectionOver(socket)
}

function connectionOver(socket: Socket): Connection {
  const frames = new TcpFrames()
  const waiting: ((message: Uint8Array | null) => void)[] = []
  const arrived: Uint8Array[] = []
  let isClosed = false

  function deliver(): void {
    for (let m = frames.next(); m !== null; m = frames.next()) arrived.push(m)
    while (waiting.length > 0 && (arrived.length > 0 || isClosed)) {
      waiting.shift()?.(arrived.shift() ?? null)
    }
  }
  socket.on('data', (chunk) => {
    frames.push(chunk)
    deliver()
  })
  socket.on('error', () => {})
  socket.on('close', () => {
    isClosed = true
    deliver()
  })
  return {
    socket,
    send: (query) => void socket.write(frame(query)),
    next() {
      const { promise, resolve } = Promise.withResolvers<Uint8Array | null>()
      waiting.push(resolve)
      deliver()
      return promise
    },
    end: () => socket.destroy(),
  }
}

export function askOverTcp(port: number, query: Uint8Array): Promise<Uint8Array | null> {
  return askOver(openTcp(port), query)
}

export function askOverDot(
  port: number,
  ca: string,
  query: Uint8Array,
): Promise<Uint8Array | null> {
  return askOver(openDot(port, ca), query)
}

/** The answer to a POST over HTTP/2, or null where the status is not 200. */
export async function askOverDoh(
  port: number,
  ca: string,
  query: Uint8Array,
): Promise<Uint8Array | null> {
  const session = connectHttp2(`https://127.0.0.1:${port}`, { ca, servername: 'dns.example.org' })
  const headers = { 'content-type': 'application/dns-message', 'content-length': query.length }
  const stream = session.request({ ':method': 'POST', ':path': '/dns-query', ...headers })
  stream.end(query)
  let status = 0
  stream.on('response', (got) => (status = Number(got[':status'])))
  const chunks: Buffer[] = []
  for await (const chunk of stream) chunks.push(chunk as Buffer)
  session.close()
  return status === 200 ? Buffer.concat(chunks) : null
}

async function askOver(connection: Connection, query: Uint8Array): Promise<Uint8Array | null> {
  connection.send(query)
  const answer = await connection.next()
  connection.end()
  return answer
}
