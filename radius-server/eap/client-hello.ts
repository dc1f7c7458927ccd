/** TLS numbers (RFC 8446 §4, §4.2, §5.1). */
const RECORD = { handshake: 22, headerBytes: 5 } as const
const CLIENT_HELLO = 1
const EXTENSION = { sessionTicket: 35, preSharedKey: 41, supportedVersions: 43 } as const

/** A ticket of ours begins with the name of the keys that it is under (RFC 5077 §4). */
export const TICKET_NAME_BYTES = 16
const SESSION_ID_BYTES = 32

/**
 * What a peer offers to resume: the name in front of its ticket, or the identifier of a TLS 1.2
 * session; null if it offers nothing, or if this is no ClientHello in one record. Nothing is decided
 * here: OpenSSL judges the same octets afterwards.
 */
export function resumptionId(message: Uint8Array): Uint8Array | null {
  const reader = new Reader(message)
  if (reader.byte() !== RECORD.handshake) return null
  reader.take(RECORD.headerBytes - 1)
  if (reader.byte() !== CLIENT_HELLO) return null
  // Length, legacy_version, random.
  reader.take(3 + 2 + 32)
  const sessionId = reader.vector(1)
  reader.vector(2) // cipher_suites
  reader.vector(1) // compression_methods
  const extensions = new Reader(reader.vector(2))

  let ticket: Uint8Array | null = null
  let speaksTls13 = false
  while (extensions.left > 0 && !extensions.isBroken) {
    const type = extensions.number(2)
    const data = extensions.vector(2)
    if (type === EXTENSION.supportedVersions) speaksTls13 = true
    if (type === EXTENSION.sessionTicket) ticket ??= data
    if (type === EXTENSION.preSharedKey) {
      const identities = new Reader(new Reader(data).vector(2))
      ticket = identities.vector(2)
    }
  }
  if (reader.isBroken || extensions.isBroken) return null
  if (ticket !== null && ticket.length > TICKET_NAME_BYTES) {
    return ticket.subarray(0, TICKET_NAME_BYTES)
  }
  // With TLS 1.3 the field is only filled for the sake of middleboxes (RFC 8446 §4.1.2).
  return sessionId.length === SESSION_ID_BYTES && !speaksTls13 ? sessionId : null
}

/** Reads forward; past the end everything is empty and it is broken. */
class Reader {
  isBroken = false
  readonly #bytes: Uint8Array
  #at = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  get left(): number {
    return this.#bytes.length - this.#at
  }

  take(length: number): Uint8Array {
    if (length > this.left) {
      this.isBroken = true
      this.#at = this.#bytes.length
      return new Uint8Array(0)
    }
    this.#at += length
    return this.#bytes.subarray(this.#at - length, this.#at)
  }

  byte(): number {
    return this.number(1)
  }

  number(length: number): number {
    return this.take(length).reduce((sum, octet) => sum * 256 + octet, 0)
  }

  /** Octets with their length in front, which takes `lengthBytes`. */
  vector(lengthBytes: number): Uint8Array {
    return this.take(this.number(lengthBytes))
  }
}
