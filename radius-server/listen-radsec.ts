import { constants } from 'node:crypto'
import { createServer } from 'node:net'
import type { Server, Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import type { SecureContextOptions, TLSSocket, Server as TlsServer } from 'node:tls'
import type { Clock } from '#core/clock.ts'
import { reasonOf } from '#core/error.ts'
import { listenError } from '#core/listen.ts'
import type { ListenAddress } from '#core/listen.ts'
import type { Log } from '#core/log.ts'
import { createLogLimit } from '#core/log-limit.ts'
import { sourceAddress } from '#core/udp/source-address.ts'
import type { Authority } from '#db/authorities.ts'
import type { StoredCertificate } from '#db/certificates.ts'
import type { Gateway } from '#db/gateways.ts'
import { createClient } from './client.ts'
import type { Client } from './client.ts'
import type { GatewayWatch } from './posture/gateway-watch.ts'
import type { HandshakeOutcome, RadsecMetrics } from './metrics.ts'
import { createConnection } from './radsec/connection.ts'
import { CONNECTIONS_LIMITS, Connections } from './radsec/connections.ts'
import { certificateEnd, certificateProof } from './radsec/peer.ts'
import type { Peers, Proof } from './radsec/peer.ts'
import type { RadiusServer } from './server.ts'
import { NO_SECRET, RADSEC_SECRET } from './shared-secret.ts'
import type { SharedSecret } from './shared-secret.ts'

export const RADSEC_LIMITS = {
  ...CONNECTIONS_LIMITS,
  /** Each costs a millisecond of this process: a storm must not stand before packets that came. */
  handshakes: 512,
  /** Of one address, so that one host cannot take all of them. Many gateways may share one. */
  handshakesPerAddress: 64,
  /** From the first packet to the last, however slowly they come. */
  handshakeMs: 10_000,
  /** Finds out about gateways that fell, and keeps the way back through their NAT open. */
  keepAliveMs: 60_000,
} as const

/** RFC 9765 §3.3; without ALPN it is 1.0. */
const RADIUS_1_1 = 'radius/1.1'
const RADIUS_1_0 = 'radius/1.0'

/** With forward secrecy, also for keys that were agreed before. */
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-ECDSA-CHACHA20-POLY1305',
  'ECDHE-PSK-CHACHA20-POLY1305',
  'ECDHE-PSK-AES128-CBC-SHA256',
].join(':')

export interface RadsecListener {
  start(): Promise<void>
  /** Takes no more packets, sends the answers of those in work, then closes. */
  stop(): Promise<void>
  /** Another certificate or other authorities: for the connections to come. */
  renew(): void
  /** To be called now and then: closes what is idle, does not read, or is no longer declared. */
  sweep(): void
  readonly connections: Connections
  readonly handshaking: number
  readonly isOpen: boolean
  readonly port: number
}

export interface RadsecDeps {
  readonly address: ListenAddress
  readonly server: RadiusServer
  readonly peers: Peers
  readonly watchOf: (gateway: Gateway) => GatewayWatch
  readonly certificate: () => StoredCertificate
  readonly authorities: () => readonly Authority[]
  readonly metrics: RadsecMetrics
  readonly log: Log
  readonly clock: Clock
}

