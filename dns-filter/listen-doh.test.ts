import { connect } from 'node:http2'
import type { ClientHttp2Session, IncomingHttpHeaders } from 'node:http2'
import { request } from 'node:https'
import { connect as connectTcp } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { createMetrics } from '#core/metrics.ts'
import { CONNECTION_LIMITS } from './connections.ts'
import type { ConnectionLimits } from './connections.ts'
import type { Respond } from './exchange.ts'
import { listenDoh } from './listen-doh.ts'
import type { Listener } from './listener.ts'
import { createDnsMetrics } from './metrics.ts'
import type { DnsMetrics } from './metrics.ts'
import type { DnsServer } from './server.ts'
import { wireQuery } from './testing/asking.ts'
import { testCertificate } from './testing/certificate.ts'
import { oracle } from './testing/oracle.ts'
import { createVectorFilter } from './testing/vectors.ts'
import type { Via } from './via.ts'
import { soon } from '../test/support/soon.ts'

const HERE = { host: '127.0.0.1', port: 0 }
const { certificate, ca } = await testCertificate()
const MESSAGE = { 'content-type': 'application/dns-message' }

const opened: Listener[] = []
const sessions: ClientHttp2Session[] = []
afterEach(async () => {
  for (const session of sessions.splice(0)) session.destroy()
  await Promise.all(opened.splice(0).map((listener) => listener.close()))
})

async function listen(
  server: DnsServer,
  limits: Partial<ConnectionLimits> = {},
): Promise<{ listener: Listener; metrics: DnsMetrics }> {
  const metrics = createDnsMetrics(createMetrics())
  const all = { ...CONNECTION_LIMITS, ...limits }
  const listener = await listenDoh(server, HERE, certificate, metrics, all)
  opened.push(listener)
  return { listener, metrics }
}

function open(port: number, servername = 'dns.example.org'): ClientHttp2Session {
  const session = connect(`https://127.0.0.1:${port}`, { ca, servername })
  session.on('error', () => {})
  sessions.push(session)
  return session
}

