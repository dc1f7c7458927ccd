import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { connect } from 'node:net'
import { BoundedMap } from '#core/bounded-map.ts'
import type { Clock } from '#core/clock.ts'
import { FrameReader, decodeQuestion, encodeAnswer, encodeQuestion } from './message.ts'
import type { HandedOver } from './message.ts'
import { openMeetingPlace } from './meeting-place.ts'
import type { MeetingPlace } from './meeting-place.ts'

export const SIBLING_LIMITS = {
  /** Processes of one machine, as many as may share a data folder. */
  connections: 64,
  /** Packets of one owner that wait for its answer: 300 logins a second have two or three. */
  inWork: 1024,
  /** The last of a queue of passwords is answered within three seconds. */
  answerMs: 5_000,
  /** Answers that wait for the one who asked to read. */
  unsentBytes: 4 * 1024 * 1024,
  /** Owners that were not there, which are not looked for again for a moment. */
  absent: 256,
  absentMs: 1_000,
} as const

/** What became of a packet that was handed over. */
export type HandOver =
  | { readonly kind: 'answered'; readonly reply: Uint8Array | null }
  | { readonly kind: 'no-owner' | 'too-many' | 'late' }

/** The other RADIUS processes of this machine. */
export interface Siblings {
  open(): Promise<void>
  /** Hands a packet to the process with that tag. Never rejects. */
  ask(tag: string, question: HandedOver): Promise<HandOver>
  /** How many others there are now; removes the sockets of those that are no more. */
  count(): Promise<number>
  close(): Promise<void>
}

export interface SiblingsDeps {
  readonly folder: string
  readonly tag: string
  /** A packet of a conversation of ours that came to another. Never throws, never rejects. */
  readonly answer: (question: HandedOver) => Uint8Array | null | Promise<Uint8Array | null>
  readonly clock: Clock
}

export function createSiblings(
  deps: SiblingsDeps,
  changes: Partial<Readonly<Record<keyof typeof SIBLING_LIMITS, number>>> = {},
): Siblings {
  const limits = { ...SIBLING_LIMITS, ...changes }
  const links = new Map<string, Link>()
  const absent = new BoundedMap<string, true>({
    limit: limits.absent,
    ttlMs: limits.absentMs,
    clock: deps.clock,
  })
  const visitors = new Set<Socket>()
  let place: MeetingPlace | null = null
  let server: Server | null = null

  function linkTo(tag: string): Link | null {
    const known = links.get(tag)
    if (known !== undefined) return known
    if (place === null || absent.get(tag) === true || links.size >= limits.connections) return null
    const link = createLink(connect(place.pathOf(tag)), limits, () => {
      links.delete(tag)
      absent.set(tag, true)
    })
    links.set(tag, link)
    return link
  }

  function welcome(socket: Socket): void {
    visitors.add(socket)
    const frames = new FrameReader()
    const reply = (number: number, bytes: Uint8Array | null): void => {
      if (socket.writableLength > limits.unsentBytes) socket.destroy()
      if (!socket.destroyed) socket.write(encodeAnswer(number, bytes))
    }
    socket.on('error', () => {})
    socket.on('close', () => visitors.delete(socket))
    socket.on('data', (chunk: Buffer) => {
      frames.push(chunk)
      for (let next = frames.next(); next !== null; next = frames.next()) {
        const question = next === 'malformed' ? null : decodeQuestion(next.body)
        if (next === 'malformed' || question === null) return void socket.destroy()
        const { number } = next
        const answer = deps.answer(question)
        if (answer instanceof Promise) void answer.then((bytes) => reply(number, bytes))
        else reply(number, answer)
      }
    })
  }

  return {
    async open() {
      const opened = openMeetingPlace(deps.folder, deps.clock)
      place = opened
      await opened.others(deps.tag)
      const listening = createServer(welcome)
      listening.maxConnections = limits.connections
      const bound = Promise.withResolvers<void>()
      listening.once('error', bound.reject)
      listening.listen(opened.pathOf(deps.tag), bound.resolve)
      await bound.promise
      server = listening
    },
    ask(tag, question) {
      return linkTo(tag)?.ask(question) ?? Promise.resolve({ kind: 'no-owner' })
    },
    async count() {
      return place === null ? 0 : (await place.others(deps.tag)).length
    },
    async close() {
      const closed = Promise.withResolvers<void>()
      if (server === null) closed.resolve()
      else server.close(() => closed.resolve())
      for (const socket of visitors) socket.destroySoon()
      for (const link of links.values()) link.close()
      await closed.promise
      place?.close()
      place = null
      server = null
    },
  }
}

interface Link {
  ask(question: HandedOver): Promise<HandOver>
  close(): void
}

/** One owner's end of the line. What waits when it goes away has no owner any more. */
function createLink(
  socket: Socket,
  limits: { readonly inWork: number; readonly answerMs: number },
  onClose: () => void,
): Link {
  const waiting = new Map<number, { settle: (outcome: HandOver) => void; timer: NodeJS.Timeout }>()
  const frames = new FrameReader()
  let last = 0

  function settle(number: number, outcome: HandOver): void {
    const asked = waiting.get(number)
    if (asked === undefined) return
    clearTimeout(asked.timer)
    waiting.delete(number)
    asked.settle(outcome)
  }

  socket.on('error', () => {})
  socket.on('close', () => {
    onClose()
    for (const number of waiting.keys()) settle(number, { kind: 'no-owner' })
  })
  socket.on('data', (chunk: Buffer) => {
    frames.push(chunk)
    for (let next = frames.next(); next !== null; next = frames.next()) {
      if (next === 'malformed') return void socket.destroy()
      settle(next.number, { kind: 'answered', reply: next.body.length === 0 ? null : next.body })
    }
  })

  return {
    ask(question) {
      if (waiting.size >= limits.inWork) return Promise.resolve({ kind: 'too-many' })
      last = (last + 1) >>> 0
      const number = last
      const bytes = encodeQuestion(number, question)
      if (bytes === null || socket.destroyed) return Promise.resolve({ kind: 'no-owner' })
      return new Promise((resolve) => {
        const timer = setTimeout(() => settle(number, { kind: 'late' }), limits.answerMs)
        waiting.set(number, { settle: resolve, timer })
        socket.write(bytes)
      })
    },
    close: () => socket.destroy(),
  }
}
