import { createSocket } from 'node:dgram'
import type { Socket } from 'node:dgram'
import { once } from 'node:events'
import { join } from 'node:path'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { everyUdpLayer, udpCounters } from '#core/udp/testing/udp-layers.ts'
import type { UdpLayer } from '#core/udp/udp-layer.ts'
import type { StoredCertificate } from '#db/certificates.ts'
import { temporaryFolder } from '../../test/support/folder.ts'
import { createClient } from '../client.ts'
import { ATTRIBUTE, CODE } from '../dictionary.ts'
import { EAP_TYPE } from '../eap/eap-packet.ts'
import { makeCertificateAuthority, makeServerCertificate } from '../testing/certificates.ts'
import { createUdpListener } from '../listen-udp.ts'
import type { UdpListener } from '../listen-udp.ts'
import { RADSEC_SECRET } from '../shared-secret.ts'
import { randomRequest, readReply } from '../testing/gateway.ts'
import type { Sent } from '../testing/gateway.ts'
import { everyEapLayer } from '../testing/eap-layers.ts'
import { eapAttributes, eapResponse, identityResponse, logIn } from '../testing/peer.ts'
import type { PeerOptions, PeerResult } from '../testing/peer.ts'
import { createTestServer, gateway } from '../testing/server.ts'
import type { TestServer } from '../testing/server.ts'
import { sourceOf } from '../testing/source.ts'
import { tagOf } from './owner.ts'
import { createSiblings } from './siblings.ts'
import type { Siblings } from './siblings.ts'
import { createTakeOver } from './take-over.ts'
import { freePort } from '../../test/support/peers/free-ports.ts'

const NOW = Date.now()
const engine = everyEapLayer()[0]?.engine ?? null
const NO_ANSWER_MS = 20_000
let certificate: StoredCertificate
beforeAll(async () => {
  const ca = await makeCertificateAuthority(NOW)
  certificate = await makeServerCertificate(ca, 'wifi.example.org', NOW)
})

/** What a process is to this test: a server of its own on the port of all, and a way to the others. */
interface Process {
  readonly server: TestServer
  readonly listener: UdpListener
  readonly siblings: Siblings
  /** Lets go of the port and of everything in memory. */
  end(): Promise<void>
}

const open: AsyncDisposable[] = []
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one[Symbol.asyncDispose]()
})

function takeOverOf(one: TestServer): ReturnType<typeof createTakeOver> {
  return createTakeOver({
    server: one.server,
    gateways: () => one.house.gateways,
    watchOf: one.watches.of,
    taken: one.metrics.takenOver,
  })
}

async function startProcess(layer: UdpLayer, folder: string, port: number): Promise<Process> {
  const owner = Uint8Array.from({ length: 8 }, () => Math.floor(Math.random() * 256))
  const server = await createTestServer({ certificates: [certificate], owner, engine })
  server.house.now = NOW
  const siblings = createSiblings({
    folder,
    tag: tagOf(owner),
    answer: takeOverOf(server),
    clock: () => server.house.now,
  })
  server.house.askOwner = siblings.ask
  const listener = createUdpListener({
    layer,
    server: server.server,
    service: 'authentication',
    address: { host: '127.0.0.1', port },
    variable: 'ACCUEIL_RADIUS_LISTEN',
    tooManyInWork: server.metrics.dropped['too-many-in-work'],
    counters: udpCounters(),
  })
  await siblings.open()
  await listener.start()
  let ended: Promise<void> | null = null
  const end = (): Promise<void> =>
    (ended ??= Promise.all([listener.stop(), siblings.close()]).then(() => {}))
  open.push({ [Symbol.asyncDispose]: end })
  return { server, listener, siblings, end }
}

async function bound(): Promise<Socket> {
  const socket = createSocket('udp4')
  await new Promise<void>((resolve) => socket.bind(0, '127.0.0.1', resolve))
  return socket
}

interface Gateway extends Pick<TestServer, 'send'> {
  /** The last packet once more, from the port that it came from. */
  again(): Promise<Buffer | null>
  lastReply(): Buffer | null
}

/** A gateway that sends each packet from another port, as some controllers do. */
async function gatewayOfManyPorts(port: number): Promise<Gateway> {
  const sockets = await Promise.all(Array.from({ length: 32 }, bound))
  open.push({
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.close()
      await Promise.resolve()
    },
  })
  let sent = 0
  let last: Uint8Array = Buffer.alloc(0)
  let reply: Buffer | null = null
  async function ask(): Promise<Buffer | null> {
    const socket = sockets[sent % sockets.length]
    if (socket === undefined) return null
    const signal = AbortSignal.timeout(NO_ANSWER_MS)
    const answered = once(socket, 'message', { signal }).catch(() => [null])
    socket.send(last, port, '127.0.0.1')
    const [bytes] = (await answered) as [Buffer | null]
    return bytes
  }
  return {
    async send(_, request) {
      sent += 1
      last = request
      reply = await ask()
      return reply
    },
    again: ask,
    lastReply: () => reply,
  }
}

const VERSIONS = ['TLSv1.2', 'TLSv1.3'] as const

