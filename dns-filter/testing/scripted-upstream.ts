import { createSocket } from 'node:dgram'
import { createServer } from 'node:net'
import { once } from 'node:events'
import type { ListenAddress } from '#core/listen.ts'
import { frame, TcpFrames } from '../message/tcp-frames.ts'
import { freePort } from '../../test/support/peers/free-ports.ts'

/** What an upstream does with one question; `from` sends the datagram from another port. */
export interface Move {
  readonly bytes: Uint8Array
  readonly from?: 'another port'
}

export interface Script {
  /** The answers to the n-th datagram, counted from 0; none is silence. */
  udp(query: Buffer, n: number): readonly Move[]
  tcp?(query: Buffer, n: number): Uint8Array | null
}

export interface ScriptedUpstream extends AsyncDisposable {
  readonly address: ListenAddress
  /** What came in, and the ports it came from. */
  readonly asked: { readonly udp: Buffer[]; readonly tcp: Buffer[]; readonly ports: number[] }
}

/** A real server on loopback that does what the script says. */
export async function startUpstream(script: Script): Promise<ScriptedUpstream> {
  const asked = { udp: [] as Buffer[], tcp: [] as Buffer[], ports: [] as number[] }
  const listener = createServer((socket) => {
    const frames = new TcpFrames()
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      frames.push(chunk)
      for (let m = frames.next(); m !== null; m = frames.next()) {
        const query = Buffer.from(m)
        const answer = script.tcp?.(query, asked.tcp.length) ?? null
        asked.tcp.push(query)
        if (answer === null) socket.destroy()
        else socket.write(frame(answer))
      }
    })
  })
  // Free for both: one that the kernel gives for TCP may be somebody's for UDP.
  const port = await freePort()
  listener.listen(port, '127.0.0.1')
  await once(listener, 'listening')

  const socket = createSocket('udp4')
  const other = createSocket('udp4')
  socket.on('message', (query, from) => {
    const moves = script.udp(query, asked.udp.length)
    asked.udp.push(query)
    asked.ports.push(from.port)
    for (const move of moves) {
      const sender = move.from === 'another port' ? other : socket
      sender.send(move.bytes, from.port, from.address)
    }
  })
  socket.bind(port, '127.0.0.1')
  other.bind(0, '127.0.0.1')
  await Promise.all([once(socket, 'listening'), once(other, 'listening')])

  return {
    address: { host: '127.0.0.1', port },
    asked,
    async [Symbol.asyncDispose]() {
      socket.close()
      other.close()
      listener.close()
      await once(listener, 'close')
    },
  }
}

/** An A record for what was asked, with flags of choice; the last byte of the address tells answers apart. */
export function answerTo(
  query: Buffer,
  options: { host?: number; flags?: number; ttl?: number; id?: number; question?: Buffer } = {},
): Buffer {
  const { host = 7, flags = 0x8180, ttl = 300, id = query.readUInt16BE(0) } = options
  const question = options.question ?? questionOf(query)
  const header = Buffer.alloc(12)
  header.writeUInt16BE(id, 0)
  header.writeUInt16BE(flags, 2)
  header.writeUInt16BE(1, 4)
  const hasRecord = (flags & 0x020f) === 0
  header.writeUInt16BE(hasRecord ? 1 : 0, 6)
  const record = Buffer.from([
    0xc0,
    12,
    0,
    1,
    0,
    1,
    0,
    0,
    ttl >>> 8,
    ttl & 255,
    0,
    4,
    198,
    51,
    100,
    host,
  ])
  return Buffer.concat([header, question, hasRecord ? record : Buffer.alloc(0)])
}

export function questionOf(query: Buffer): Buffer {
  let end = 12
  while ((query[end] ?? 0) !== 0) end += (query[end] ?? 0) + 1
  return query.subarray(12, end + 5)
}
