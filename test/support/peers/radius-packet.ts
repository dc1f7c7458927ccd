import { createHash, createHmac, randomBytes } from 'node:crypto'

/**
 * RADIUS written a second time, for the tests only: were the packets sent made by the product's
 * own codec, a mistake in it would agree with itself.
 */
export interface Attribute {
  readonly type: number
  readonly value: Buffer
}

export interface Packet {
  readonly code: number
  readonly identifier: number
  readonly authenticator: Buffer
  readonly attributes: readonly Attribute[]
}

export const CODE = {
  accessRequest: 1,
  accessAccept: 2,
  accessReject: 3,
  accountingRequest: 4,
  accountingResponse: 5,
} as const

export const ATTRIBUTE = {
  userName: 1,
  userPassword: 2,
  nasIpAddress: 4,
  framedIpAddress: 8,
  callingStationId: 31,
  nasIdentifier: 32,
  proxyState: 33,
  acctStatusType: 40,
  acctDelayTime: 41,
  acctInputOctets: 42,
  acctOutputOctets: 43,
  acctSessionId: 44,
  acctSessionTime: 46,
  eventTimestamp: 55,
  eapMessage: 79,
  messageAuthenticator: 80,
  tunnelPrivateGroupId: 81,
} as const

const HEADER = 20

export function attribute(type: number, value: string | number | Buffer): Attribute {
  if (typeof value !== 'number') return { type, value: Buffer.from(value) }
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return { type, value: bytes }
}

export function encode({ code, identifier, authenticator, attributes }: Packet): Buffer {
  const body = attributes.map(({ type, value }) =>
    Buffer.concat([Buffer.from([type, value.length + 2]), value]),
  )
  const packet = Buffer.concat([Buffer.alloc(4), authenticator, ...body])
  packet.writeUInt8(code, 0)
  packet.writeUInt8(identifier, 1)
  packet.writeUInt16BE(packet.length, 2)
  return packet
}

export function decode(packet: Buffer): Packet {
  const attributes: Attribute[] = []
  for (let at = HEADER; at < packet.readUInt16BE(2); at += packet.readUInt8(at + 1)) {
    const value = packet.subarray(at + 2, at + packet.readUInt8(at + 1))
    attributes.push({ type: packet.readUInt8(at), value })
  }
  return {
    code: packet.readUInt8(0),
    identifier: packet.readUInt8(1),
    authenticator: packet.subarray(4, HEADER),
    attributes,
  }
}

/** An Access-Request; `signed: false` leaves the Message-Authenticator out. */
export function accessRequest(o: {
  readonly identifier: number
  readonly secret: string
  readonly attributes: readonly Attribute[]
  readonly password?: string
  readonly signed?: boolean
  readonly authenticator?: Buffer
}): Buffer {
  const authenticator = o.authenticator ?? randomBytes(16)
  const attributes = [...o.attributes]
  if (o.password !== undefined) {
    const hidden = hidePassword(o.password, o.secret, authenticator)
    attributes.push({ type: ATTRIBUTE.userPassword, value: hidden })
  }
  if (o.signed !== false) {
    attributes.unshift({ type: ATTRIBUTE.messageAuthenticator, value: Buffer.alloc(16) })
  }
  const packet = encode({
    code: CODE.accessRequest,
    identifier: o.identifier,
    authenticator,
    attributes,
  })
  if (o.signed !== false) {
    createHmac('md5', o.secret)
      .update(packet)
      .digest()
      .copy(packet, HEADER + 2)
  }
  return packet
}

/** An Accounting-Request with its Request Authenticator (RFC 2866 section 3). */
export function accountingRequest(
  identifier: number,
  secret: string,
  attributes: readonly Attribute[],
): Buffer {
  const packet = encode({
    code: CODE.accountingRequest,
    identifier,
    authenticator: Buffer.alloc(16),
    attributes,
  })
  createHash('md5').update(packet).update(secret).digest().copy(packet, 4)
  return packet
}

/** Whether the Response Authenticator is the secret's and the request's (RFC 2865 section 3). */
export function isReplyTo(reply: Buffer, request: Buffer, secret: string): boolean {
  const hash = createHash('md5').update(reply.subarray(0, 4)).update(request.subarray(4, HEADER))
  const expected = hash.update(reply.subarray(HEADER)).update(secret).digest()
  return expected.equals(reply.subarray(4, HEADER)) && reply[1] === request[1]
}

/**
 * Whether who made this request knows the secret: an Accounting-Request by its authenticator, another by
 * its one Message-Authenticator (RFC 2866 section 3, RFC 3579 section 3.2). What lies behind its length is
 * padding.
 */
export function isSignedBy(secret: string, datagram: Buffer): boolean {
  const length = datagram.length < HEADER ? 0 : datagram.readUInt16BE(2)
  if (length < HEADER || length > datagram.length) return false
  const packet = Buffer.from(datagram.subarray(0, length))
  if (packet[0] === CODE.accountingRequest) {
    const given = Buffer.from(packet.subarray(4, HEADER))
    packet.fill(0, 4, HEADER)
    return createHash('md5').update(packet).update(secret).digest().equals(given)
  }
  const signatures: number[] = []
  for (let at = HEADER; at + 1 < length; at += packet[at + 1] ?? 0) {
    const size = packet[at + 1] ?? 0
    if (size < 2 || at + size > length) return false
    if (packet[at] === ATTRIBUTE.messageAuthenticator) signatures.push(at)
  }
  const [at] = signatures
  if (at === undefined || signatures.length > 1 || packet[at + 1] !== 18) return false
  const given = Buffer.from(packet.subarray(at + 2, at + 18))
  packet.fill(0, at + 2, at + 18)
  return createHmac('md5', secret).update(packet).digest().equals(given)
}

/** Whether the first attribute of the reply is a Message-Authenticator, and the right one. */
export function startsWithItsMessageAuthenticator(
  reply: Buffer,
  request: Buffer,
  secret: string,
): boolean {
  if (reply[HEADER] !== ATTRIBUTE.messageAuthenticator || reply[HEADER + 1] !== 18) return false
  const zeroed = Buffer.from(reply).fill(0, HEADER + 2, HEADER + 18)
  request.copy(zeroed, 4, 4, HEADER)
  const expected = createHmac('md5', secret).update(zeroed).digest()
  return expected.equals(reply.subarray(HEADER + 2, HEADER + 18))
}

function hidePassword(password: string, secret: string, authenticator: Buffer): Buffer {
  const text = Buffer.from(password)
  const hidden = Buffer.alloc(Math.max(16, Math.ceil(text.length / 16) * 16))
  text.copy(hidden)
  let previous = authenticator
  for (let at = 0; at < hidden.length; at += 16) {
    const pad = createHash('md5').update(secret).update(previous).digest()
    for (let i = 0; i < 16; i++) hidden[at + i] = (hidden[at + i] ?? 0) ^ (pad[i] ?? 0)
    previous = hidden.subarray(at, at + 16)
  }
  return hidden
}
