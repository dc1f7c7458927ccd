import { randomInt } from 'node:crypto'
import type { TLSSocket } from 'node:tls'
import type { Clock } from '#core/clock.ts'
import type { Client } from '../client.ts'
import { CODE } from '../dictionary.ts'
import type { DynamicReply } from '../disconnect/dynamic-request.ts'
import type { FormRequest } from '../disconnect/forms.ts'
import { Pending } from '../disconnect/pending.ts'
import type { CloseReason } from '../metrics.ts'
import type { Source } from '../request.ts'
import type { RadiusServer } from '../server.ts'
import type { SharedSecret } from '../shared-secret.ts'
import { Frames } from './frames.ts'

export const CONNECTION_LIMITS = {
  /** Requests of one connection in work; RADIUS/1.0 has no more identifiers than this. */
  inWork: 256,
  /** Replies that wait for the other end to read; then its requests wait in its own kernel. */
  unsentBytes: 64 * 1024,
  /** How long they may. */
  unreadMs: 30_000,
  /** An hour without a packet: accounting alone brings one every ten minutes. */
  idleMs: 3_600_000,
  /** How long a request of ours waits for its reply. */
  replyMs: 10_000,
} as const

export interface RadsecConnection {
  readonly gateway: string
  /** Milliseconds since the epoch. */
  readonly heardAt: number
  readonly inWork: number
  /** Null if it may stay. */
  problem(): CloseReason | null
  close(reason: CloseReason): void
  /** A request of ours, the other way; null if it was not answered. Over TCP it is sent once. */
  ask(request: FormRequest): Promise<DynamicReply | null>
  /** Takes no more, answers what is in work, then closes. */
  drain(): Promise<void>
}

export interface ConnectionDeps {
  readonly socket: TLSSocket
  readonly source: Source
  /** What the connection has proved to be, by what is declared now. */
  readonly client: () => Client | undefined
  readonly gateway: string
  readonly server: Pick<RadiusServer, 'handle'>
  readonly clock: Clock
  /** Of every packet in it. */
  readonly secret: SharedSecret
  readonly onClose: (connection: RadsecConnection, reason: CloseReason) => void
}

const REPLIES: ReadonlySet<number> = new Set([
  CODE['Disconnect-ACK'],
  CODE['Disconnect-NAK'],
  CODE['CoA-ACK'],
  CODE['CoA-NAK'],
])

/** One gateway's TLS connection: requests in, replies out, in the order in which they are ready. */
export function createConnection(deps: ConnectionDeps): RadsecConnection {
  const { socket, server, clock } = deps
  const frames = new Frames()
  const pending = new Pending(deps.secret, clock, randomInt(256))
  let inWork = 0
  let heardAt = clock()
  /** Since when the other end has not read what was sent; null while it does. */
  let unreadSince: number | null = null
  let closed = false
  let isDraining = false
  let whenIdle: (() => void) | null = null

  function close(reason: CloseReason): void {
    if (closed) return
    closed = true
    socket.destroy()
    pending.end()
    deps.onClose(connection, reason)
    whenIdle?.()
  }

  function send(reply: Uint8Array | null): void {
    if (reply === null || closed) return
    socket.write(reply)
    const isBehind = socket.writableLength > CONNECTION_LIMITS.unsentBytes
    // Only then will 'drain' come.
    if (isBehind && socket.writableNeedDrain) unreadSince ??= clock()
  }

  async function sendLater(answer: Promise<Uint8Array | null>): Promise<void> {
    inWork += 1
    send(await answer)
    inWork -= 1
    if (inWork === 0) whenIdle?.()
    work()
  }

  function take(packet: Uint8Array): void {
    if (REPLIES.has(packet[0] ?? 0)) return void pending.receive(packet)
    const client = deps.client()
    if (client === undefined) return close('no-longer-known')
    const answer = server.handle('radsec', packet, deps.source, client)
    if (answer instanceof Promise) void sendLater(answer)
    else send(answer)
  }

  function mayWork(): boolean {
    const isFree = inWork < CONNECTION_LIMITS.inWork && unreadSince === null
    return isFree && !closed && !isDraining
  }

  function work(): void {
    // Replies that are ready at once leave in one TLS record.
    socket.cork()
    while (mayWork()) {
      const packet = frames.next()
      if (packet === null) break
      if (packet === 'malformed') close('malformed')
      else take(packet)
    }
    socket.uncork()
    if (closed) return
    if (mayWork()) socket.resume()
    else socket.pause()
  }

  socket.on('data', (chunk: Buffer) => {
    heardAt = clock()
    frames.push(chunk)
    work()
  })
  socket.on('drain', () => {
    unreadSince = null
    work()
  })
  socket.on('error', () => close('error'))
  socket.on('end', () => close('by-peer'))
  socket.on('close', () => close('by-peer'))

  const connection: RadsecConnection = {
    gateway: deps.gateway,
    get heardAt() {
      return heardAt
    },
    get inWork() {
      return inWork
    },
    problem() {
      const now = clock()
      if (deps.client() === undefined) return 'no-longer-known'
      if (unreadSince !== null && now - unreadSince > CONNECTION_LIMITS.unreadMs) {
        return 'slow-reader'
      }
      return now - heardAt > CONNECTION_LIMITS.idleMs ? 'idle' : null
    },
    close,
    async ask(request) {
      const open = closed || isDraining ? null : pending.open(request)
      if (open === null) return null
      socket.write(open.bytes)
      const timer = setTimeout(open.giveUp, CONNECTION_LIMITS.replyMs)
      return open.reply.finally(() => clearTimeout(timer))
    },
    async drain() {
      isDraining = true
      if (inWork > 0) await new Promise<void>((resolve) => (whenIdle = resolve))
      if (closed) return
      const sent = new Promise<void>((resolve) => socket.end(resolve))
      await Promise.race([sent, new Promise((resolve) => setTimeout(resolve, DRAIN_MS).unref())])
      close('stopped')
    },
  }
  return connection
}

/** How long a stop waits for the other end to read its last replies. */
const DRAIN_MS = 1000
