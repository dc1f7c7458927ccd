import { once } from 'node:events'
import { connect as connectHttp2 } from 'node:http2'
import type { ClientHttp2Session } from 'node:http2'
import { connect as connectTcp } from 'node:net'
import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { connect as connectTls } from 'node:tls'
import type { Ports } from '../support/peers/product.ts'
import { mutate, seededRandom } from './mutate.ts'
import type { Random } from './mutate.ts'
import { readSeeds } from './seeds.ts'

export interface StreamReport {
  readonly way: 'TCP' | 'TLS' | 'HTTPS'
  readonly sent: number
  readonly replies: number
  readonly connections: number
  /** What came back and is no answer of DNS or HTTP, in hex: there must be none. */
  readonly unearned: readonly string[]
}

const MESSAGES_PER_STREAM = 20_000

/** What is no query ends the connection, and what is behind it is lost. */
const BATCH = 4
/** Nothing waits this long but a server that is stuck, or a machine that is. */
const PATIENCE_MS = 20_000
/** Its answer says that all before it has been read. */
const LAST = { id: 0x5e17, bytes: queryFor('bad', 'example') }
/** Connections at once: most of the time is spent waiting for answers that do not come. */
const LANES = 16
const SERVER_NAME = 'dns.example.org'

type Tally = { -readonly [K in keyof StreamReport]: StreamReport[K] } & { unearned: string[] }

/** Damaged messages over TCP, DNS over TLS and DNS over HTTPS, and damage to what carries them. */
export async function fuzzDnsStreams(o: {
  readonly ports: Ports
  readonly seed: number
  readonly messages?: number
}): Promise<readonly StreamReport[]> {
  const seeds = readSeeds().dns
  const { seed, messages = MESSAGES_PER_STREAM } = o
  const { dns, dnsOverTls, dnsOverHttps } = o.ports
  const overTcp: Lane = overFrames(() => connectTcp(dns, '127.0.0.1'), seeds)
  const overTls: Lane = overFrames(() => openTls(dnsOverTls, 'dot'), seeds)
  return [
    await inLanes('TCP', overTcp, messages, seed),
    await inLanes('TLS', overTls, messages, seed),
    await inLanes('HTTPS', overHttps(dnsOverHttps, seeds), messages, seed),
  ]
}

type Lane = (messages: number, random: Random, tally: Tally) => Promise<void>

/** Each lane damages by a seed of its own, so that what it sends does not depend on the others' pace. */
async function inLanes(
  way: StreamReport['way'],
  lane: Lane,
  messages: number,
  seed: number,
): Promise<StreamReport> {
  const tally: Tally = { way, sent: 0, replies: 0, connections: 0, unearned: [] }
  const share = Math.ceil(messages / LANES)
  const lanes = Array.from({ length: LANES }, (_, i) => lane(share, seededRandom(seed + i), tally))
  await Promise.all(lanes)
  return tally
}

function openTls(port: number, protocol: string): Socket {
  const tls = { servername: SERVER_NAME, ALPNProtocols: [protocol] }
  // Whose certificate it is does not matter here.
  return connectTls({ port, host: '127.0.0.1', rejectUnauthorized: false, ...tls })
}

function overFrames(open: () => Socket, seeds: readonly Buffer[]): Lane {
  return async (messages, random, tally) => {
    let stream: FrameReader | null = null
    for (let sent = 0; sent < messages; sent += BATCH) {
      if (stream === null || stream.isClosed()) {
        stream = readFrames(open(), tally)
        tally.connections++
      }
      const frames = Array.from({ length: BATCH }, () => frame(mutate(seeds, random)))
      tally.sent += BATCH
      const bytes = Buffer.concat(frames)
      // One time in eight the frames themselves are damaged: lengths, cuts, what lies between.
      if (random(8) === 0) await stream.last(mutate([bytes], random))
      else await stream.exchange(bytes)
    }
    stream?.close()
  }
}

interface FrameReader {
  isClosed(): boolean
  /** Until all of it has been read. */
  exchange(bytes: Buffer): Promise<void>
  /** With a frame that may announce more than comes: nothing can follow, and the server closes. */
  last(bytes: Buffer): Promise<void>
  close(): void
}

