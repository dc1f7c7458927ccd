import { createHash, createHmac, randomBytes } from 'node:crypto'
import { ATTRIBUTE } from '../dictionary.ts'

/*
 * A gateway for tests: builds requests and checks replies by the letter of the RFCs with
 * node:crypto alone, so that a mistake in the server's own authenticators cannot hide itself.
 */

export type Sent = readonly [type: number, value: Uint8Array | string | number]

export interface RequestOptions {
  readonly code: number
  readonly secret?: string
  readonly identifier?: number
  readonly attributes?: readonly Sent[]
  /** Message-Authenticator: right unless said otherwise. */
  readonly sign?: 'right' | 'wrong' | 'twice' | 'none'
}

export interface Reply {
  readonly code: number
  readonly identifier: number
  readonly attributes: readonly { readonly type: number; readonly value: Buffer }[]
  first(type: number): Buffer | undefined
  integer(type: number): number | undefined
  text(type: number): string | undefined
  /** All EAP-Message attributes joined. */
  eap(): Buffer
}

export const SECRET = 'testing123'
const ZEROS = Buffer.alloc(16)

/** Access-Request or Status-Server: a random authenticator. */
export function randomRequest(options: RequestOptions): Buffer {
  const authenticator = randomBytes(16)
  const secret = options.secret ?? SECRET
  const attributes = (options.attributes ?? []).map(([type, value]) =>
    type === ATTRIBUTE['User-Password']
      ? attribute(type, hidePassword(octets(value), authenticator, secret))
      : attribute(type, octets(value)),
  )
  return signed(options, authenticator, attributes, authenticator)
}

/** Accounting-Request: the authenticator is a digest (RFC 2866 §3). */
export function digestRequest(options: RequestOptions): Buffer {
  const attributes = (options.attributes ?? []).map(([type, value]) =>
    attribute(type, octets(value)),
  )
  const packet = signed({ sign: 'none', ...options }, ZEROS, attributes, ZEROS)
  createHash('md5')
    .update(packet)
    .update(options.secret ?? SECRET)
    .digest()
    .copy(packet, 4)
  return packet
}

function signed(
  options: RequestOptions,
  authenticator: Buffer,
  attributes: readonly Buffer[],
  covered: Buffer,
): Buffer {
  const sign = options.sign ?? 'right'
  const empty = attribute(ATTRIBUTE['Message-Authenticator'], ZEROS)
  const count = { right: 1, wrong: 1, twice: 2, none: 0 }[sign]
  const body = Buffer.concat([...Array.from({ length: count }, () => empty), ...attributes])
  const packet = Buffer.concat([
    Buffer.from([options.code, options.identifier ?? 1, (20 + body.length) >> 8, 20 + body.length]),
    covered,
    body,
  ])
  if (count > 0) {
    const digest = createHmac('md5', options.secret ?? SECRET)
      .update(packet)
      .digest()
    if (sign === 'wrong') digest[0] = (digest[0] ?? 0) ^ 1
    digest.copy(packet, 22)
  }
  authenticator.copy(packet, 4)
  return packet
}

/** Checks Response Authenticator and Message-Authenticator; throws if either is wrong. */
export function readReply(bytes: Uint8Array, request: Buffer, secret: string = SECRET): Reply {
  const packet = Buffer.from(bytes)
  const covered = Buffer.from(packet)
  request.copy(covered, 4, 4, 20)
  const digest = createHash('md5').update(covered).update(secret).digest()
  if (!digest.equals(packet.subarray(4, 20))) throw new Error('wrong response authenticator')

  const attributes: { type: number; value: Buffer }[] = []
  for (let at = 20; at < packet.length; at += packet.readUInt8(at + 1)) {
    const value = packet.subarray(at + 2, at + packet.readUInt8(at + 1))
    attributes.push({ type: packet.readUInt8(at), value })
    if (packet.readUInt8(at) !== ATTRIBUTE['Message-Authenticator']) continue
    const given = Buffer.from(value)
    covered.fill(0, at + 2, at + 18)
    if (!createHmac('md5', secret).update(covered).digest().equals(given)) {
      throw new Error('wrong message authenticator')
    }
  }
  const first = (type: number): Buffer | undefined =>
    attributes.find((one) => one.type === type)?.value
  return {
    code: packet.readUInt8(0),
    identifier: packet.readUInt8(1),
    attributes,
    first,
    integer: (type) => first(type)?.readUInt32BE(),
    text: (type) => first(type)?.toString('utf8'),
    eap: () =>
      Buffer.concat(
        attributes.filter((one) => one.type === ATTRIBUTE['EAP-Message']).map((one) => one.value),
      ),
  }
}

/** RFC 2865 §5.2. */
function hidePassword(password: Uint8Array, authenticator: Buffer, secret: string): Buffer {
  const padded = Buffer.alloc(Math.max(16, Math.ceil(password.length / 16) * 16))
  padded.set(password)
  let previous = authenticator
  for (let at = 0; at < padded.length; at += 16) {
    const key = createHash('md5').update(secret).update(previous).digest()
    for (const [i, byte] of key.entries()) padded[at + i] = (padded[at + i] ?? 0) ^ byte
    previous = padded.subarray(at, at + 16)
  }
  return padded
}

/** Undoes what is hidden under a salt: MS-MPPE keys (RFC 2548 §2.4.2), Tunnel-Password behind its tag (RFC 2868 §3.5). */
export function revealSalted(hidden: Buffer, request: Buffer, secret: string = SECRET): Buffer {
  const salt = hidden.subarray(0, 2)
  const plain = Buffer.from(hidden.subarray(2))
  let previous: Buffer = Buffer.concat([request.subarray(4, 20), salt])
  for (let at = 0; at < plain.length; at += 16) {
    const key = createHash('md5').update(secret).update(previous).digest()
    previous = hidden.subarray(2 + at, 18 + at)
    for (const [i, byte] of key.entries()) plain[at + i] = (plain[at + i] ?? 0) ^ byte
  }
  return plain.subarray(1, 1 + plain.readUInt8(0))
}

function attribute(type: number, value: Uint8Array): Buffer {
  return Buffer.concat([Buffer.from([type, 2 + value.length]), value])
}

function octets(value: Uint8Array | string | number): Uint8Array {
  if (typeof value === 'string') return Buffer.from(value, 'utf8')
  if (typeof value !== 'number') return value
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}
