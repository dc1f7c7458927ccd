import { afterEach, describe, expect, test } from 'vitest'
import type { ListenAddress } from '#core/listen.ts'
import { createMetrics } from '#core/metrics.ts'
import type { Respond } from './exchange.ts'
import { listenDot } from './listen-dot.ts'
import { listenTcp } from './listen-tcp.ts'
import { CONNECTION_LIMITS } from './connections.ts'
import type { ConnectionLimits } from './connections.ts'
import type { Listener } from './listener.ts'
import { frame } from './message/tcp-frames.ts'
import { createDnsMetrics } from './metrics.ts'
import type { DnsMetrics } from './metrics.ts'
import type { DnsServer } from './server.ts'
import { openDot, openTcp, wireQuery } from './testing/asking.ts'
import type { Connection } from './testing/asking.ts'
import { testCertificate } from './testing/certificate.ts'
import { createVectorFilter } from './testing/vectors.ts'

const HERE = { host: '127.0.0.1', port: 0 }
const LIMITS: ConnectionLimits = {
  connections: 8,
  perClient: 4,
  unanswered: 3,
  unread: 1_000_000,
  idleMs: 5_000,
}

const opened: Listener[] = []
afterEach(async () => {
  await Promise.all(opened.splice(0).map((listener) => listener.close()))
})

const { certificate, ca } = await testCertificate()

/** The same conversation over the bare connection and inside TLS. */
const STREAMS = [
  { name: 'TCP', listen: listenTcp, connect: openTcp },
  {
    name: 'TLS',
    listen: (
      server: DnsServer,
      address: ListenAddress,
      metrics: DnsMetrics,
      limits: ConnectionLimits,
    ) => listenDot(server, address, certificate, metrics, limits),
    connect: (port: number): Connection => openDot(port, ca),
  },
] as const

/** Answers nothing until it is told to; the answer is the message itself. */
function holdingServer(): { server: DnsServer; held: { bytes: Uint8Array; respond: Respond }[] } {
  const held: { bytes: Uint8Array; respond: Respond }[] = []
  const server: DnsServer = {
    handle: (bytes, _source, _via, respond) => void held.push({ bytes, respond }),
  }
  return { server, held }
}

const echo: DnsServer = {
  handle: (bytes, _source, _via, respond) => respond(bytes),
}

async function until(condition: () => boolean): Promise<void> {
  for (let i = 0; i < 2_000 && !condition(); i++) await new Promise((done) => setTimeout(done, 5))
  expect(condition()).toBe(true)
}

function idOf(answer: Uint8Array | null): number {
  return answer === null ? -1 : Buffer.from(answer).readUInt16BE(0)
}