describe.each(everyUdpLayer())('two processes on one port by $name', (layer) => {
  async function house(): Promise<{
    processes: readonly [Process, Process]
    gateway: Gateway
    logInBy: (more?: Partial<PeerOptions>) => Promise<PeerResult>
  }> {
    const folder = temporaryFolder()
    open.push({ [Symbol.asyncDispose]: () => Promise.resolve(folder[Symbol.dispose]()) })
    const port = await freePort()
    const meeting = join(folder.path, 'radius')
    const processes = [
      await startProcess(layer, meeting, port),
      await startProcess(layer, meeting, port),
    ] as const
    const gateway = await gatewayOfManyPorts(port)
    return {
      processes,
      gateway,
      logInBy: (more = {}) =>
        // Short pieces, so that each conversation has packets for both.
        logIn(gateway, {
          version: 'TLSv1.3',
          caPem: certificate.caPem,
          waits: true,
          framedMtu: 250,
          fragment: 120,
          ...more,
        }),
    }
  }

  test.each(VERSIONS)(
    'a conversation by %s goes through, whichever gets its packets',
    async (version) => {
      const { processes, logInBy } = await house()
      const { reply, keys, mppe } = await logInBy({ version })
      expect(reply?.code).toBe(CODE['Access-Accept'])
      expect(mppe?.recv).toEqual(keys?.subarray(0, 32))
      const [a, b] = processes.map(({ server }) => server.metrics)
      const handed = (a?.handedOver.answered.value ?? 0) + (b?.handedOver.answered.value ?? 0)
      expect(handed).toBeGreaterThan(0)
      expect((a?.takenOver.value ?? 0) + (b?.takenOver.value ?? 0)).toBe(handed)
      // Only its owner let the device in, and each packet is counted where it came.
      expect((a?.accepts['ttls-pap'].value ?? 0) + (b?.accepts['ttls-pap'].value ?? 0)).toBe(1)
    },
  )

  test('when its owner ends in the middle the device is told, and comes in the next time', async () => {
    const { processes, logInBy } = await house()
    let ended: Process | undefined
    const endOwner = async (): Promise<void> => {
      ended = processes.find(({ server }) => server.conversing() > 0)
      await ended?.end()
    }
    const { reply } = await logInBy({
      beforeRound: (round) => (round === 4 ? endOwner() : undefined),
    })
    expect(ended).toBeDefined()
    expect(reply?.code).toBe(CODE['Access-Reject'])
    // EAP-Failure, without which the device would wait.
    expect(reply?.eap().readUInt8(0)).toBe(4)
    const survivor = processes.find((one) => one !== ended)
    expect(survivor?.server.metrics.rejects['eap-unknown-state'].value).toBe(1)
    expect((await logInBy()).reply?.code).toBe(CODE['Access-Accept'])
  })

  test('one that stops takes no more packets and still ends the conversations that it has', async () => {
    const { processes, logInBy } = await house()
    const { reply } = await logInBy({
      async beforeRound(round) {
        const owner = processes.find(({ server }) => server.conversing() > 0)
        if (round === 4) await owner?.listener.stop()
      },
    })
    expect(reply?.code).toBe(CODE['Access-Accept'])
  })

  test('a packet that comes again gets the same bytes, whoever has them', async () => {
    const { processes, gateway, logInBy } = await house()
    const { reply } = await logInBy({
      async beforeRound(round) {
        if (round > 1) expect(await gateway.again()).toEqual(gateway.lastReply())
      },
    })
    expect(reply?.code).toBe(CODE['Access-Accept'])
    const [a, b] = processes.map(({ server }) => server.metrics)
    expect((a?.resent.value ?? 0) + (b?.resent.value ?? 0)).toBeGreaterThan(10)
  })
})

test('a conversation that began over one RadSec connection goes on over another', async () => {
  const servers = await Promise.all([0xaa, 0xbb].map((octet) => startAlone(octet)))
  const [a, b] = servers
  if (a === undefined || b === undefined) throw new Error('two servers')
  b.house.askOwner = async (tag, question) => {
    expect(tag).toBe('aa'.repeat(8))
    return { kind: 'answered', reply: await takeOverOf(a)(question) }
  }
  const ask = async (server: TestServer, identifier: number, eap: Buffer, more: Sent[] = []) => {
    const request = randomRequest({
      code: CODE['Access-Request'],
      secret: 'radsec',
      identifier,
      attributes: [...eapAttributes(eap), ...more],
    })
    const client = createClient(RADSEC_GATEWAY, a.watches.of(RADSEC_GATEWAY), RADSEC_SECRET)
    const source = sourceOf('192.0.2.7', 40_000)
    const bytes = await server.server.handle('radsec', request, source, client)
    return bytes === null ? null : readReply(bytes, request, 'radsec')
  }
  const first = await ask(a, 1, identityResponse(1))
  const state: Sent = [ATTRIBUTE.State, first?.first(ATTRIBUTE.State) ?? Buffer.alloc(0)]
  const nak = eapResponse(2, EAP_TYPE.Nak, Buffer.of(EAP_TYPE.PEAP))
  const second = await ask(b, 1, nak, [state])
  expect(second?.code).toBe(CODE['Access-Challenge'])
  expect(second?.eap().readUInt8(4)).toBe(EAP_TYPE.PEAP)

  // The gateway is no longer declared: what another process says of it does not count.
  a.house.gateways = []
  expect(await ask(b, 2, nak, [state])).toBeNull()
})

const RADSEC_GATEWAY = gateway({ address: null, radsec: { by: 'certificate', sha256: 'ab' } })

async function startAlone(octet: number): Promise<TestServer> {
  const server = await createTestServer({
    certificates: [certificate],
    engine,
    owner: new Uint8Array(8).fill(octet),
  })
  server.house.gateways = [RADSEC_GATEWAY]
  return server
}
