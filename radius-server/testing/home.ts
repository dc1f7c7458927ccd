import { createHash, createHmac } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { createServer } from 'node:tls'
import type { TLSSocket } from 'node:tls'
import { ATTRIBUTE, CODE } from '../dictionary.ts'
import { Frames } from '../radsec/frames.ts'

/*
 * A home server for tests, by the letter of RFC 2865 with node:crypto alone. It says nothing to a request
 * that is not signed as it should be.
 */

export const HOME_SECRET = 'between-us'

export interface AskedOfHome {
  readonly code: number
  readonly attributes: readonly { readonly type: number; readonly value: Buffer }[]
  readonly bytes: Buffer
  readonly first: (type: number) => Buffer | undefined
  readonly all: (type: number) => readonly string[]
  /** What User-Password hides. */
  readonly password: () => string
}

export interface Said {
  readonly code: number
  readonly attributes?: readonly (readonly [type: number, value: Buffer | string])[]
  /** The reply's Message-Authenticator: right unless said otherwise. */
  readonly sign?: 'right' | 'wrong' | 'none'
  /** Its Response Authenticator is made with another secret. */
  readonly forged?: boolean
}

/** Null says nothing. */
export type HomeScript = (asked: AskedOfHome, nth: number) => Said | readonly Said[] | null

export interface TestHome extends AsyncDisposable {
  readonly port: number
  /** Without Status-Servers. */
  readonly asked: readonly AskedOfHome[]
  /** Whether Status-Servers are answered; a change counts at once. */
  isAlive: boolean
  readonly probed: () => number
}

export interface TlsHome extends TestHome {
  /** How many connections were made. */
  readonly connections: () => number
  /** The end of all that are open. */
  hangUp(): void
}

function createHome(script: HomeScript, secret: string) {
  const asked: AskedOfHome[] = []
  let probes = 0
  const home = { asked, isAlive: true, probed: () => probes }
  function answer(bytes: Buffer): readonly Buffer[] {
    if (!isSigned(bytes, secret)) return []
    const request = readAsked(bytes, secret)
    if (request.code === CODE['Status-Server']) {
      probes += 1
      return home.isAlive ? [reply(bytes, { code: CODE['Access-Accept'] }, secret)] : []
    }
    asked.push(request)
    const said = script(request, asked.length - 1)
    return said === null ? [] : [said].flat().map((one) => reply(bytes, one, secret))
  }
  return { home, answer }
}