function readFrames(socket: Socket, tally: Tally): FrameReader {
  let held = Buffer.alloc(0)
  let isRead = false
  let isClosed = false
  let wake = (): void => {}
  socket.on('error', () => {})
  socket.on('close', () => {
    isClosed = true
    wake()
  })
  socket.on('data', (chunk: Buffer) => {
    held = Buffer.concat([held, chunk])
    while (held.length >= 2 && held.length >= 2 + held.readUInt16BE(0)) {
      const end = 2 + held.readUInt16BE(0)
      const reply = held.subarray(2, end)
      if (reply.length > 1 && reply.readUInt16BE(0) === LAST.id) isRead = true
      else judge(reply, tally)
      held = held.subarray(end)
    }
    wake()
  })
  async function until(isDone: () => boolean): Promise<void> {
    const patience = setTimeout(() => {
      tally.unearned.push(`nothing within ${PATIENCE_MS} ms`)
      socket.destroy()
    }, PATIENCE_MS)
    while (!isClosed && !isDone()) await new Promise<void>((resolve) => (wake = resolve))
    clearTimeout(patience)
  }
  return {
    isClosed: () => isClosed,
    async exchange(bytes) {
      isRead = false
      socket.write(Buffer.concat([bytes, frame(LAST.bytes)]))
      await until(() => isRead)
    },
    async last(bytes) {
      socket.end(bytes)
      await until(() => false)
    },
    close: () => socket.destroy(),
  }
}

function judge(reply: Buffer, tally: Tally): void {
  tally.replies++
  const isAnswer = reply.length >= 12 && ((reply[2] ?? 0) & 0x80) !== 0
  if (!isAnswer) tally.unearned.push(reply.toString('hex'))
}

function overHttps(port: number, seeds: readonly Buffer[]): Lane {
  return async (messages, random, tally) => {
    let session: ClientHttp2Session | null = null
    for (let sent = 0; sent < messages; sent += BATCH) {
      if (session === null || session.closed || session.destroyed) {
        const tls = { rejectUnauthorized: false, servername: SERVER_NAME }
        session = connectHttp2(`https://127.0.0.1:${port}`, tls)
        session.on('error', () => {})
        tally.connections++
      }
      const open = session
      const batch = Array.from({ length: BATCH }, () =>
        request(open, mutate(seeds, random), random, tally),
      )
      tally.sent += BATCH
      await Promise.all(batch)
      if (random(8) === 0) await damagedHttp(port, random, tally)
    }
    session?.destroy()
  }
}

async function request(
  session: ClientHttp2Session,
  message: Buffer,
  random: Random,
  tally: Tally,
): Promise<void> {
  const isPost = random(2) === 0
  const path = isPost ? '/dns-query' : `/dns-query?dns=${message.toString('base64url')}`
  const type = isPost ? { 'content-type': 'application/dns-message' } : {}
  let status = 0
  const chunks: Buffer[] = []
  try {
    const stream = session.request({ ':method': isPost ? 'POST' : 'GET', ':path': path, ...type })
    stream.on('response', (headers) => (status = headers[':status'] ?? 0))
    stream.end(isPost ? message : undefined)
    for await (const chunk of stream) chunks.push(chunk as Buffer)
  } catch {
    return // The connection was ended, which is for who sends nonsense.
  }
  if (status === 200) return judge(Buffer.concat(chunks), tally)
  tally.replies++
  if (![400, 413, 414].includes(status)) tally.unearned.push(`status ${status}`)
}

/** Frames of HTTP/2 as a client sends them: settings, a window update, the head of a request. */
const FRAMES = [
  '000000040000000000',
  '000004080000000000000f0001',
  '00001e0105000000018387418aa0e41d139d09b8f01e07044b60d5485f2bce9a68',
  '00000408000000000100000fff',
  '000008060000000000deadbeefdeadbeef',
  '0000040300000000010000000800',
].map((hex) => Buffer.from(hex, 'hex'))
const PREFACE = Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')

async function damagedHttp(port: number, random: Random, tally: Tally): Promise<void> {
  const socket = openTls(port, 'h2')
  tally.connections++
  socket.on('error', () => {})
  socket.resume()
  socket.write(PREFACE)
  for (let i = 0; i < 5; i++) socket.write(mutate(FRAMES, random))
  await Promise.race([once(socket, 'close'), sleep(20)])
  socket.destroy()
}

function queryFor(...labels: readonly string[]): Buffer {
  const name = labels.flatMap((label) => [label.length, ...Buffer.from(label)])
  return Buffer.from([0x5e, 0x17, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, ...name, 0, 0, 1, 0, 1])
}

function frame(message: Buffer): Buffer {
  const head = Buffer.alloc(2)
  head.writeUInt16BE(message.length, 0)
  return Buffer.concat([head, message])
}
