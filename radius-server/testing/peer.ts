import { constants } from 'node:crypto'
import { Duplex } from 'node:stream'
import { setImmediate as turn } from 'node:timers/promises'
import { connect } from 'node:tls'
import type { SecureVersion, TLSSocket } from 'node:tls'
import { ATTRIBUTE, CODE } from '../dictionary.ts'
import { EAP_CODE, EAP_TYPE } from '../eap/eap-packet.ts'
import { randomRequest, readReply, revealSalted } from './gateway.ts'
import type { Reply, Sent } from './gateway.ts'
import type { TestServer } from './server.ts'

export interface PeerOptions {
  /** TTLS if not given; another is asked for by a Nak. */
  readonly type?: number
  readonly version: SecureVersion
  readonly caPem: string
  readonly password?: string
  /** What is said inside the tunnel instead of name and password. */
  readonly inner?: Buffer
  /** Whether it says who it is only after the server's last flight, as wpa_supplicant does. */
  readonly waits?: boolean
  /** How much TLS goes into one of the peer's packets. */
  readonly fragment?: number
  readonly framedMtu?: number
  readonly station?: string
  /** From an earlier login, to try resumption; with it the peer says nothing inside if it works. */
  readonly session?: Buffer
  /** Shown if the server asks for one. */
  readonly device?: { readonly certPem: string; readonly keyPem: string }
  /** With TLS 1.2: a session identifier instead of a ticket. */
  readonly withoutTickets?: boolean
  /** Signature algorithms that it knows, as OpenSSL names them. */
  readonly sigalgs?: string
  /** Groups for the key exchange, as OpenSSL names them; Node's own if not given. */
  readonly groups?: string
  /** The name that its certificate must have. */
  readonly serverName?: string
  /** Called before each packet is sent. */
  readonly beforeRound?: (round: number) => void | Promise<void>
}

export interface PeerResult {
  readonly reply: Reply | null
  /** The peer's own MSK and EMSK; null if TLS did not come about. */
  readonly keys: Buffer | null
  /** What the gateway reads from MS-MPPE-Recv-Key and MS-MPPE-Send-Key. */
  readonly mppe: { recv: Buffer; send: Buffer } | null
  readonly rounds: number
  readonly longestEap: number
  readonly isResumed: boolean
  readonly sessions: readonly Buffer[]
  readonly tlsError: string | null
}

