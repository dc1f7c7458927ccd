import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chooseUdpLayer } from '#core/udp/udp-layer.ts'
import { everyUdpLayer } from '#core/udp/testing/udp-layers.ts'
import { listenDoh } from './listen-doh.ts'
import { listenDot } from './listen-dot.ts'
import { listenTcp } from './listen-tcp.ts'
import { listenUdp } from './listen-udp.ts'
import type { Listener } from './listener.ts'
import {
  askOverDoh,
  askOverDot,
  askOverTcp,
  askOverUdp,
  askOverUdpOrPass,
} from './testing/asking.ts'
import type { Filter } from './testing/filter.ts'
import { summary } from './testing/oracle.ts'
import { createVectorFilter, readVectors } from './testing/vectors.ts'
import { testCertificate } from './testing/certificate.ts'
import type { TestTls } from './testing/certificate.ts'
import { OVER_UDP } from './via.ts'
import type { Transport } from './via.ts'

const vectors = readVectors()
const layers = everyUdpLayer()
const dgramLayer = chooseUdpLayer('dgram')
const PATIENCE_MS = 10_000
const HERE = { host: '127.0.0.1', port: 0 }

let filter: Filter
let listeners: Readonly<Record<Transport, Listener>>
let dgram: Listener
let tls: TestTls

beforeAll(async () => {
  filter = await createVectorFilter()
  tls = await testCertificate()
  listeners = {
    udp: await listenUdp(layers[0] ?? dgramLayer, filter.server, HERE, filter.metrics),
    tcp: await listenTcp(filter.server, HERE, filter.metrics),
    dot: await listenDot(filter.server, HERE, tls.certificate, filter.metrics),
    doh: await listenDoh(filter.server, HERE, tls.certificate, filter.metrics),
  }
  dgram = await listenUdp(dgramLayer, filter.server, HERE, filter.metrics)
})

afterAll(async () => {
  await Promise.all([...Object.values(listeners), dgram].map((listener) => listener.close()))
})

type Ask = (query: Uint8Array) => Promise<Uint8Array | null>

/** Every way in, told apart by nothing but how the bytes travel. */
const ways: Readonly<Record<string, { transport: Transport; ask: Ask; passes?: Ask }>> = {
  'in process': {
    transport: 'udp',
    ask: (query) =>
      new Promise((resolve) => filter.server.handle(query, '127.0.0.1', OVER_UDP, resolve)),
  },
  'over UDP': {
    transport: 'udp',
    ask: (query) => askOverUdp(listeners.udp.port, query, PATIENCE_MS),
    passes: (query) => askOverUdpOrPass(listeners.udp.port, query),
  },
  'over UDP by node:dgram': {
    transport: 'udp',
    ask: (query) => askOverUdp(dgram.port, query, PATIENCE_MS),
    passes: (query) => askOverUdpOrPass(dgram.port, query),
  },
  'over TLS': {
    transport: 'dot',
    ask: (query) => askOverDot(listeners.dot.port, tls.ca, query),
  },
  'over HTTPS': {
    transport: 'doh',
    ask: (query) => askOverDoh(listeners.doh.port, tls.ca, query),
  },
  'over TCP': { transport: 'tcp', ask: (query) => askOverTcp(listeners.tcp.port, query) },
}

test('there are vectors to ask', () => {
  expect(vectors.length).toBeGreaterThan(80)
})

describe.each(Object.entries(ways))('%s', (_, way) => {
  test.each(vectors.map((vector) => [vector.title, vector] as const))(
    '%s',
    async (_title, vector) => {
      const expected = vector.expected[way.transport]
      if (expected === 'silence') {
        expect(await (way.passes ?? way.ask)(vector.query)).toBeNull()
        return
      }
      const answer = await way.ask(vector.query)
      if (answer === null) throw new Error('no answer')
      expect(summary(vector.query, answer)).toMatchObject(expected)
      expect([answer[0], answer[1]]).toEqual([vector.query[0], vector.query[1]])
      if (way.transport === 'udp') expect(answer.length).toBeLessThanOrEqual(1232)
    },
  )
})

test('no vector made the server fail inside', () => {
  expect(filter.metrics.drops.internal.value).toBe(0)
})
