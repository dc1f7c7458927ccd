import { once } from 'node:events'
import { createServer } from 'node:net'
import type { AddressInfo, Server } from 'node:net'
import { nameFromText } from '../message/name.ts'
import { frame } from '../message/tcp-frames.ts'

export function wire(name: string): Buffer {
  return Buffer.from(nameFromText(name) ?? [0])
}

export function record(owner: string, type: number, data: Uint8Array): Buffer {
  const fixed = Buffer.alloc(10)
  fixed.writeUInt16BE(type, 0)
  fixed.writeUInt16BE(1, 2)
  fixed.writeUInt16BE(data.length, 8)
  return Buffer.concat([wire(owner), fixed, data])
}

export function soa(serial: number, owner = 'rpz.example'): Buffer {
  const numbers = Buffer.alloc(20)
  for (const [i, value] of [serial, 900, 60, 604_800, 60].entries())
    numbers.writeUInt32BE(value, i * 4)
  return record(owner, 6, Buffer.concat([wire('ns.example'), wire('h.example'), numbers]))
}

export function block(name: string): Buffer {
  return record(`${name}.rpz.example`, 5, Buffer.from([0]))
}

/** A message with these records, as an answer to the query. */
export function answer(query: Uint8Array, records: readonly Buffer[], rcode = 0): Buffer {
  const head = Buffer.alloc(12)
  head.set(query.subarray(0, 2))
  head.set([0x84, rcode], 2)
  head.writeUInt16BE(records.length, 6)
  return Buffer.concat([head, ...records])
}

/** What each question is answered with. */
export type Script = (query: Buffer) => readonly Uint8Array[]

export interface ZonePrimary extends AsyncDisposable {
  readonly url: string
  /** How many questions came. */
  asked(): number
}

/** A primary of rpz.example that says to each connection's question what the script says, and ends it. */
export async function startPrimary(script: Script): Promise<ZonePrimary> {
  let asked = 0
  const server: Server = createServer((socket) => {
    socket.on('error', () => {})
    socket.once('data', (chunk: Buffer) => {
      asked++
      for (const message of script(chunk.subarray(2))) socket.write(frame(message))
      socket.end()
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    url: `rpz+axfr://127.0.0.1:${port}/rpz.example`,
    asked: () => asked,
    async [Symbol.asyncDispose]() {
      server.close()
    },
  }
}
