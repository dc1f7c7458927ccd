import { randomInt } from 'node:crypto'
import { isIP } from 'node:net'
import { checkServerIdentity, connect } from 'node:tls'
import type { ConnectionOptions, TLSSocket } from 'node:tls'
import { reasonOf } from '#core/error.ts'
import type { HomeServer } from '#db/proxying.ts'
import { Frames } from '../radsec/frames.ts'
import { RADSEC_SECRET } from '../shared-secret.ts'
import { LINK_LIMITS } from './link.ts'
import type { Link, SentRequest } from './link.ts'
import type { OutgoingRequest } from './outgoing.ts'
import { IDENTIFIERS, Outstanding } from './outstanding.ts'
import type { ProxyMetrics } from './proxy-metrics.ts'

/** With forward secrecy; federations' servers have keys of either kind. */
const CIPHERS = [
  'TLS_AES_128_GCM_SHA256',
  'TLS_AES_256_GCM_SHA384',
  'TLS_CHACHA20_POLY1305_SHA256',
  'ECDHE-ECDSA-AES128-GCM-SHA256',
  'ECDHE-ECDSA-AES256-GCM-SHA384',
  'ECDHE-RSA-AES128-GCM-SHA256',
  'ECDHE-RSA-AES256-GCM-SHA384',
].join(':')

type Radsec = Extract<HomeServer['transport'], { readonly kind: 'radsec' }>

interface Held {
  readonly socket: TLSSocket
  readonly outstanding: Outstanding
}

/** RADIUS over TLS (RFC 6614) to a home server: connections are made when they are needed, and stay. */
export function createTlsLink(deps: {
  readonly address: string
  readonly transport: Radsec
  readonly metrics: ProxyMetrics
  readonly onFailure: (reason: string) => void
}): Link {
  const { transport, metrics } = deps
  const held = new Set<Held>()
  let opening: Promise<void> | null = null
  let isClosed = false

  function options(): ConnectionOptions {
    const { tlsName, port, caPem, own } = transport
    return {
      host: deps.address,
      port,
      // RFC 6066 §3: an address is no server name.
      ...(isIP(tlsName) === 0 ? { servername: tlsName } : {}),
      checkServerIdentity: (_, certificate) => checkServerIdentity(tlsName, certificate),
      ...(caPem === null ? {} : { ca: caPem }),
      cert: own.chainPem,
      key: own.keyPem,
      minVersion: 'TLSv1.2',
      ciphers: CIPHERS,
      ALPNProtocols: ['radius/1.0'],
    }
  }

  function follow(socket: TLSSocket): void {
    const frames = new Frames()
    // TLS has proved who speaks: a signature within proves nothing more.
    const outstanding = new Outstanding(RADSEC_SECRET, false, randomInt(IDENTIFIERS))
    const own: Held = { socket, outstanding }
    const end = (): void => {
      held.delete(own)
      outstanding.end()
      socket.destroy()
    }
    socket.on('data', (chunk: Buffer) => {
      frames.push(chunk)
      for (let packet = frames.next(); packet !== null; packet = frames.next()) {
        if (packet === 'malformed') return end()
        const fault = outstanding.receive(packet)
        if (fault !== null) metrics.replyFaults[fault].inc()
      }
    })
    for (const event of ['error', 'end', 'close'] as const) socket.on(event, end)
    socket.setNoDelay(true)
    socket.setKeepAlive(true, LINK_LIMITS.keepAliveMs)
    held.add(own)
  }

  async function openConnection(): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const socket = connect(options(), resolve)
    socket.on('error', reject)
    const late = new Error(`no TLS connection in ${LINK_LIMITS.connectMs} ms`)
    const timer = setTimeout(() => reject(late), LINK_LIMITS.connectMs)
    try {
      await promise
      if (isClosed) socket.destroy()
      else follow(socket)
    } catch (thrown) {
      socket.destroy()
      throw thrown
    } finally {
      clearTimeout(timer)
    }
  }

  function sendNow(request: OutgoingRequest): SentRequest | null {
    for (const { socket, outstanding } of held) {
      // One that does not read is as good as full.
      const isBehind = socket.writableLength > LINK_LIMITS.unsentBytes
      const open = isBehind ? null : outstanding.open(request)
      if (open === null) continue
      socket.write(open.bytes)
      return { reply: open.reply, giveUp: open.giveUp, sendAgain: () => {} }
    }
    return null
  }

  return {
    isLossy: false,
    async send(request) {
      while (!isClosed) {
        const sent = sendNow(request)
        if (sent !== null) return sent
        if (held.size >= LINK_LIMITS.sockets) return 'full'
        opening ??= openConnection().finally(() => (opening = null))
        try {
          await opening
        } catch (thrown) {
          deps.onFailure(reasonOf(thrown))
          return 'unreachable'
        }
      }
      return 'unreachable'
    },
    get outstanding() {
      return [...held].reduce((sum, { outstanding }) => sum + outstanding.size, 0)
    },
    giveUpAll() {
      for (const { outstanding } of held) outstanding.end()
    },
    close() {
      isClosed = true
      for (const { socket, outstanding } of held) {
        outstanding.end()
        socket.destroy()
      }
      return Promise.resolve()
    },
  }
}