describe.each(STREAMS)('over $name', ({ name, listen: open, connect }) => {
  async function listen(
    server: DnsServer,
    limits: Partial<ConnectionLimits> = {},
  ): Promise<{ port: number; metrics: DnsMetrics; listener: Listener }> {
    const metrics = createDnsMetrics(createMetrics())
    const listener = await open(server, HERE, metrics, { ...LIMITS, ...limits })
    opened.push(listener)
    return { port: listener.port, metrics, listener }
  }

  describe('messages', () => {
    test('are answered wherever the stream is cut', async () => {
      const filter = await createVectorFilter()
      const { port } = await listen(filter.server)
      const stream = Buffer.concat([
        frame(wireQuery('bad.example', { id: 1 })),
        frame(wireQuery('www.bad.example', { id: 2, edns: true })),
      ])
      for (let cut = 1; cut < stream.length; cut++) {
        const connection = connect(port)
        connection.socket.write(stream.subarray(0, cut))
        // Two segments, not one: the second half leaves on a later turn, with Nagle off.
        await new Promise((done) => setImmediate(done))
        connection.socket.write(stream.subarray(cut))
        const ids = [idOf(await connection.next()), idOf(await connection.next())]
        expect([cut, ...ids]).toEqual([cut, 1, 2])
        connection.end()
      }
    })

    test('are answered byte by byte', async () => {
      const filter = await createVectorFilter()
      const { port } = await listen(filter.server)
      const connection = connect(port)
      for (const byte of frame(wireQuery('bad.example', { id: 5 }))) {
        connection.socket.write(Buffer.of(byte))
        await new Promise((done) => setImmediate(done))
      }
      expect(idOf(await connection.next())).toBe(5)
      connection.end()
    })

    test('are answered as answers come, not in the order of the questions (RFC 7766)', async () => {
      const { server, held } = holdingServer()
      const { port } = await listen(server)
      const connection = connect(port)
      for (const id of [1, 2, 3]) connection.send(wireQuery('www.example.net', { id }))
      await until(() => held.length === 3)
      for (const { bytes, respond } of held.toReversed()) respond(bytes)
      const ids = [await connection.next(), await connection.next(), await connection.next()]
      expect(ids.map(idOf)).toEqual([3, 2, 1])
      connection.end()
    })

    test('beyond the limit wait until others are answered, and none is lost', async () => {
      const { server, held } = holdingServer()
      const { port } = await listen(server)
      const connection = connect(port)
      for (let id = 0; id < 10; id++) connection.send(wireQuery('www.example.net', { id }))
      await until(() => held.length === 3)
      await new Promise((done) => setTimeout(done, 50))
      expect(held.length).toBe(3)
      for (let i = 0; i < 10; i++) {
        await until(() => held.length > i)
        held[i]?.respond(held[i]?.bytes ?? null)
        expect(idOf(await connection.next())).toBe(i)
      }
      connection.end()
    })

    test('are still answered after the client has closed its half', async () => {
      const { server, held } = holdingServer()
      const { port } = await listen(server)
      const connection = connect(port)
      connection.socket.end(frame(wireQuery('www.example.net', { id: 4 })))
      await until(() => held.length === 1)
      await new Promise((done) => setTimeout(done, 30))
      held[0]?.respond(held[0].bytes)
      expect(idOf(await connection.next())).toBe(4)
      expect(await connection.next()).toBeNull()
    })
  })

  describe('a connection is closed', () => {
    test('when it has been idle', async () => {
      const { port, metrics } = await listen(echo, { idleMs: 1_200 })
      const connection = connect(port)
      connection.send(wireQuery('www.example.net', { id: 4 }))
      expect(idOf(await connection.next())).toBe(4)
      expect(await connection.next()).toBeNull()
      expect(metrics.drops['tcp-idle'].value).toBe(1)
    })

    test('also when bytes trickle in but never make a message', async () => {
      const { port, metrics } = await listen(echo, { idleMs: 600 })
      const connection = connect(port)
      const trickle = setInterval(() => connection.socket.write(Buffer.of(1)), 10)
      expect(await connection.next()).toBeNull()
      clearInterval(trickle)
      expect(metrics.drops['tcp-idle'].value).toBe(1)
    })

    test('but not while we owe it an answer', async () => {
      const { server, held } = holdingServer()
      const { port } = await listen(server, { idleMs: 1_200 })
      const connection = connect(port)
      connection.send(wireQuery('www.example.net', { id: 4 }))
      await until(() => held.length === 1)
      await new Promise((done) => setTimeout(done, 2_600))
      held[0]?.respond(held[0].bytes)
      expect(idOf(await connection.next())).toBe(4)
      connection.end()
    })

    test('after an empty message, and after what is no query', async () => {
      const filter = await createVectorFilter()
      const { port, metrics } = await listen(filter.server)
      for (const bytes of [
        Buffer.of(0, 0),
        frame(Buffer.from('GET / HTTP/1.1')),
        frame(Buffer.of(1)),
      ]) {
        const connection = connect(port)
        connection.socket.write(bytes)
        const answer = await connection.next()
        if (answer !== null) expect(answer.length).toBe(12)
        connection.end()
      }
      expect(metrics.drops['tcp-empty'].value).toBe(1)
    })

    test('when it announces more than any question needs, before that has arrived', async () => {
      const { port, metrics } = await listen(echo)
      const connection = connect(port)
      connection.socket.write(Buffer.of(0xff, 0xff))
      expect(await connection.next()).toBeNull()
      expect(metrics.drops['tcp-too-long'].value).toBe(1)
    })

    test('when it asks and asks and never reads', async () => {
      const large = Buffer.alloc(60_000)
      const server: DnsServer = { handle: (_b, _s, _t, respond) => respond(large) }
      const { port, metrics } = await listen(server, { unread: 100_000 })
      const connection = connect(port)
      connection.socket.pause()
      const closed = connection.next()
      const flood = setInterval(() => connection.send(wireQuery('www.example.net')), 1)
      await until(() => metrics.drops['tcp-slow-reader'].value === 1)
      clearInterval(flood)
      connection.socket.resume()
      expect((await closed)?.length ?? large.length).toBe(large.length)
    })

    test('at once when there are too many, of one client or in all', async () => {
      const few = await listen(echo, { perClient: 2 })
      const kept = [connect(few.port), connect(few.port)]
      for (const connection of kept) {
        connection.send(wireQuery('www.example.net', { id: 1 }))
        expect(idOf(await connection.next())).toBe(1)
      }
      expect(await connect(few.port).next()).toBeNull()
      expect(few.metrics.drops['tcp-connections-per-client'].value).toBe(1)
      // One gone makes room for one.
      kept[0]?.end()
      await until(() => few.listener.connections === 1)
      const next = connect(few.port)
      next.send(wireQuery('www.example.net', { id: 2 }))
      expect(idOf(await next.next())).toBe(2)

      const none = await listen(echo, { connections: 0 })
      expect(await connect(none.port).next()).toBeNull()
      expect(none.metrics.drops['tcp-connections'].value).toBe(1)
    })

    test('that has been idle longest, when another comes and there is no more room', async () => {
      const { port, metrics, listener } = await listen(echo, { connections: 3 })
      const kept: Connection[] = []
      for (let id = 0; id < 3; id++) {
        const connection = connect(port)
        connection.send(wireQuery('www.example.net', { id }))
        expect(idOf(await connection.next())).toBe(id)
        kept.push(connection)
      }
      const [first, second] = kept
      first?.send(wireQuery('www.example.net', { id: 9 }))
      expect(idOf((await first?.next()) ?? null)).toBe(9)
      const fourth = connect(port)
      fourth.send(wireQuery('www.example.net', { id: 4 }))
      expect(idOf(await fourth.next())).toBe(4)
      expect(await second?.next()).toBeNull()
      expect(metrics.drops['tcp-idle'].value).toBe(1)
      await until(() => listener.connections === 3)
      for (const connection of [...kept, fourth]) connection.end()
      await until(() => listener.connections === 0)
    })

    test('by the client with a reset, and the listener goes on', async () => {
      const { server, held } = holdingServer()
      const { port } = await listen(server)
      const rude = connect(port)
      rude.send(wireQuery('www.example.net', { id: 1 }))
      await until(() => held.length === 1)
      // TLS has no reset of its own: there it goes without a word.
      if (name === 'TCP') rude.socket.resetAndDestroy()
      else rude.end()
      await new Promise((done) => setTimeout(done, 20))
      held[0]?.respond(held[0].bytes)
      const polite = connect(port)
      polite.send(wireQuery('www.example.net', { id: 2 }))
      await until(() => held.length === 2)
      held[1]?.respond(held[1].bytes)
      expect(idOf(await polite.next())).toBe(2)
    })
  })
})

test('a port in use is told in a sentence that names the variable', async () => {
  const metrics = createDnsMetrics(createMetrics())
  const listener = await listenTcp(echo, HERE, metrics, LIMITS)
  opened.push(listener)
  const { port } = listener
  await expect(listenTcp(echo, { ...HERE, port }, metrics)).rejects.toThrow(
    /already in use.*ACCUEIL_DNS_LISTEN/,
  )
})

test('two thousand idle connections keep nobody from being answered', async () => {
  const metrics = createDnsMetrics(createMetrics())
  const limits = { ...CONNECTION_LIMITS, perClient: 4_000 }
  const listener = await listenTcp(echo, HERE, metrics, limits)
  opened.push(listener)
  const idle = Array.from({ length: 2_000 }, () => openTcp(listener.port))
  await until(() => listener.connections === idle.length)
  const one = openTcp(listener.port)
  one.send(wireQuery('www.example.net', { id: 7 }))
  expect(idOf(await one.next())).toBe(7)
  one.end()
  for (const connection of idle) connection.end()
  await until(() => listener.connections === 0)
})