export function createRadsecListener(
  deps: RadsecDeps,
  changes: Partial<Readonly<Record<keyof typeof RADSEC_LIMITS, number>>> = {},
): RadsecListener {
  const { address, peers, metrics, log, clock } = deps
  const limits = { ...RADSEC_LIMITS, ...changes }
  const connections = new Connections(limits.perGateway)
  const mayLog = createLogLimit(clock)
  /** Who was asked for by which identity: that the key was used is only known afterwards. */
  const asked = new WeakMap<TLSSocket, { identity: string; psk: string }>()
  const handshakes = new Map<string, Handshake>()
  let listening: Server | null = null
  let tls: TlsServer | null = null

  function createHandshakes(): TlsServer {
    return createTlsServer({
      ...contextOptions(),
      requestCert: true,
      // Judged in `welcome`: a pinned certificate needs no authority.
      rejectUnauthorized: false,
      ALPNProtocols: [RADIUS_1_1, RADIUS_1_0],
      pskCallback(socket, identity) {
        const psk = peers.keyOf(identity)
        if (psk === undefined) return null
        asked.set(socket, { identity, psk })
        return Buffer.from(psk, 'utf8')
      },
    })
      .on('secureConnection', welcome)
      .on('tlsClientError', (error, socket) => {
        fail(whereFrom(socket), 'failed', reasonOf(error))
        socket.destroy()
      })
  }

  function contextOptions(): SecureContextOptions {
    const { chainPem, keyPem } = deps.certificate()
    return {
      cert: chainPem,
      key: keyPem,
      ca: deps.authorities().map(({ pem }) => pem),
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.3',
      ciphers: CIPHERS,
      // Connections last for days: a ticket would save nothing, and outlive a revocation.
      secureOptions: constants.SSL_OP_NO_TICKET,
    }
  }

  function refuse(socket: Socket, outcome: HandshakeOutcome, reason: string): void {
    metrics.handshakes[outcome].inc()
    const heldBack = mayLog()
    if (heldBack !== null) {
      const from = socket.remoteAddress ?? null
      log.warn('radius.radsec.refused', { address: from, outcome, reason, heldBack })
    }
    socket.destroy()
  }

  /** Whose handshake it is, which then is no longer under way. */
  function conclude(from: string): Socket | null {
    const handshake = handshakes.get(from)
    if (handshake === undefined) return null
    clearTimeout(handshake.deadline)
    handshakes.delete(from)
    return handshake.socket
  }

  function fail(from: string, outcome: HandshakeOutcome, reason: string): void {
    const socket = conclude(from)
    if (socket !== null) refuse(socket, outcome, reason)
  }

  function tooMany(socket: Socket): HandshakeOutcome | null {
    if (connections.size + handshakes.size >= limits.inAll) return 'too-many-connections'
    if (handshakes.size >= limits.handshakes) return 'too-many-handshakes'
    let ofSameAddress = 0
    for (const other of handshakes.values()) {
      if (other.socket.remoteAddress === socket.remoteAddress) ofSameAddress += 1
    }
    return ofSameAddress >= limits.handshakesPerAddress ? 'too-many-handshakes' : null
  }

  function admit(socket: Socket): void {
    // What went wrong is told by the TLS that is put over it.
    socket.on('error', () => {})
    const excess = tooMany(socket)
    if (excess !== null) return refuse(socket, excess, `${connections.size} are open`)
    const from = whereFrom(socket)
    const deadline = setTimeout(
      () => fail(from, 'timed-out', `no handshake in ${limits.handshakeMs} ms`),
      limits.handshakeMs,
    )
    handshakes.set(from, { socket, deadline })
    socket.once('close', () => fail(from, 'failed', 'it went away'))
    socket.setNoDelay(true)
    socket.setKeepAlive(true, limits.keepAliveMs)
    tls?.emit('connection', socket)
  }

  function proofOf(socket: TLSSocket): Proof | null {
    const key = asked.get(socket)
    if (key !== undefined && isKeyUsed(socket)) return { by: 'psk', ...key }
    return certificateProof(socket)
  }

  function welcome(socket: TLSSocket): void {
    conclude(whereFrom(socket))
    const isWithoutMd5 = socket.alpnProtocol === RADIUS_1_1
    // RFC 9765 §3.4.
    if (isWithoutMd5 && socket.getProtocol() !== 'TLSv1.3') {
      return refuse(socket, 'wrong-version', 'radius/1.1 needs TLS 1.3')
    }
    const proof = proofOf(socket)
    const gateway = proof === null ? undefined : peers.find(proof)
    if (proof === null || gateway === undefined) {
      return refuse(socket, 'unknown-gateway', describe(proof))
    }
    const from = sourceAddress(socket.remoteAddress ?? '')
    if (from === null) return refuse(socket, 'failed', 'gone before it was answered')
    metrics.handshakes.accepted.inc()
    const watch = deps.watchOf(gateway)
    watch.connectedAt = clock()
    watch.certificateEndsAt = certificateEnd(socket)
    const secret = isWithoutMd5 ? NO_SECRET : RADSEC_SECRET
    connections.add(
      createConnection({
        socket,
        source: { address: from, port: socket.remotePort ?? 0 },
        gateway: gateway.name,
        client: createProvedClient(deps, proof, secret),
        server: deps.server,
        clock,
        secret,
        onClose(connection, reason) {
          connections.remove(connection)
          metrics.closed[reason].inc()
        },
      }),
    )
  }

  return {
    connections,
    get handshaking() {
      return handshakes.size
    },
    get isOpen() {
      return listening !== null
    },
    get port() {
      const bound = listening?.address()
      return typeof bound === 'object' && bound !== null ? bound.port : 0
    },
    async start() {
      tls = createHandshakes()
      const server = createServer(admit)
      const bound = Promise.withResolvers<void>()
      server.once('error', bound.reject)
      // Several processes of one machine share the port, as those of UDP do.
      server.listen({ ...address, backlog: limits.handshakes, reusePort: true }, bound.resolve)
      try {
        await bound.promise
      } catch (thrown) {
        throw listenError(thrown, address, 'RadSec', 'ACCUEIL_RADSEC_LISTEN')
      }
      listening = server
    },
    async stop() {
      listening?.close()
      listening = null
      for (const { socket } of handshakes.values()) socket.destroy()
      await Promise.all([...connections].map((connection) => connection.drain()))
    },
    renew() {
      tls?.setSecureContext(contextOptions())
    },
    sweep() {
      for (const connection of connections) {
        const problem = connection.problem()
        if (problem !== null) connection.close(problem)
      }
    },
  }
}

function whereFrom(socket: Socket): string {
  return `${socket.remoteAddress} ${socket.remotePort}`
}

interface Handshake {
  readonly socket: Socket
  readonly deadline: NodeJS.Timeout
}

/**
 * Whether the handshake rested on the key that was asked for. One that was asked for and not used proves
 * nothing: OpenSSL passes over it where the hash of the cipher does not fit, without having checked it.
 */
function isKeyUsed(socket: TLSSocket): boolean {
  if (socket.getProtocol() !== 'TLSv1.3') return socket.getCipher().name.includes('PSK')
  // In TLS 1.3 a key is a session that is resumed; there are no others, as no ticket is ever sent.
  return socket.isSessionReused()
}

function describe(proof: Proof | null): string {
  if (proof === null) return 'it showed no certificate and used no key'
  if (proof.by === 'psk') return 'its key is no longer declared'
  return `no gateway is declared with its certificate sha256:${proof.sha256}`
}

/** Asked for each packet, worked out when what is declared has changed. */
function createProvedClient(
  { peers, watchOf }: RadsecDeps,
  proof: Proof,
  secret: SharedSecret,
): () => Client | undefined {
  let known: Gateway | undefined
  let client: Client | undefined
  return () => {
    const gateway = peers.find(proof)
    if (gateway === known) return client
    known = gateway
    client = gateway === undefined ? undefined : createClient(gateway, watchOf(gateway), secret)
    return client
  }
}