interface Reply {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

/** Status 0: the stream or the connection ended without an answer. */
async function ask(
  session: ClientHttp2Session,
  method: string,
  path: string,
  body: Uint8Array | null = null,
  headers: Record<string, string> = {},
): Promise<Reply> {
  const stream = session.request({ ':method': method, ':path': path, ...headers })
  let got: IncomingHttpHeaders & { ':status'?: number | undefined } = {}
  stream.on('response', (response) => (got = response))
  stream.on('error', () => {})
  if (body === null) stream.end()
  else stream.end(body)
  const chunks: Buffer[] = []
  try {
    for await (const chunk of stream) chunks.push(chunk as Buffer)
  } catch {
    // Reset by the server.
  }
  return { status: got[':status'] ?? 0, headers: got, body: Buffer.concat(chunks) }
}

const parameter = (query: Buffer): string => `dns=${query.toString('base64url')}`

describe('DNS over HTTPS', () => {
  test('answers GET and POST alike, with the time that the answer may be kept', async () => {
    const filter = await createVectorFilter()
    const { listener } = await listen(filter.server)
    const session = open(listener.port)
    const query = wireQuery('www.example.net', { id: 0 })
    const replies = [
      await ask(session, 'GET', `/dns-query?${parameter(query)}`),
      await ask(session, 'POST', '/dns-query', query, MESSAGE),
    ]
    for (const { status, headers, body } of replies) {
      expect(status).toBe(200)
      expect(headers).toMatchObject({
        'content-type': 'application/dns-message',
        'content-length': String(body.length),
        'cache-control': 'private, max-age=300',
      })
      expect(oracle.decode(body).answers).toHaveLength(1)
    }
    const blocked = await ask(session, 'POST', '/dns-query', wireQuery('bad.example'), MESSAGE)
    expect(blocked).toMatchObject({ status: 200 })
    expect(blocked.headers['cache-control']).toBe('private, max-age=30')
  })

  test('says whatever the DNS says with 200, and nothing else', async () => {
    const filter = await createVectorFilter()
    const { listener, metrics } = await listen(filter.server)
    const session = open(listener.port)
    const formerr = Buffer.from('123401000000000000000000', 'hex')
    expect(await ask(session, 'POST', '/dns-query', formerr, MESSAGE)).toMatchObject({
      status: 200,
    })
    expect(await ask(session, 'POST', '/dns-query', Buffer.of(1), MESSAGE)).toMatchObject({
      status: 400,
    })
    const wrong = await ask(session, 'PUT', '/dns-query', null)
    expect(wrong).toMatchObject({ status: 405, headers: { allow: 'GET, POST' } })
    const type = { 'content-type': 'text/plain' }
    const other = await ask(session, 'POST', '/dns-query', formerr, type)
    expect(other).toMatchObject({ status: 415, headers: { accept: 'application/dns-message' } })
    const long = Buffer.alloc(5_000)
    expect(await ask(session, 'POST', '/dns-query', long, MESSAGE)).toMatchObject({ status: 413 })
    expect(await ask(session, 'GET', '/')).toMatchObject({ status: 404 })
    expect(metrics.drops['http-request'].value).toBe(5)
  })

  test('tells who asks by the name of the handshake and the token of the path', async () => {
    const seen: Via[] = []
    const server: DnsServer = {
      handle(bytes, _source, via, respond) {
        seen.push(via)
        respond(bytes)
      },
    }
    const { listener } = await listen(server)
    const query = wireQuery('www.example.net')
    await ask(open(listener.port, 'Dns.Example.Org'), 'GET', `/dns-query/paris?${parameter(query)}`)
    expect(seen).toEqual([{ transport: 'doh', serverName: 'dns.example.org', token: 'paris' }])
  })

  test('speaks HTTP/1.1 with who knows no HTTP/2', async () => {
    const seen: Via[] = []
    const server: DnsServer = {
      handle(bytes, _source, via, respond) {
        seen.push(via)
        respond(bytes)
      },
    }
    const { listener } = await listen(server)
    const query = wireQuery('www.example.net')
    const reply = await new Promise<Reply>((resolve, reject) => {
      const where = { host: '127.0.0.1', port: listener.port, path: '/dns-query/lyon' }
      const sent = request(
        { ...where, method: 'POST', ca, servername: 'dns.example.org', headers: MESSAGE },
        (response) => {
          const chunks: Buffer[] = []
          response.on('data', (chunk: Buffer) => chunks.push(chunk))
          response.on('end', () => {
            const { statusCode: status = 0, headers } = response
            resolve({ status, headers, body: Buffer.concat(chunks) })
          })
        },
      )
      sent.on('error', reject)
      sent.end(query)
    })
    expect(reply.status).toBe(200)
    expect(reply.body).toEqual(query)
    expect(seen).toEqual([{ transport: 'doh', serverName: 'dns.example.org', token: 'lyon' }])
  })

  test('answers many questions of one connection as answers come', async () => {
    const held: { bytes: Uint8Array; respond: Respond }[] = []
    const server: DnsServer = {
      handle: (bytes, _source, _via, respond) => void held.push({ bytes, respond }),
    }
    const { listener } = await listen(server)
    const session = open(listener.port)
    const order: number[] = []
    const asking = [1, 2, 3].map(async (id) => {
      const query = wireQuery('www.example.net', { id })
      const { body } = await ask(session, 'POST', '/dns-query', query, MESSAGE)
      order.push(body.readUInt16BE(0))
    })
    while (held.length < 3) await new Promise((done) => setTimeout(done, 5))
    for (const { bytes, respond } of held.toReversed()) {
      respond(bytes)
      await new Promise((done) => setTimeout(done, 20))
    }
    await Promise.all(asking)
    expect(order).toEqual([3, 2, 1])
  })
})

describe('a connection of DNS over HTTPS is closed', () => {
  const echo: DnsServer = { handle: (bytes, _source, _via, respond) => respond(bytes) }

  test('when it has been idle', async () => {
    const { listener, metrics } = await listen(echo, { idleMs: 600 })
    const session = open(listener.port)
    await new Promise((done) => session.once('close', done))
    expect(metrics.drops['tcp-idle'].value).toBe(1)
    await soon(() => expect(listener.connections).toBe(0))
  })

  test('when its answers are never read', async () => {
    const large = Buffer.alloc(40_000)
    const server: DnsServer = { handle: (_b, _s, _v, respond) => respond(large) }
    const { listener, metrics } = await listen(server, { unread: 100_000 })
    const session = open(listener.port)
    await new Promise((done) => session.once('connect', done))
    for (let i = 0; i < 10; i++) {
      const stream = session.request({ ':method': 'POST', ':path': '/dns-query', ...MESSAGE })
      stream.on('error', () => {})
      stream.end(wireQuery('www.example.net'))
    }
    await new Promise((done) => session.once('close', done))
    expect(metrics.drops['tcp-slow-reader'].value).toBeGreaterThan(0)
  })

  test('when it is one too many', async () => {
    const { listener, metrics } = await listen(echo, { perClient: 1 })
    const first = open(listener.port)
    const query = wireQuery('www.example.net')
    expect((await ask(first, 'POST', '/dns-query', query, MESSAGE)).status).toBe(200)
    const second = open(listener.port)
    await new Promise((done) => second.once('close', done))
    expect(metrics.drops['tcp-connections-per-client'].value).toBe(1)
  })

  test('by who sends something else than HTTP, and the listener goes on', async () => {
    const { listener, metrics } = await listen(echo)
    const rude = connectTcp(listener.port, '127.0.0.1')
    rude.write('this is no TLS at all, and never will be\r\n')
    rude.on('error', () => {})
    await new Promise((done) => rude.once('close', done))
    expect(metrics.drops['tls-handshake'].value).toBe(1)
    const query = wireQuery('www.example.net')
    const reply = await ask(open(listener.port), 'POST', '/dns-query', query, MESSAGE)
    expect(reply.status).toBe(200)
  })
})