export async function startHome(script: HomeScript, secret = HOME_SECRET): Promise<TestHome> {
  const { home, answer } = createHome(script, secret)
  const socket = createSocket('udp4')
  socket.on('message', (bytes, from) => {
    for (const one of answer(bytes)) socket.send(one, from.port, from.address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return Object.assign(home, {
    port: socket.address().port,
    async [Symbol.asyncDispose]() {
      socket.close()
      await once(socket, 'close')
    },
  })
}

/** RFC 6614: asks for a certificate of `ca`, and says nothing to who has none. */
export async function startTlsHome(
  script: HomeScript,
  tls: { readonly cert: string; readonly key: string; readonly ca: string },
): Promise<TlsHome> {
  const { home, answer } = createHome(script, 'radsec')
  const open = new Set<TLSSocket>()
  let connections = 0
  const server = createServer({ ...tls, requestCert: true, rejectUnauthorized: true })
  server.on('secureConnection', (socket) => {
    connections += 1
    open.add(socket)
    const frames = new Frames()
    socket.on('error', () => {})
    socket.on('close', () => open.delete(socket))
    socket.on('data', (chunk: Buffer) => {
      frames.push(chunk)
      for (let packet = frames.next(); packet instanceof Uint8Array; packet = frames.next()) {
        for (const one of answer(Buffer.from(packet))) socket.write(one)
      }
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  const hangUp = (): void => {
    for (const socket of open) socket.destroy()
  }
  return Object.assign(home, {
    port: typeof address === 'object' && address !== null ? address.port : 0,
    connections: () => connections,
    hangUp,
    async [Symbol.asyncDispose]() {
      server.close()
      hangUp()
      await once(server, 'close')
    },
  })
}

/** The whole packet of a reply. */
function reply(request: Buffer, said: Said, secret: string): Buffer {
  const sign = said.sign ?? 'right'
  const body = Buffer.concat([
    ...(sign === 'none' ? [] : [Buffer.from([80, 18, ...Buffer.alloc(16)])]),
    ...(said.attributes ?? []).map(([type, value]) => {
      const octets = Buffer.from(value)
      return Buffer.concat([Buffer.from([type, 2 + octets.length]), octets])
    }),
    ...readAsked(request, secret)
      .attributes.filter(({ type }) => type === ATTRIBUTE['Proxy-State'])
      .map(({ value }) => Buffer.concat([Buffer.from([33, 2 + value.length]), value])),
  ])
  const packet = Buffer.concat([request.subarray(0, 20), body])
  packet.writeUInt8(said.code)
  packet.writeUInt16BE(packet.length, 2)
  if (sign !== 'none') {
    const digest = createHmac('md5', secret).update(packet).digest()
    if (sign === 'wrong') digest[0] = (digest[0] ?? 0) ^ 1
    digest.copy(packet, 22)
  }
  createHash('md5')
    .update(packet)
    .update(said.forged === true ? 'another' : secret)
    .digest()
    .copy(packet, 4)
  return packet
}

/** RFC 2548 §2.4.2 and RFC 2868 §3.5, under this salt. */
export function hideForProxy(value: Buffer, salt: Buffer, request: Buffer): Buffer {
  const padded = Buffer.alloc(Math.ceil((1 + value.length) / 16) * 16)
  padded[0] = value.length
  value.copy(padded, 1)
  let chained = Buffer.concat([request.subarray(4, 20), salt])
  for (let at = 0; at < padded.length; at += 16) {
    xorWith(padded, at, createHash('md5').update(HOME_SECRET).update(chained).digest())
    chained = padded.subarray(at, at + 16)
  }
  return Buffer.concat([salt, padded])
}

function readAsked(bytes: Buffer, secret: string): AskedOfHome {
  const attributes: { type: number; value: Buffer }[] = []
  for (let at = 20; at < bytes.length; at += bytes.readUInt8(at + 1)) {
    const value = bytes.subarray(at + 2, at + bytes.readUInt8(at + 1))
    attributes.push({ type: bytes.readUInt8(at), value })
  }
  const first = (type: number): Buffer | undefined =>
    attributes.find((one) => one.type === type)?.value
  return {
    code: bytes.readUInt8(0),
    attributes,
    bytes,
    first,
    all: (type) =>
      attributes.filter((one) => one.type === type).map(({ value }) => value.toString()),
    password() {
      const hidden = first(ATTRIBUTE['User-Password']) ?? Buffer.alloc(0)
      const plain = Buffer.from(hidden)
      let chained = bytes.subarray(4, 20)
      for (let at = 0; at < plain.length; at += 16) {
        xorWith(plain, at, createHash('md5').update(secret).update(chained).digest())
        chained = hidden.subarray(at, at + 16)
      }
      return plain.toString('utf8').replace(/\0+$/, '')
    },
  }
}

function xorWith(bytes: Buffer, at: number, key: Buffer): void {
  for (const [i, octet] of key.entries()) bytes[at + i] = (bytes[at + i] ?? 0) ^ octet
}

function isSigned(bytes: Buffer, secret: string): boolean {
  if (bytes.readUInt8(0) === CODE['Accounting-Request']) {
    const zeroed = Buffer.from(bytes).fill(0, 4, 20)
    const digest = createHash('md5').update(zeroed).update(secret).digest()
    return digest.equals(bytes.subarray(4, 20))
  }
  if (bytes[20] !== ATTRIBUTE['Message-Authenticator']) return false
  const zeroed = Buffer.from(bytes).fill(0, 22, 38)
  return createHmac('md5', secret).update(zeroed).digest().equals(bytes.subarray(22, 38))
}