/** A phone and its access point, in one: EAP-TTLS with PAP inside or EAP-TLS, over the server's bytes. */
export async function logIn(
  server: Pick<TestServer, 'send'>,
  options: PeerOptions,
): Promise<PeerResult> {
  const type = options.type ?? EAP_TYPE.TTLS
  const written: Buffer[] = []
  const sessions: Buffer[] = []
  let tlsError: string | null = null
  let isSecure = false
  let hasSpoken = false
  let hasWaited = false
  const wire = new Duplex({
    read() {},
    write(chunk: Buffer, _encoding, done) {
      written.push(chunk)
      done()
    },
  })
  const socket = connect({
    socket: wire,
    ca: options.caPem,
    servername: options.serverName ?? 'wifi.example.org',
    minVersion: options.version,
    maxVersion: options.version,
    ...(options.session === undefined ? {} : { session: options.session }),
    ...(options.groups !== undefined && { ecdhCurve: options.groups }),
    ...(options.sigalgs !== undefined && { sigalgs: options.sigalgs }),
    ...(options.device && { cert: options.device.certPem, key: options.device.keyPem }),
    ...(options.withoutTickets === true && { secureOptions: constants.SSL_OP_NO_TICKET }),
  })
  socket.on('secureConnect', () => {
    isSecure = true
  })
  socket.on('session', (session: Buffer) => sessions.push(session))
  socket.on('error', (error) => {
    tlsError = error.message
  })
  socket.resume()

  let identifier = 0
  let state: Buffer | undefined
  let longestEap = 0
  let rounds = 0
  let last: { reply: Reply | null; request: Buffer } | null = null

  async function exchange(eap: Buffer): Promise<Reply | null> {
    identifier += 1
    rounds += 1
    await options.beforeRound?.(rounds)
    const attributes: Sent[] = [
      [ATTRIBUTE['User-Name'], 'anonymous'],
      [ATTRIBUTE['Calling-Station-Id'], options.station ?? '02-00-00-00-00-01'],
      ...eapAttributes(eap),
      ...(state === undefined ? [] : [[ATTRIBUTE.State, state] as const]),
      ...(options.framedMtu === undefined
        ? []
        : [[ATTRIBUTE['Framed-MTU'], options.framedMtu] as const]),
    ]
    const request = randomRequest({ code: CODE['Access-Request'], identifier, attributes })
    const bytes = await server.send('authentication', request)
    const reply = bytes === null ? null : readReply(bytes, request)
    last = { reply, request }
    state = reply?.first(ATTRIBUTE.State)
    longestEap = Math.max(longestEap, reply?.eap().length ?? 0)
    return reply
  }

  async function flight(): Promise<Buffer> {
    await turn()
    await turn()
    await turn()
    const mustWait = options.waits === true && !hasWaited && options.version === 'TLSv1.3'
    if (isSecure && mustWait) hasWaited = true
    else if (isSecure && !hasSpoken && type === EAP_TYPE.TTLS) {
      hasSpoken = true
      // With a session it waits for what the server makes of it.
      if (socket.isSessionReused() && options.inner === undefined) return takeWritten()
      socket.write(options.inner ?? papAvps('bob', options.password ?? 'hello'))
      await turn()
      await turn()
    }
    return takeWritten()
  }

  function takeWritten(): Buffer {
    return Buffer.concat(written.splice(0))
  }

  let reply = await exchange(identityResponse(1))
  if (reply?.eap().readUInt8(4) !== type && reply?.code === CODE['Access-Challenge']) {
    const asked = reply.eap().readUInt8(1)
    reply = await exchange(eapResponse(asked, EAP_TYPE.Nak, Buffer.of(type)))
  }
  let received: Buffer[] = []
  let outgoing: Buffer = Buffer.alloc(0)
  while (reply !== null && reply.code === CODE['Access-Challenge'] && rounds < 60) {
    const eap = reply.eap()
    const flags = eap.readUInt8(5)
    received.push(eap.subarray(6 + ((flags & 0x80) === 0 ? 0 : 4)))
    const isPartial = (flags & 0x40) !== 0
    if (!isPartial && outgoing.length === 0) {
      const whole = Buffer.concat(received)
      received = []
      if (whole.length > 0) wire.push(whole)
      outgoing = await flight()
    }
    const size = options.fragment ?? 1000
    const body = isPartial ? Buffer.alloc(0) : outgoing.subarray(0, size)
    if (!isPartial) outgoing = outgoing.subarray(body.length)
    const more = outgoing.length > 0 && !isPartial ? 0x40 : 0
    reply = await exchange(
      eapResponse(eap.readUInt8(1), type, Buffer.concat([Buffer.of(more), body])),
    )
  }

  const keys = isSecure ? exportKeys(socket, type) : null
  const isResumed = isSecure && socket.isSessionReused()
  socket.destroy()
  return {
    reply,
    keys,
    mppe: reply?.code === CODE['Access-Accept'] && last !== null ? mppeOf(last) : null,
    rounds,
    longestEap,
    isResumed,
    sessions,
    tlsError,
  }
}

export function identityResponse(identifier: number): Buffer {
  return eapResponse(identifier, EAP_TYPE.Identity, Buffer.from('anonymous'))
}

export function eapResponse(identifier: number, type: number, data: Buffer): Buffer {
  const bytes = Buffer.concat([Buffer.from([EAP_CODE.Response, identifier, 0, 0, type]), data])
  bytes.writeUInt16BE(bytes.length, 2)
  return bytes
}

export function eapAttributes(eap: Buffer): Sent[] {
  const parts: Sent[] = []
  for (let at = 0; at < eap.length; at += 253) {
    parts.push([ATTRIBUTE['EAP-Message'], eap.subarray(at, at + 253)])
  }
  return parts
}

export function avp(code: number, value: Buffer, flags = 0x40): Buffer {
  const bytes = Buffer.alloc(8 + Math.ceil(value.length / 4) * 4)
  bytes.writeUInt32BE(code, 0)
  bytes.writeUInt32BE(8 + value.length, 4)
  bytes.writeUInt8(flags, 4)
  value.copy(bytes, 8)
  return bytes
}

export function papAvps(username: string, password: string): Buffer {
  const padded = Buffer.alloc(Math.max(16, Math.ceil(password.length / 16) * 16))
  padded.write(password)
  return Buffer.concat([avp(1, Buffer.from(username)), avp(2, padded)])
}

function exportKeys(socket: TLSSocket, type: number): Buffer {
  if (socket.getProtocol() === 'TLSv1.3') {
    return socket.exportKeyingMaterial(128, 'EXPORTER_EAP_TLS_Key_Material', Buffer.of(type))
  }
  const label = type === EAP_TYPE.TTLS ? 'ttls keying material' : 'client EAP encryption'
  return socket.exportKeyingMaterial(128, label)
}

function mppeOf(last: { reply: Reply | null; request: Buffer }): { recv: Buffer; send: Buffer } {
  const ofType = (type: number): Buffer => {
    const found = last.reply?.attributes.find(
      (one) =>
        one.type === ATTRIBUTE['Vendor-Specific'] &&
        one.value.readUInt32BE(0) === 311 &&
        one.value.readUInt8(4) === type,
    )
    return revealSalted(found?.value.subarray(6) ?? Buffer.alloc(0), last.request)
  }
  return { recv: ofType(17), send: ofType(16) }
}
